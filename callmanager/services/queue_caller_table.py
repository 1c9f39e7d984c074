"""VIP callers, harass numbers and exclusive agents as tables: written by an export, read by an import."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from callmanager.domain.number_lists import parse_blocked
from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.queue_caller_table import (
    EXCLUSIVE_COLUMNS,
    EXCLUSIVE_SAMPLE,
    HARASS_COLUMNS,
    HARASS_SAMPLE,
    VIP_COLUMNS,
    VIP_SAMPLE,
    read_agents,
    read_day,
    read_level,
    read_parts,
    write_agents,
    write_parts,
)
from callmanager.domain.rule_table import read_switch
from callmanager.models import ExclusiveAgent, ExclusiveAgentMember, HarassNumber, VipCaller
from callmanager.models.number_policy import LIST_ROWS_MAX
from callmanager.selectors.queue_caller import (
    exclusive_agent_list,
    exclusive_pairs,
    harass_number_list,
    vip_caller_list,
)
from callmanager.services.extension_rows import Existing
from callmanager.services.queue_caller import Pair, exclusive_agent_check, queue_agents_known
from callmanager.services.table_import import (
    RowOutcome,
    RowRefused,
    RuleTable,
    problems_of,
    read_cell,
    table_register,
)
from tenants.csv_reading import CsvRow

Problems = list[tuple[str, str, str]]
Listed = TypeVar("Listed", bound=Model)


class _Rows(Generic[Listed]):
    """A list whose rows are known by one column."""

    key = "number"
    words = "This number"

    def __init__(self, known: dict[str, Listed], existing: Existing) -> None:
        self._existing = existing
        self._known = known
        self._lines: dict[str, int] = {}
        self._made: list[Listed] = []
        self._changed: list[Listed] = []

    @abstractmethod
    def _key(self, text: str) -> str:
        """As it is compared. Raises NumberPatternError."""

    @abstractmethod
    def _new(self, key: str) -> Listed: ...

    @abstractmethod
    def _fill(self, thing: Listed, row: CsvRow, problems: Problems) -> None:
        """Raises ValidationError, or adds to the problems."""

    def read(self, row: CsvRow) -> RowOutcome:
        problems: Problems = []
        text = row.values[self.key].strip()
        try:
            key = self._key(text)
        except NumberPatternError as error:
            raise RowRefused([(self.key, error.code, str(error))]) from error
        known = self._known.get(key)
        if key in self._lines:
            problems.append((self.key, "duplicate", f"Line {self._lines[key]} has it, too."))
        self._lines.setdefault(key, row.line)
        if known is not None and self._existing is Existing.REFUSE:
            problems.append((self.key, "unique", f"{self.words} is in the list already."))
        if known is not None and self._existing is Existing.SKIP and not problems:
            return RowOutcome.SKIPPED
        if known is None and len(self._known) + len(self._made) >= LIST_ROWS_MAX:
            problems.append((self.key, "max_length", f"At most {LIST_ROWS_MAX:,} rows."))
        thing = known if known is not None else self._new(key)
        try:
            self._fill(thing, row, problems)
        except ValidationError as error:
            problems += problems_of(error, {})
        if problems:
            raise RowRefused(problems)
        (self._made if known is None else self._changed).append(thing)
        return RowOutcome.CREATED if known is None else RowOutcome.UPDATED


class _NumberRows(_Rows[Listed]):
    """Of numbers, with columns that are fields of the model, too."""

    model: type[Listed]
    fields: tuple[str, ...]

    def __init__(self, listed: Iterable[Any], existing: Existing) -> None:
        super().__init__({one.number: one for one in listed}, existing)

    def _key(self, text: str) -> str:
        return parse_blocked(text)

    def _new(self, key: str) -> Listed:
        return self.model(number=key)

    def write(self) -> None:
        rows = self.model._default_manager
        rows.bulk_create(self._made)
        if self._changed:
            rows.bulk_update(self._changed, self.fields, batch_size=500)


def _cell(thing: Model, row: CsvRow, column: str, read: Callable[[str], object], problems: Problems) -> None:
    """What a column that is left out says stays, and so does what can't be read."""
    if column not in row.values:
        return
    before = len(problems)
    value = read_cell(column, partial(read, row.values[column]), problems)
    if len(problems) == before:
        setattr(thing, column, value)


class VipRows(_NumberRows[VipCaller]):
    model = VipCaller
    fields = ("description", "last_day", "is_enabled")

    def __init__(self, rows: Sequence[CsvRow], existing: Existing) -> None:
        super().__init__(vip_caller_list(), existing)

    def _fill(self, thing: VipCaller, row: CsvRow, problems: Problems) -> None:
        _cell(thing, row, "description", str.strip, problems)
        _cell(thing, row, "last_day", read_day, problems)
        _cell(thing, row, "is_enabled", partial(read_switch, otherwise=thing.is_enabled), problems)
        thing.full_clean(validate_unique=False, validate_constraints=False)


