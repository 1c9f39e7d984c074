"""How the REST API describes itself. Read by settings, so it imports nothing that needs them."""

from __future__ import annotations

from typing import Any

_ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "For programs: which rule was broken."},
        "field": {
            "type": ["string", "null"],
            "description": "Whose value it was; an inner one reads `outer.inner`.",
        },
        "message": {"type": "string", "description": "For people."},
    },
    "required": ["code", "field", "message"],
}
_ERRORS = {
    "type": "object",
    "properties": {
        "errors": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Error"}}
    },
    "required": ["errors"],
}
_FAILURES = {"4XX": "Refused.", "503": "What it needs does not answer now."}


# As Python writes times of day; the description's own `time` has a time zone.
_TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"


def describe_plainly(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What the generator says more strictly than it is: a value may fit several of what it lists."""
    _correct(result)
    return result


def _correct(part: Any) -> None:
    if isinstance(part, list):
        for one in part:
            _correct(one)
    elif isinstance(part, dict):
        if isinstance(part.get("oneOf"), list):
            part["anyOf"] = part.pop("oneOf")
        if part.get("format") == "time":
            part["pattern"] = _TIME_OF_DAY
            del part["format"]
        for one in part.values():
            _correct(one)


def describe_failures(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Every operation may be refused, and every refusal has the same shape."""
    result["components"]["schemas"] |= {"Error": _ERROR, "Errors": _ERRORS}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, description in _FAILURES.items():
                operation["responses"].setdefault(status, {"description": description, "content": content})
    return result


SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Tandem REST API",
    "DESCRIPTION": (
        "Sign in at `/api/auth/login` and send the token as `Authorization: Bearer`. An administrator names the "
        "tenant to act in with the header `X-Tenant`. Paths work with and without a trailing slash; failures "
        'are `{"errors": [{"code", "field", "message"}]}`. '
        "The event socket is described at `/api/events/schema` (AsyncAPI)."
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
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "pbxsite.openapi.describe_failures",
        "pbxsite.openapi.describe_plainly",
    ],
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
        "MenuChoiceEnum": "callmanager.api.receptionists.CHOICES",
        "RuleHoursEnum": "callmanager.models.outbound_rule.RULE_HOURS",
        "PhoneStateEnum": "callmanager.api.call_simulations.PHONE_STATES",
        "CallEndKindEnum": "callmanager.api.call_simulations.END_KINDS",
        "RoutingTestWhenEnum": "callmanager.models.routing_test.WHEN_KINDS",
        "WeekdayEnum": "callmanager.models.routing_test.WEEKDAY_CHOICES",
        "PresenceStatusEnum": "callmanager.models.extension.STATUSES",
        "GreetingTimeEnum": "callmanager.models.mailbox.GREETING_TIMES",
        "DeliveryStateEnum": "callmanager.fleet.models.webhook_delivery.DeliveryState.choices",
        "CallSideEnum": "callmanager.api.call_control.SIDES",
        "CallSidesEnum": "callmanager.api.call_control.ONE_OR_BOTH",
        "RecordingStateEnum": "callmanager.fleet.models.recording.RecordingState.choices",
        "CdrStatusEnum": "callmanager.fleet.models.cdr.CdrStatus.choices",
    },
}
