"""Why a registration was refused, in words: what the edge calls each cause, what it means and what helps. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """`means` is what happened, `helps` what the person at the phone or the administrator can do."""

    title: str
    means: str
    helps: str


CAUSES: Mapping[str, Cause] = {
    "wrong_password": Cause(
        "Wrong password",
        "The number exists, but the phone's password is not its SIP password.",
        "Type the SIP password of the extension (not the web password) into the phone again.",
    ),
    "unknown_extension": Cause(
        "Unknown extension",
        "Nobody has this number here.",
        "Check the user name in the phone, or create the extension.",
    ),
    "extension_disabled": Cause(
        "Extension disabled",
        "The password is right, but the extension is switched off.",
        "Enable the extension.",
    ),
    "tenant_disabled": Cause(
        "Tenant disabled", "The company is switched off as a whole.", "An administrator can enable it."
    ),
    "unknown_domain": Cause(
        "Unknown SIP domain",
        "No company has the SIP domain that the phone names.",
        "Type the SIP domain of the company into the phone; the page Network shows it.",
    ),
    "not_own_number": Cause(
        "Another extension's number",
        "The phone signs in as one extension and registers another.",
        "User name and authentication name in the phone must both be the extension's number.",
    ),
    "not_a_number": Cause(
        "Impossible number",
        "The user name in the phone has characters that no extension has.",
        "Type the extension's number and nothing else.",
    ),
    "penalised": Cause(
        "Too many wrong passwords",
        "After repeated failures this number is refused from this address for a while: 10 seconds, then a minute, "
        "then ten.",
        "Correct the password and wait; a new SIP password is taken at once.",
    ),
    "address_banned": Cause(
        "Address ignored",
        "A hundred wrong passwords a minute came from this address; it is ignored for five minutes.",
        "Find the device that tries; phones that were registered before go on working.",
    ),
    "expired_nonce": Cause(
        "Answers outdated challenges",
        "The phone keeps answering an old challenge of the server instead of the new one.",
        "Restart the phone; see whether two devices share one account, or a router repeats its messages.",
    ),
    "contact_refused": Cause(
        "Registration not taken",
        "The password is right, but ten phones are registered already, or the phone asks for less than a minute.",
        "Remove a phone, or let it register for at least 60 seconds.",
    ),
    "directory_away": Cause(
        "Directory unavailable",
        "The database did not answer, so nobody could be checked.",
        "Nothing at the phone; it tries again by itself. Administrators see more on the page Services.",
    ),
}
_UNKNOWN = Cause(
    "Refused", "The edge gave a cause that this page does not know.", "Update all parts of the system."
)


def cause_of(name: str) -> Cause:
    return CAUSES.get(name, _UNKNOWN)
