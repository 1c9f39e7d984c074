"""Which numbers may be called and who may call: countries, blocked beginnings, the blacklist, emergency numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from callmanager.domain.number_range import NumberPatternError, NumberRange, NumberSet, parse_number_range
from callmanager.domain.telephone_number import is_emergency_number, read_number


@dataclass(frozen=True, slots=True)
class NumberPolicy:
    """A tenant's own settings and, in the lists of blocked ones, the platform's too.

    `country` is the tenant's (two letters); numbers are read as somebody there dials them. `allowed_countries` None:
    the own one alone, and none while that is not known. `blocked_numbers` are numbers, masks and ranges
    as they were written.
    """

    country: str = ""
    allowed_countries: frozenset[str] | None = None
    disallowed_prefixes: tuple[str, ...] = ()
    blocked_numbers: tuple[str, ...] = ()
    more_emergency_numbers: frozenset[str] = frozenset()


NO_POLICY = NumberPolicy()


class NumberJudge:
    """Asks a policy; built once for a snapshot."""

    def __init__(self, policy: NumberPolicy) -> None:
        self._policy = policy
        self._blocked = NumberSet(_blocked_ranges(policy))
        self._prefixes = tuple(prefix.removeprefix("+") for prefix in policy.disallowed_prefixes)
        own = frozenset({policy.country} if policy.country else ())
        self._countries = own if policy.allowed_countries is None else policy.allowed_countries

    def is_emergency(self, number: str) -> bool:
        """Asked first of all, of every number that is dialled."""
        return number in self._policy.more_emergency_numbers or is_emergency_number(
            number, self._policy.country
        )

    def is_blocked(self, number: str) -> bool:
        """Whether the number, as it is written or as E.164, is on the blacklist."""
        if not self._blocked:
            return False
        reading = read_number(number, self._policy.country)
        return number in self._blocked or (reading is not None and reading.digits in self._blocked)

    def find_refusal(self, forms: Iterable[str]) -> str | None:
        """Why a call to this number is not allowed; None if it is.

        `forms` are the same number as it was dialled, stripped and sent: a beginning that a company dials first, or
        that its provider wants, must not hide the country behind it.
        """
        for form in dict.fromkeys(forms):
            reading = read_number(form, self._policy.country)
            if refusal := self._refuse_prefix(form, reading.digits if reading else ""):
                return refusal
            if reading is not None and (refusal := self._refuse_country(reading.countries)):
                return refusal
        return None

    def _refuse_prefix(self, form: str, digits: str) -> str | None:
        """A beginning counts as it is written and, for one with a country, in E.164."""
        for written in (form.removeprefix("+"), digits):
            if written and written.startswith(self._prefixes or ("\0",)):
                prefix = next(one for one in self._prefixes if written.startswith(one))
                return f"Numbers that begin with {prefix} are not allowed"
        return None

    def _refuse_country(self, countries: frozenset[str]) -> str | None:
        if countries & self._countries:
            return None
        return f"Calls to {' or '.join(sorted(countries)[:3])} are not allowed"


def _blocked_ranges(policy: NumberPolicy) -> Iterator[NumberRange]:
    """As written, and as E.164 where the pattern is written as people there dial."""
    for pattern in policy.blocked_numbers:
        try:
            numbers = parse_number_range(pattern)
        except NumberPatternError:
            # Stored patterns were checked; what another version wrote blocks nobody.
            continue
        yield numbers
        if (international := _in_e164(numbers, policy.country)) is not None:
            yield international


def _in_e164(numbers: NumberRange, country: str) -> NumberRange | None:
    ends = [read_number(f"{end:0{numbers.digits}d}", country) for end in (numbers.first, numbers.last)]
    texts = [end.digits for end in ends if end is not None]
    if len(texts) != 2 or len(texts[0]) != len(texts[1]) or int(texts[0]) > int(texts[1]):
        return None
    return NumberRange(len(texts[0]), int(texts[0]), int(texts[1]))