class HarassRows(_NumberRows[HarassNumber]):
    model = HarassNumber
    fields = ("description", "level")

    def __init__(self, rows: Sequence[CsvRow], existing: Existing) -> None:
        super().__init__(harass_number_list(), existing)

    def _fill(self, thing: HarassNumber, row: CsvRow, problems: Problems) -> None:
        _cell(thing, row, "description", str.strip, problems)
        _cell(thing, row, "level", lambda text: read_level(text).value, problems)
        thing.full_clean(validate_unique=False, validate_constraints=False)


class ExclusiveRows(_Rows[ExclusiveAgent]):
    key = "description"
    words = "This description"

    def __init__(self, rows: Sequence[CsvRow], existing: Existing) -> None:
        super().__init__({one.description: one for one in exclusive_agent_list()}, existing)
        self._agents = queue_agents_known()
        self._members: dict[str, list[dict[str, int]]] = {}

    def _key(self, text: str) -> str:
        return text

    def _new(self, key: str) -> ExclusiveAgent:
        return ExclusiveAgent(description=key)

    def _fill(self, thing: ExclusiveAgent, row: CsvRow, problems: Problems) -> None:
        callers = read_parts(row.values["callers"]) if "callers" in row.values else None
        agents: Sequence[Pair] | None = exclusive_pairs(thing)
        if "agents" in row.values:
            agents = read_cell("agents", partial(read_agents, row.values["agents"]), problems)
        if agents is not None:
            wanted = list(dict.fromkeys(agents))
            self._members[thing.description] = exclusive_agent_check(
                exclusive=thing, callers=callers, agents=wanted, known=self._agents
            )

    def write(self) -> None:
        ExclusiveAgent.objects.bulk_create(self._made)
        if self._changed:
            ExclusiveAgent.objects.bulk_update(self._changed, ["callers"], batch_size=500)
            ExclusiveAgentMember.objects.filter(exclusive__in=self._changed).delete()
        ExclusiveAgentMember.objects.bulk_create(
            ExclusiveAgentMember(exclusive=one, **member)
            for one in (*self._made, *self._changed)
            for member in self._members[one.description]
        )


def _vip_rows(callers: QuerySet[VipCaller]) -> Iterator[list[object]]:
    for one in callers:
        yield [one.number, one.description, one.last_day.isoformat() if one.last_day else "", one.is_enabled]


def _harass_rows(entries: QuerySet[HarassNumber]) -> Iterator[list[object]]:
    for one in entries:
        yield [one.number, one.description, one.level]


def _exclusive_rows(listed: QuerySet[ExclusiveAgent]) -> Iterator[list[object]]:
    for one in listed:
        yield [one.description, write_parts(one.callers), write_agents(exclusive_pairs(one))]


def _table(**fields: Any) -> RuleTable:
    return table_register(RuleTable(**fields))


VIP_TABLE = _table(
    kind="vip_callers.import",
    words="VIP callers",
    audit_name="vip_caller",
    file_name="vip-callers",
    columns=VIP_COLUMNS,
    required=("number",),
    sample=VIP_SAMPLE,
    open=VipRows,
    write=_vip_rows,
    key_words="number",
    hint="The number is required: one, a mask such as 44201******* or a range such as 1100-1200. The last day on which "
    "it counts reads “2027-06-30”; empty: for ever.",
)
HARASS_TABLE = _table(
    kind="harass_numbers.import",
    words="harass numbers",
    audit_name="harass_number",
    file_name="harass-numbers",
    columns=HARASS_COLUMNS,
    required=("number",),
    sample=HARASS_SAMPLE,
    open=HarassRows,
    write=_harass_rows,
    key_words="number",
    hint="The number is required: one, a mask such as 44201******* or a range such as 1100-1200. Level 1 is warned, "
    "level 2 is hung up.",
)
EXCLUSIVE_TABLE = _table(
    kind="exclusive_agents.import",
    words="exclusive agents",
    audit_name="exclusive_agent",
    file_name="exclusive-agents",
    columns=EXCLUSIVE_COLUMNS,
    required=("description", "callers", "agents"),
    sample=EXCLUSIVE_SAMPLE,
    open=ExclusiveRows,
    write=_exclusive_rows,
    key_words="description",
    hint="All columns are required. Caller numbers stand in one cell with semicolons between; agents likewise, each as "
    "queue and extension: “8000 102; 8000 103”.",
)
