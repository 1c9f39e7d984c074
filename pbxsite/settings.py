"""One settings module for web, WebSocket and task processes; every value that differs comes from the environment."""

from __future__ import annotations

import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from pbxsite.console.theme import UNFOLD as UNFOLD
from pbxsite.env import (
    env_bool,
    env_database,
    env_int,
    env_list,
    env_networks,
    env_path,
    env_port,
    env_secret,
    env_servers,
    env_str,
    load_state_environment,
)
from pbxsite.logging import logging_config
from pbxsite.openapi import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

load_state_environment()

BASE_DIR = Path(__file__).resolve().parent.parent
PBX_VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
PBX_STATE_DIR = env_path("PBX_STATE_DIR", BASE_DIR / "var")
PBX_BIND = env_str("PBX_BIND", "127.0.0.1")
PBX_BIND6 = env_str("PBX_BIND6", "")
PBX_HTTP_PORT = env_port("PBX_HTTP_PORT", 8888)
PBX_SIP_PORTS = {
    "udp": env_port("PBX_SIP_UDP_PORT", 5060),
    "tcp": env_port("PBX_SIP_TCP_PORT", 5060),
    "tls": env_port("PBX_SIP_TLS_PORT", 5061),
    "ws": env_port("PBX_SIP_WS_PORT", 5062),
    "wss": env_port("PBX_SIP_WSS_PORT", 5065),
}
# Prompts of the language packages; the workers play them.
PBX_SOUNDS_DIR = env_path("PBX_SOUNDS_DIR", Path("/usr/share/asterisk/sounds"))
PBX_WS_PORT = env_port("PBX_WS_PORT", 15081)
# What the Internet knows this machine by, where that is another address than PBX_BIND.
PBX_PUBLIC_ADDRESS = env_str("PBX_PUBLIC_ADDRESS", "")
PBX_EDGE_PRIVATE_PORT = env_port("PBX_EDGE_PRIVATE_PORT", 15060)
PBX_EDGE_RPC_PORT = env_port("PBX_EDGE_RPC_PORT", 15065)
PBX_EDGE_EVENTS_PORT = env_port("PBX_EDGE_EVENTS_PORT", 15066)

# Name servers to ask for providers; none: the system's.
PBX_DNS_SERVERS = env_servers("PBX_DNS_SERVERS")
# Networks that are not public and yet may be reached by tenants' mail servers and event addresses.
PBX_TENANT_NETWORKS = env_networks("PBX_TENANT_NETWORKS")
# Who may read /metrics without a token; empty: nobody.
PBX_METRICS_NETWORKS = env_networks("PBX_METRICS_NETWORKS", ("127.0.0.1/32", "::1/128"))

SECRET_KEY = env_secret("SECRET_KEY")
# The first key encrypts, all of them decrypt: rotate by putting a new one in front.
FIELD_ENCRYPTION_KEYS = env_list("FIELD_ENCRYPTION_KEY")
DEBUG = env_bool("PBX_DEBUG", False)
ALLOWED_HOSTS = env_list(
    "PBX_ALLOWED_HOSTS",
    ("*",) if ip_address(PBX_BIND).is_unspecified else ("localhost", "127.0.0.1", "[::1]", PBX_BIND),
)

# Apps ---------------------------------------------------------------------------------------------

# In the public schema: who may enter, and what all tenants' calls leave behind.
SHARED_APPS = [
    "unfold",  # before django_tenants and the admin: both bring templates it replaces
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django_tenants",
    "tenants",
    "callmanager.fleet",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django.forms",
    "axes",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
# In every tenant's schema: its PBX configuration, and its own admin log.
TENANT_APPS = [
    "django.contrib.admin",
    "callmanager",
    "billing",
    "provisioning",
]
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]

TENANT_MODEL = "tenants.Tenant"
TENANT_LIMIT_SET_CALLS = True
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

# Database and Redis -------------------------------------------------------------------------------

DATABASES = {
    "default": {
        "ENGINE": "tenants.postgresql",
        **env_database("DATABASE_URL"),
        # asgi.py sets 0: every ASGI request has a thread of its own and would leave its connection behind.
        "CONN_MAX_AGE": env_int("PBX_CONN_MAX_AGE_S", 60),
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # Without the tenant in the key, tenants would read each other's entries.
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "OPTIONS": {"serializer": "pbxsite.cache_serializer.JsonSerializer"},
    }
}

# Who signs in -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "tenants.authentication.SignInBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email", "extension_number")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/admin/"

# Locking by address alone would lock everybody behind one NAT.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = env_int("PBX_SIGN_IN_ATTEMPTS", 10)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "tenants.sign_in.client_ip"
AXES_USERNAME_CALLABLE = "tenants.sign_in.lockout_name"
AXES_LOCKOUT_CALLABLE = "tenants.sign_in.lockout_response"
# Its log of successes would open a session for every API sign-in.
AXES_DISABLE_ACCESS_LOG = True

# Web ----------------------------------------------------------------------------------------------

