"""How the threads of a worker share Python: the one that owns the calls must get it quickly, whatever others do."""

from __future__ import annotations

import gc
import sys

# Python's own is ten times as long: so much later a signal of a call would be heard while a large company is read.
SWITCH_EVERY_S = 0.0005
# Short for the collector: what has just been made. Older garbage waits until it looks by itself.
_YOUNG = 1


def interpreter_prepare() -> None:
    sys.setswitchinterval(SWITCH_EVERY_S)


def long_lived_settle() -> None:
    """What is there now stays: the collector must not walk all companies' configurations over and over, because every
    thread waits for it (50 ms for one of 2,000 extensions). Without cycles, it goes by itself when nobody uses it.
    """
    gc.collect(_YOUNG)
    gc.freeze()
