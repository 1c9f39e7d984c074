"""What members of ring groups have had of the groups' calls: counted as it happens, on the SIP thread.

Of other workers, and of this one before it was started anew, the stored records tell.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from callmanager.domain.ring_groups import NEVER_USED, REMEMBERED_DAYS, MembersUse, MemberUse
from sipworker.call.actions import DialLeg, DialTrunk
from sipworker.ports import StoredUse

Key = tuple[int, str, str]
_REMEMBERED_S = REMEMBERED_DAYS * 24 * 3600.0


@dataclass(slots=True)
class _Line:
    answered_at: deque[float] = field(default_factory=deque)
    last_rung_at: float = 0.0


class GroupUse:
    def __init__(self, stored: StoredUse) -> None:
        self._stored = stored
        self._lines: dict[Key, _Line] = {}

    def note_rung(self, dial: DialLeg | DialTrunk, at: datetime) -> None:
        if dial.ring_group:
            self._line((dial.tenant_id, dial.ring_group, dial.number)).last_rung_at = at.timestamp()

    def note_answered(self, tenant_id: int, established: Mapping[str, object], at: datetime) -> None:
        if group := established.get("ring_group"):
            line = self._line((tenant_id, str(group), str(established["number"])))
            line.answered_at.append(at.timestamp())
            _forget_old(line, at.timestamp())

    def of(self, tenant_id: int, at: datetime) -> MembersUse:
        return _Members(self, tenant_id, at.timestamp())

    def member(self, key: Key, at: float) -> MemberUse:
        tenant_id, group, number = key
        stored = self._stored.group_members(tenant_id).get((group, number), NEVER_USED)
        line = self._lines.get(key)
        if line is None:
            return stored
        _forget_old(line, at)
        return MemberUse(stored.answered + len(line.answered_at), max(stored.last_rung_at, line.last_rung_at))

    def _line(self, key: Key) -> _Line:
        return self._lines.setdefault(key, _Line())


def _forget_old(line: _Line, now: float) -> None:
    while line.answered_at and line.answered_at[0] < now - _REMEMBERED_S:
        line.answered_at.popleft()


class _Members(Mapping[tuple[str, str], MemberUse]):
    """Reckoned when it is asked, since few groups depend on it."""

    def __init__(self, use: GroupUse, tenant_id: int, at: float) -> None:
        self._use = use
        self._tenant_id = tenant_id
        self._at = at

    def __getitem__(self, key: tuple[str, str]) -> MemberUse:
        return self._use.member((self._tenant_id, *key), self._at)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def __len__(self) -> int:
        return 0
