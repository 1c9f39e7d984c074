"""Which rules a trunk's header parameters may be made of: asked before they are stored. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from callmanager.domain.header_parameters import (
    CallerMapping,
    HeaderPart,
    HeaderRule,
    HeaderSource,
    ProviderField,
)
from callmanager.domain.sip_text import is_host, printable

MAX_RULES = 40
MAX_MAPPINGS = 20
MAX_CONSTANT = 200
MAX_HEADER_NAME = 64
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,64}")
# What a SIP stack writes itself, its short forms, and what has parts of its own among the rules.
# fmt: off
_OURS = frozenset({
    "via", "v", "from", "f", "to", "t", "call-id", "i", "cseq", "contact", "m", "route", "record-route",
    "max-forwards", "expires", "min-se", "session-expires", "x", "supported", "k", "require", "proxy-require",
    "allow", "allow-events", "u", "event", "o", "authorization", "proxy-authorization", "www-authenticate",
    "proxy-authenticate", "authentication-info", "date", "mime-version", "replaces", "referred-by", "b",
    "refer-to", "r", "p-asserted-identity", "p-preferred-identity", "remote-party-id", "diversion", "privacy",
    "rack", "rseq", "accept", "server", "user-agent", "timestamp", "unsupported", "warning", "c", "l", "e",
})
# fmt: on
_HOSTS = frozenset(part for part in HeaderPart if part.value.endswith("_host"))
_NEEDED = frozenset({HeaderPart.REQUEST_USER, HeaderPart.FROM_USER, HeaderPart.TO_USER, *_HOSTS})


class HeaderRuleInvalid(ValueError):
    """`code` names the rule that is broken, the message says it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_header_rules(rules: Iterable[HeaderRule]) -> None:
    """Raises HeaderRuleInvalid, naming the line."""
    seen: set[tuple[HeaderPart, str]] = set()
    for line, rule in enumerate(rules, start=1):
        if line > MAX_RULES:
            raise HeaderRuleInvalid("max_length", f"At most {MAX_RULES} rules.")
        try:
            _check_rule(rule)
        except HeaderRuleInvalid as error:
            raise HeaderRuleInvalid(error.code, f"Line {line}: {error}") from error
        key = rule.part, rule.header_name.lower()
        if key in seen:
            raise HeaderRuleInvalid("unique", f"Line {line}: this part has a rule already.")
        seen.add(key)


def check_caller_mappings(mappings: Iterable[CallerMapping]) -> None:
    """Raises HeaderRuleInvalid, naming the line."""
    seen: set[CallerMapping] = set()
    for line, mapping in enumerate(mappings, start=1):
        if line > MAX_MAPPINGS:
            raise HeaderRuleInvalid("max_length", f"At most {MAX_MAPPINGS} lines.")
        is_custom = mapping.field is ProviderField.CUSTOM
        if is_custom and not _TOKEN.fullmatch(mapping.header_name):
            raise HeaderRuleInvalid("header_name", f"Line {line}: name the header, such as P-Caller.")
        if not is_custom and mapping.header_name:
            raise HeaderRuleInvalid("not_allowed", f"Line {line}: only another header needs a name.")
        if mapping in seen:
            raise HeaderRuleInvalid("unique", f"Line {line} stands there twice.")
        seen.add(mapping)


def _check_rule(rule: HeaderRule) -> None:
    if rule.part is HeaderPart.CUSTOM:
        _check_name(rule.header_name)
    elif rule.header_name:
        raise HeaderRuleInvalid("not_allowed", "only another header needs a name.")
    if rule.source is HeaderSource.CONSTANT:
        _check_constant(rule)
    elif rule.constant:
        raise HeaderRuleInvalid("not_allowed", "a text is for the source “constant” alone.")
    if rule.source is HeaderSource.EMPTY and rule.part in _NEEDED:
        raise HeaderRuleInvalid("needed", "this part can't be left out.")
    if rule.source is HeaderSource.EMPTY and rule.part is HeaderPart.CUSTOM:
        raise HeaderRuleInvalid("needed", "a header without a value is not sent: remove the line.")


def _check_name(name: str) -> None:
    lower = name.lower()
    if not _TOKEN.fullmatch(name):
        raise HeaderRuleInvalid(
            "header_name", "a header's name has letters, digits and hyphens, such as X-Account."
        )
    if lower in _OURS or lower.startswith(("x-pbx-", "content-")):
        raise HeaderRuleInvalid("header_name", f"{name[:40]} is a header that the system writes itself.")


def _check_constant(rule: HeaderRule) -> None:
    if not rule.constant.strip():
        raise HeaderRuleInvalid("required", "write the text that is sent.")
    if rule.constant != printable(rule.constant) or len(rule.constant) > MAX_CONSTANT:
        raise HeaderRuleInvalid(
            "constant", f"no line breaks or control characters, {MAX_CONSTANT} characters at most."
        )
    if rule.part in _HOSTS and not is_host(rule.constant):
        raise HeaderRuleInvalid("host", "a host name or address, such as sip.example.com.")
