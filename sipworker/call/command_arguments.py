"""The arguments of a command, read one by one. What is wrong, missing or unknown is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

Choice = TypeVar("Choice", bound=StrEnum)

MISSING = "argument_missing"
WRONG = "argument_wrong"
UNKNOWN = "argument_unknown"
LONGEST_TEXT = 500


class ArgumentError(ValueError):
    """The message is what people read; it begins with the name of the argument."""

    def __init__(self, code: str, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.code = code
        self.name = name


class Arguments:
    """Each method reads one argument; `finish` finds those that nobody read."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self._read: set[str] = set()

    def text(self, name: str, *, default: str | None = None, longest: int = LONGEST_TEXT) -> str:
        value = self._take(name, default)
        if not isinstance(value, str):
            raise ArgumentError(WRONG, name, "a text is wanted")
        if len(value) > longest or (not value and default is None):
            raise ArgumentError(WRONG, name, f"1 to {longest} characters")
        return value

    def texts(self, name: str, *, most: int, longest: int = LONGEST_TEXT) -> tuple[str, ...]:
        values = self._take(name, None)
        if not isinstance(values, list) or not 0 < len(values) <= most:
            raise ArgumentError(WRONG, name, f"a list of 1 to {most} texts is wanted")
        if not all(isinstance(value, str) and 0 < len(value) <= longest for value in values):
            raise ArgumentError(WRONG, name, f"texts of 1 to {longest} characters")
        return tuple(map(str, values))

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise ArgumentError(WRONG, name, "true or false is wanted")
        return value

    def whole(self, name: str, lowest: int, highest: int, *, default: int | None = None) -> int:
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ArgumentError(WRONG, name, f"a whole number from {lowest} to {highest}")
        return value

    def choice(self, name: str, among: type[Choice], *, default: Choice | None = None) -> Choice:
        value = self._take(name, default)
        try:
            return among(str(value))
        except ValueError:
            raise ArgumentError(WRONG, name, f"one of {', '.join(among)}") from None

    def finish(self) -> None:
        unknown = sorted(self._values.keys() - self._read)
        if unknown:
            raise ArgumentError(UNKNOWN, unknown[0][:64], "the command does not know this argument")

    def _take(self, name: str, default: object) -> object:
        self._read.add(name)
        value = self._values.get(name, default)
        if value is None:
            raise ArgumentError(MISSING, name, "this argument is needed")
        return value