ROOT_URLCONF = "pbxsite.urls"
WSGI_APPLICATION = "pbxsite.wsgi.application"
ASGI_APPLICATION = "pbxsite.asgi.application"
MIDDLEWARE = [
    "pbxsite.metrics.middleware.MetricsMiddleware",
    "tenants.middleware.PublicSchemaMiddleware",
    "pbxsite.security_headers.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.middleware.ActiveTenantMiddleware",
    "pbxsite.console.middleware.ConsoleMiddleware",
    "pbxsite.account.duty.AccountDutyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tenants.audit_middleware.AuditMiddleware",
    "pbxsite.console.routing_confirmation.RoutingConfirmationMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "pbxsite" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pbxsite.branding.brand_of_page",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
STATIC_URL = "/static/"
STATIC_ROOT = PBX_STATE_DIR / "static"
STATICFILES_DIRS = [path for path in (BASE_DIR / "pbxsite" / "static",) if path.is_dir()]

# Plain HTTP is for the machine itself; anywhere else the console is used by HTTPS unless told otherwise.
SECURE_COOKIES = env_bool("PBX_SECURE_COOKIES", not ip_address(PBX_BIND).is_loopback)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# The address people use, for links in e-mails. Empty: the host of the request, where hosts are named.
PUBLIC_URL = env_str("PBX_PUBLIC_URL", "")
SESSION_COOKIE_AGE = 12 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# Only where the operator says that this host is never again to be used by plain HTTP.
SECURE_HSTS_SECONDS = env_int("PBX_HSTS_S", 0)
# Forms and JSON; files are streamed to disk and have limits of their own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["pbxsite.formats"]
TIME_ZONE = "UTC"
USE_TZ = True

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.api.access.HasCapability"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["pbxsite.json_parser.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "pbxsite.api.Pagination",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "pbxsite.api.Ordering",
    ],
    "EXCEPTION_HANDLER": "pbxsite.exceptions.api_exception_handler",
}
API_TOKEN_LIFETIME_S = env_int("PBX_API_TOKEN_LIFETIME_S", 12 * 3600)

# Tasks --------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than the longest task; the sweep for messages of killed workers runs every 10 s instead of every 100 s.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 60,
    "health_check_interval": 15,
}
CELERY_BEAT_SCHEDULE = {
    "assemble-missed-cdrs": {
        "task": "callmanager.sweep_open_calls",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "close-calls-of-lost-workers": {
        "task": "callmanager.reap_lost_calls",
        "schedule": 5.0,
        "options": {"expires": 15},
    },
    "reap-jobs": {"task": "tenants.reap_jobs", "schedule": 10.0, "options": {"expires": 30}},
    "expire-jobs": {"task": "tenants.expire_jobs", "schedule": 3600.0},
    "publish-fleet-figures": {
        "task": "pbxsite.publish_fleet_figures",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "mail-trunk-outages": {
        "task": "callmanager.mail_trunk_outages",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "expire-registration-failures": {
        "task": "callmanager.expire_registration_failures",
        "schedule": 300.0,
        "options": {"expires": 60},
    },
    "expire-logs": {"task": "tenants.expire_logs", "schedule": 6 * 3600.0},
    "send-due-mails": {"task": "tenants.sweep_mails", "schedule": 15.0, "options": {"expires": 30}},
    "delete-tenants": {"task": "tenants.delete_tenants", "schedule": 5.0, "options": {"expires": 10}},
    "purge-kept-records": {
        "task": "callmanager.purge_kept_records",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    # What call events are told of is noticed here: the database wrote it down, and announces nothing.
    "sweep-recordings": {
        "task": "callmanager.sweep_recordings",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "watch-queues": {"task": "callmanager.watch_queues", "schedule": 3.0, "options": {"expires": 6}},
    "sweep-webhooks": {"task": "callmanager.sweep_webhooks", "schedule": 1.0, "options": {"expires": 3}},
    "tend-webhooks": {"task": "callmanager.tend_webhooks", "schedule": 60.0, "options": {"expires": 60}},
    "sweep-voicemails": {"task": "callmanager.sweep_voicemails", "schedule": 600.0},
    "clean-files": {"task": "tenants.clean_files", "schedule": 1800.0},
    "sweep-files": {"task": "tenants.sweep_files", "schedule": 6 * 3600.0},
    "make-partitions": {"task": "callmanager.maintain_partitions", "schedule": 6 * 3600.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(PBX_STATE_DIR / "celerybeat-schedule")
AUDIT_RETENTION_DAYS = env_int("PBX_AUDIT_RETENTION_DAYS", 730)
EVENT_LOG_RETENTION_DAYS = env_int("PBX_EVENT_LOG_RETENTION_DAYS", 90)
CALL_EVENT_RETENTION_DAYS = env_int("PBX_CALL_EVENT_RETENTION_DAYS", 90)

LOGGING = logging_config(env_str("PBX_LOG_LEVEL", "info"))
LOGGING_CONFIG = "pbxsite.logging.configure"
