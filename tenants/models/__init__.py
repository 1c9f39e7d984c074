"""One file per noun. All of them live in the public schema: signing in comes before knowing a tenant."""

from __future__ import annotations

from tenants.models.api_token import ApiToken
from tenants.models.audit import AuditDoor, AuditEntry, AuditOutcome
from tenants.models.brand import Brand, BrandPicture, PictureKind
from tenants.models.event_log import EventLogEntry, EventSource, Severity
from tenants.models.event_url import EventTopic, EventUrl
from tenants.models.job import Job, JobState
from tenants.models.mail_server import MailSecurity, MailServer
from tenants.models.outgoing_mail import MailAttachment, MailState, OutgoingMail
from tenants.models.schema_template import SchemaTemplate
from tenants.models.second_factor import RecoveryCode, SecondFactor, SignInRule
from tenants.models.tenant import Tenant, TenantProfile
from tenants.models.tenant_file import FileKind, TenantFile, TenantFileUsage
from tenants.models.user import Administrator, User
from tenants.models.user_session import PasswordReset, UserSession
from tenants.roles import Rank, Role

__all__ = [
    "Administrator",
    "ApiToken",
    "AuditDoor",
    "AuditEntry",
    "AuditOutcome",
    "Brand",
    "BrandPicture",
    "EventLogEntry",
    "EventSource",
    "EventTopic",
    "EventUrl",
    "FileKind",
    "Job",
    "JobState",
    "MailAttachment",
    "MailSecurity",
    "MailServer",
    "MailState",
    "OutgoingMail",
    "PasswordReset",
    "PictureKind",
    "Rank",
    "RecoveryCode",
    "Role",
    "SchemaTemplate",
    "SecondFactor",
    "Severity",
    "SignInRule",
    "Tenant",
    "TenantFile",
    "TenantFileUsage",
    "TenantProfile",
    "User",
    "UserSession",
]
