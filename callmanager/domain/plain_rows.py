"""Frozen dataclasses as plain JSON and back, by their type hints: a dataclass is the list of its fields' values.

Written for the worker's copies of snapshots on disk, so only what snapshots are made of is known here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from callmanager.domain.number_range import NumberRange, NumberSet

Reader = Callable[[Any], Any]


def to_plain(value: Any) -> Any:
    """JSON scalars and lists of them. Sets are sorted, so that equal values give equal texts."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, tuple | list):
        return [to_plain(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(to_plain(one) for one in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, NumberSet):
        return [to_plain(one) for one in value.ranges]
    if is_dataclass(value) and not isinstance(value, type):
        return [to_plain(getattr(value, name)) for name in _field_names(type(value))]
    raise TypeError(f"{type(value).__name__} is nothing a snapshot is made of")


def from_plain(kind: Any, plain: Any) -> Any:
    """What `to_plain` wrote of a value of this type; raises ValueError, TypeError or KeyError for anything else."""
    return _reader(kind)(plain)


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.init)


@cache
def _reader(kind: Any) -> Reader:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in (str, int, float, bool):
        return lambda plain: plain
    if origin in (UnionType, Union):
        return _optional_reader(arguments)
    if origin in (tuple, frozenset):
        if origin is tuple and arguments[-1] is not Ellipsis:
            return _fixed_tuple_reader(arguments)
        read = _reader(arguments[0])
        return lambda plain: origin(map(read, plain))
    if kind is date:
        return date.fromisoformat
    if kind is NumberSet:
        read_range = _reader(NumberRange)
        return lambda plain: NumberSet(map(read_range, plain))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_reader(kind)
    raise TypeError(f"{kind} is nothing a snapshot is made of")


def _optional_reader(arguments: tuple[Any, ...]) -> Reader:
    (inner,) = (one for one in arguments if one is not NoneType)
    read = _reader(inner)
    return lambda plain: None if plain is None else read(plain)


def _fixed_tuple_reader(arguments: tuple[Any, ...]) -> Reader:
    readers = [_reader(one) for one in arguments]
    return lambda plain: tuple(read(one) for read, one in zip(readers, plain, strict=True))


def _dataclass_reader(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = [_reader(hints[name]) for name in _field_names(kind)]

    def read_all(plain: Any) -> Any:
        return kind(*(read(one) for read, one in zip(readers, plain, strict=True)))

    return read_all
