"""How many messages there are, by language."""

from __future__ import annotations

import pytest

from callmanager.domain.spoken import say_counts
from tests.pure.spoken.test_numbers import names


@pytest.mark.parametrize(
    ("language", "new", "old", "said"),
    [
        ("en", 0, 0, "vm-youhave vm-no vm-messages"),
        ("en", 1, 0, "vm-youhave 1 vm-INBOX vm-message"),
        ("en", 3, 2, "vm-youhave 3 vm-INBOX vm-messages vm-and 2 vm-Old vm-messages"),
        ("en", 0, 1, "vm-youhave 1 vm-Old vm-message"),
        ("es", 0, 0, "vm-youhaveno vm-messages"),
        ("es", 1, 1, "vm-youhave 1M vm-message vm-INBOXs vm-and 1M vm-message vm-Olds"),
        ("es", 2, 0, "vm-youhave 2 vm-messages vm-INBOX"),
        ("fr", 2, 1, "vm-youhave 2 vm-INBOX vm-messages vm-and 1 vm-message vm-Old"),
        ("it", 0, 0, "vm-no vm-message"),
        ("it", 1, 1, "vm-youhave un vm-nuovo vm-message vm-and un vm-vecchio vm-message"),
        ("it", 2, 3, "vm-youhave 2 vm-nuovi vm-messages vm-and 3 vm-vecchi vm-messages"),
        ("ru", 0, 0, "vm-youhave vm-no vm-messagex2"),
        ("ru", 1, 0, "vm-youhave 1n vm-newn vm-message"),
        ("ru", 2, 0, "vm-youhave 2n vm-newx vm-messagex1"),
        ("ru", 5, 0, "vm-youhave 5 vm-newx vm-messagex2"),
        ("ru", 11, 0, "vm-youhave 11 vm-newx vm-messagex2"),
        ("ru", 21, 0, "vm-youhave 20 1n vm-newn vm-message"),
        ("ru", 0, 33, "vm-youhave 30 3 vm-oldx vm-messagex1"),
        ("ru", 0, 250, "vm-youhave 2 5 0 vm-oldx vm-messagex2"),
    ],
    ids=lambda value: str(value),
)
def test_messages_are_counted_in_the_languages_own_way(language: str, new: int, old: int, said: str) -> None:
    assert names(say_counts(language, new, old)) == said
