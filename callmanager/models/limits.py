"""Numbers that have a lowest and a highest value."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator


def between(limits: tuple[int, int]) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(limits[0]), MaxValueValidator(limits[1])]
