"""How languages count new and old messages: adjectives before or after, and endings that follow the number. Pure."""

from __future__ import annotations

from callmanager.domain.spoken_numbers import counted_names


def count_names(language: str, new: int, old: int) -> tuple[str, ...]:
    if not new and not old:
        return _NONE.get(language, _NONE["en"])
    parts = [_of(language, count, is_new=is_new) for count, is_new in ((new, True), (old, False)) if count]
    linked = parts[0] if len(parts) == 1 else (*parts[0], "vm-and", *parts[1])
    return ("vm-youhave", *linked)


_NONE = {
    "en": ("vm-youhave", "vm-no", "vm-messages"),
    "es": ("vm-youhaveno", "vm-messages"),
    "fr": ("vm-youhave", "vm-no", "vm-messages"),
    "it": ("vm-no", "vm-message"),
    "ru": ("vm-youhave", "vm-no", "vm-messagex2"),
}


def _of(language: str, count: int, *, is_new: bool) -> tuple[str, ...]:
    noun = "vm-message" if count == 1 else "vm-messages"
    kind = "vm-INBOX" if is_new else "vm-Old"
    number = counted_names(language, count)
    match language:
        case "es":
            return ("digits/1M", noun, f"{kind}s") if count == 1 else (*number, noun, kind)
        case "fr":
            return (*number, kind, noun) if is_new else (*number, noun, kind)
        case "it":
            stem, ending = "vm-nuov" if is_new else "vm-vecchi", "o" if count == 1 else "i"
            # "Vecchio" has the plural "vecchi", whose i is already there.
            kind = f"{stem}{ending}" if is_new or count == 1 else stem
            return ("digits/un", kind, noun) if count == 1 else (*number, kind, noun)
        case "ru":
            return _russian(count, number, is_new=is_new)
    return (*number, kind, noun)


def _russian(count: int, number: tuple[str, ...], *, is_new: bool) -> tuple[str, ...]:
    """Neuter; one, a few (2 to 4), many; the teens are many."""
    ones = 0 if count % 100 in range(11, 15) else count % 10
    if ones in (1, 2) and number:
        number = (*number[:-1], f"digits/{ones}n")
    adjective = f"vm-{'new' if is_new else 'old'}{'n' if ones == 1 else 'x'}"
    noun = "vm-message" if ones == 1 else "vm-messagex1" if ones in (2, 3, 4) else "vm-messagex2"
    return (*number, adjective, noun)
