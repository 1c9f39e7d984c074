"""Values as they may stand in SIP headers (RFC 3261 section 25.1): nothing typed can end a header or an address."""

from __future__ import annotations

import re
from urllib.parse import quote

# What may stand in the user part beside letters and digits.
USER_UNRESERVED = "-_.!~*'()&=+$,;?/"
# Whatever may not stand in JSON, a log line or a header that we write: control characters and broken UTF-8.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text.replace("\t", " "))


def quoted(text: str) -> str:
    """The inside of a quoted string."""
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


def is_host(text: str) -> bool:
    """A host name or address, with a port if need be, as it may stand behind the @."""
    return _HOST.fullmatch(text) is not None


def sip_uri(user: str, host: str) -> str:
    """Without a user the address of the host alone."""
    return f"sip:{quote(user, safe=USER_UNRESERVED)}@{printable(host)}" if user else f"sip:{printable(host)}"


def name_addr(display_name: str, uri: str) -> str:
    return f'"{quoted(display_name)}" <{uri}>' if display_name else f"<{uri}>"
