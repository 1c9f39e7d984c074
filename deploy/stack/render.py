"""Configuration files of the programs we start, written into the state directory on every start."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from string import Template

from deploy.stack.children import is_root
from deploy.stack.config import CHECKOUT, StackConfig
from deploy.stack.keys import private_file_write
from deploy.stack.programs import GROUPS, Program, edge_file, nginx_file
from sipworker.edge.configuration import edge_configuration_render

TEMPLATES = Path(__file__).parent / "templates"

SUPERVISORD = """\
[supervisord]
nodaemon=true
logfile={state}/log/supervisor.log
logfile_maxbytes=2MB
logfile_backups=2
loglevel=info
pidfile={pid_file}
childlogdir={state}/log
minfds=4096
{user}
[unix_http_server]
file={socket}
chmod=0700

[supervisorctl]
serverurl=unix://{socket}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

PROGRAM = """
[program:{name}]
command={command}
directory={directory}
autostart=false
autorestart=true
startsecs={start_s}
startretries=20
stopsignal={stop_signal}
stopwaitsecs={stop_wait_s}
killasgroup=true
redirect_stderr=true
stdout_logfile={state}/log/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=5
{extra}"""

GROUP = """
[group:{name}]
programs={programs}
priority={priority}
"""


def control_socket(config: StackConfig) -> Path:
    return config.run_dir / "supervisor.sock"


def supervisor_pid_file(config: StackConfig) -> Path:
    return config.run_dir / "supervisor.pid"


def supervisor_file(config: StackConfig) -> Path:
    return config.run_dir / "supervisord.conf"


def configuration_write(
    config: StackConfig, programs: tuple[Program, ...], environment: Mapping[str, str], access_log: str
) -> None:
    private_file_write(supervisor_file(config), supervisor_configuration(config, programs))
    private_file_write(nginx_file(config), nginx_configuration(config, access_log))
    edge = edge_configuration_render(
        environment,
        tls_certificate=config.tls_certificate,
        tls_key=config.tls_key,
        run_dir=config.state_dir / "edge",
    )
    private_file_write(edge_file(config), edge)


def supervisor_configuration(config: StackConfig, programs: tuple[Program, ...]) -> str:
    head = SUPERVISORD.format(
        state=_literal(config.state_dir),
        pid_file=_literal(supervisor_pid_file(config)),
        socket=_literal(control_socket(config)),
        user="user=root\n" if is_root() else "",
    )
    return "".join([head, *(_program(config, program) for program in programs), *_groups(programs)])


def _program(config: StackConfig, program: Program) -> str:
    extra = "".join(
        f'environment={name}="{_literal(value)}"\n' for name, value in program.environment.items()
    )
    if program.user:
        extra += f"user={program.user}\n"
    return PROGRAM.format(
        name=program.name,
        command=_literal(shlex.join(program.command)),
        # The checkout may lie where another user cannot enter.
        directory="/" if program.user else _literal(CHECKOUT),
        start_s=program.start_s,
        stop_signal=program.stop_signal,
        stop_wait_s=program.stop_wait_s,
        state=_literal(config.state_dir),
        extra=extra,
    )


def _groups(programs: tuple[Program, ...]) -> list[str]:
    sections = []
    for priority, group in enumerate(GROUPS, start=1):
        names = [program.name for program in programs if program.group == group]
        if names:
            sections.append(GROUP.format(name=group, programs=",".join(names), priority=priority))
    return sections


def _literal(value: object) -> str:
    """The runner expands %(...)s."""
    return str(value).replace("%", "%%")


def nginx_configuration(config: StackConfig, access_log: str) -> str:
    directory = config.state_dir / "nginx"
    lines = []
    for address in (config.bind, f"[{config.bind6}]" if config.bind6 else ""):
        if address:
            lines.append(f"listen {address}:{config.ports.http};")
            lines.append(f"listen {address}:{config.ports.https} ssl http2;")
    return Template((TEMPLATES / "nginx.conf").read_text(encoding="utf-8")).substitute(
        # Its workers need no more than the static files, which everybody may read.
        user_directive="user www-data;" if is_root() else "",
        access_log=access_log,
        directory=directory,
        certificate=config.tls_certificate,
        key=config.tls_key,
        web_port=config.ports.web,
        ws_port=config.ports.ws,
        static=config.state_dir / "static",
        listeners="\n".join(f"        {line}" for line in lines),
    )
