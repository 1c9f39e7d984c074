"""Which SIP passwords are refused: most toll fraud begins with a guessed one."""

from __future__ import annotations

MIN_LENGTH = 10
MAX_LENGTH = 64
MIN_DIFFERENT = 5


def find_weakness(password: str, number: str) -> str | None:
    """The rule this password breaks, as a sentence for the user; None when it may be used."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return f"A SIP password has {MIN_LENGTH} to {MAX_LENGTH} characters."
    if not (password.isascii() and password.isprintable()) or " " in password or '"' in password:
        return 'A SIP password consists of ASCII letters, digits and signs, without blanks and ".'
    if not (any(c.isdigit() for c in password) and any(c.isalpha() for c in password)):
        return "A SIP password has letters and digits."
    if len(set(password)) < MIN_DIFFERENT:
        return f"A SIP password has at least {MIN_DIFFERENT} different characters."
    if len(number) >= 3 and number.lower() in password.lower():
        return "A SIP password does not contain the extension number."
    return None
