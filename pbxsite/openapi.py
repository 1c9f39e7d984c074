"""How the REST API describes itself. Read by settings, so it imports nothing that needs them."""

from __future__ import annotations

from typing import Any

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Tandem REST API",
    "DESCRIPTION": (
        "Sign in at `/api/auth/login` and send the token as `Authorization: Bearer`. An administrator names the "
        "tenant to act in with the header `X-Tenant`. Paths work with and without a trailing slash; failures "
        'are `{"errors": [{"code", "field", "message"}]}`.'
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": False, "displayRequestDuration": True},
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/",
    "SECURITY": [{"bearer": []}],
    # Only asked for `.none()`; the tenants' own managers would ask for a scope.
    "DEFAULT_QUERY_MANAGER": "_base_manager",
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "tenants.roles.Role.choices",
        "TokenScopeEnum": "tenants.capabilities.TokenScope.choices",
        "RankEnum": "tenants.roles.Rank.choices",
        "JobStateEnum": "tenants.models.job.JobState.choices",
        "ScheduleStateEnum": "callmanager.api.office_hours.SCHEDULE_STATES",
        "EventAuthenticationEnum": "tenants.models.event_url.EventAuthentication.choices",
        "TrunkAuthenticationEnum": "callmanager.fleet.models.trunk.TrunkAuthentication.choices",
        "TrunkStateEnum": "callmanager.api.trunks.TRUNK_STATES",
        "DestinationKindEnum": "callmanager.models.destination.ACTIONS",
        "RuleHoursEnum": "callmanager.models.outbound_rule.RULE_HOURS",
        "PhoneStateEnum": "callmanager.api.call_simulations.PHONE_STATES",
        "CallEndKindEnum": "callmanager.api.call_simulations.END_KINDS",
        "PresenceStatusEnum": "callmanager.models.extension.STATUSES",
        "DeliveryStateEnum": "callmanager.fleet.models.webhook_delivery.DeliveryState.choices",
        "CdrStatusEnum": "callmanager.fleet.models.cdr.CdrStatus.choices",
    },
}
