"""What every process of the stack is given: `StackConfig` and `Keys` as environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from deploy.stack.config import Ports, StackConfig, port_variable
from deploy.stack.keys import Keys


def stack_environment(config: StackConfig, keys: Keys, operator: Mapping[str, str]) -> dict[str, str]:
    """A key set by the operator wins over the one made at set-up."""
    ports = {port_variable(f.name): str(getattr(config.ports, f.name)) for f in fields(Ports)}
    return {
        "PBX_STATE_DIR": str(config.state_dir),
        "PBX_BIND": config.bind,
        "PBX_BIND6": config.bind6,
        "PBX_PUBLIC_ADDRESS": config.public_address,
        **ports,
        "PBX_WORKER_SIP_BASE_PORT": str(config.worker_sip_base_port),
        "PBX_RTP_PORT_MIN": str(config.rtp_port_min),
        "PBX_RTP_PORT_MAX": str(config.rtp_port_max),
        "PBX_WORKERS": str(config.workers),
        "PBX_DRAIN_TIMEOUT_S": str(config.drain_timeout_s),
        "PBX_BRIDGE_CLOCK_RATE": operator.get("PBX_BRIDGE_CLOCK_RATE") or "16000",
        "PBX_MUSIC_DIR": operator.get("PBX_MUSIC_DIR") or "/usr/share/asterisk/moh",
        "PBX_SOUNDS_DIR": operator.get("PBX_SOUNDS_DIR") or "/usr/share/asterisk/sounds",
        "PBX_RECORDING_MIN_FREE_MB": operator.get("PBX_RECORDING_MIN_FREE_MB") or "256",
        "PBX_TENANT_NETWORKS": operator.get("PBX_TENANT_NETWORKS") or "",
        # Set but empty means nobody.
        "PBX_METRICS_NETWORKS": operator.get("PBX_METRICS_NETWORKS", "127.0.0.1/32,::1/128"),
        "PBX_LOG_LEVEL": config.log_level,
        "DATABASE_URL": config.database_url or _own_database_url(config, "tandem", keys.postgres_password),
        "EDGE_DATABASE_URL": config.edge_database_url
        or _own_database_url(config, "tandem_edge", keys.edge_postgres_password),
        "REDIS_URL": config.redis_url
        or f"redis://default:{keys.redis_password}@127.0.0.1:{config.ports.redis}/0",
        "SECRET_KEY": operator.get("SECRET_KEY") or keys.secret_key,
        "FIELD_ENCRYPTION_KEY": operator.get("FIELD_ENCRYPTION_KEY") or keys.field_encryption_key,
        "DJANGO_SETTINGS_MODULE": "pbxsite.settings",
    }


def _own_database_url(config: StackConfig, role: str, password: str) -> str:
    return f"postgres://{role}:{password}@127.0.0.1:{config.ports.postgres}/tandem"
