"""The one kind of failure a person at the terminal is told about, in one sentence."""

from __future__ import annotations


class StackError(Exception):
    """Its text is shown as it is: a full sentence that names the remedy."""
