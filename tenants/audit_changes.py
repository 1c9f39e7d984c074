"""What a request changes, field by field: noticed when models are saved, told to the audit log with the action.

Only between `audit_trail()` and its end, which is a request that may change something. Rows changed by
`QuerySet.update` or `bulk_create` are not noticed; who does that says so by `audit_note`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypedDict

from django.db.models import Field, Model
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

AUDITED_APPS = frozenset({"tenants", "callmanager", "billing", "provisioning"})
SECRET_NAME = re.compile(r"password|secret|token|digest|ha1|otp|recovery|private|api_key|credential", re.I)
SECRET_SET, SECRET_CHANGED = "set", "changed"
TEXT_LENGTH, CHANGES_AT_MOST, LIST_AT_MOST = 300, 100, 50
_BEFORE = "_audit_before"


class Change(TypedDict):
    before: object
    after: object


@dataclass(slots=True)
class NotedObject:
    """One object and what became of its fields."""

    target: Model
    is_new: bool
    changes: dict[str, Change] = field(default_factory=dict)


@dataclass(slots=True)
class AuditTrail:
    """Of one request. `recorded` counts the entries written by name."""

    noted: dict[tuple[str, str], NotedObject] = field(default_factory=dict)
    recorded: int = 0
    has_failed: bool = False

    def note(self, target: Model, changes: dict[str, Change], *, is_new: bool = False) -> None:
        noted = self.noted.setdefault(_key(target), NotedObject(target, is_new))
        for name, change in changes.items():
            first = noted.changes.get(name, change)
            noted.changes[name] = {"before": first["before"], "after": change["after"]}

    def take(self, target: Model) -> dict[str, Change]:
        """Everything noted so far: the target's own fields, and others' under their names. Forgets it."""
        own = self.noted.pop(_key(target), None)
        changes = dict(own.changes) if own is not None else {}
        for noted in self.noted.values():
            subject = f"{noted.target._meta.verbose_name} {noted.target}"[:100]
            changes.update({f"{subject}: {name}": change for name, change in noted.changes.items()})
        self.noted.clear()
        return _cut(changes)

    def take_each(self) -> list[NotedObject]:
        noted = [one for one in self.noted.values() if one.changes or one.is_new]
        self.noted.clear()
        return noted


_trail: ContextVar[AuditTrail | None] = ContextVar("tandem_audit_trail", default=None)


@contextmanager
def audit_trail() -> Iterator[AuditTrail]:
    trail = AuditTrail()
    token = _trail.set(trail)
    try:
        yield trail
    finally:
        _trail.reset(token)


def current_trail() -> AuditTrail | None:
    return _trail.get()


def audit_note(*, target: Model, name: str, before: object, after: object) -> None:
    """For what no `save` tells: the next entry about the target will hold it."""
    trail = _trail.get()
    if trail is None or before == after:
        return
    if SECRET_NAME.search(name):
        before, after = None, SECRET_CHANGED
    trail.note(target, {name: {"before": _plain(before), "after": _plain(after)}})


def fields_of(target: Model) -> dict[str, Change]:
    """All that is known of an object that is about to be deleted."""
    values = _values(target, _audited_fields(type(target)))
    return {
        name: {"before": value, "after": None} for name, value in values.items() if value not in (None, "")
    }


@receiver(pre_save, dispatch_uid="tenants.audit_changes.before")
def _notice_before(sender: type[Model], instance: Model, raw: bool = False, **_: Any) -> None:
    if raw or _trail.get() is None or not _is_audited(sender):
        return
    stored = None if instance._state.adding else sender._base_manager.filter(pk=instance.pk).first()
    instance.__dict__[_BEFORE] = stored


@receiver(post_save, dispatch_uid="tenants.audit_changes.after")
def _notice_after(sender: type[Model], instance: Model, update_fields: Any = None, **_: Any) -> None:
    trail = _trail.get()
    if trail is None or _BEFORE not in instance.__dict__:
        return
    before: Model | None = instance.__dict__.pop(_BEFORE)
    fields = _audited_fields(sender)
    if update_fields is not None:
        fields = [one for one in fields if one.name in update_fields or one.attname in update_fields]
    changes = _difference(before, instance, fields)
    if changes or before is None:
        trail.note(instance, changes, is_new=before is None)


@receiver(m2m_changed, dispatch_uid="tenants.audit_changes.links")
def _notice_links(
    sender: type[Model], instance: Model, action: str, reverse: bool, model: type[Model], **_: Any
) -> None:
    trail = _trail.get()
    if trail is None or reverse or not _is_audited(type(instance)):
        return
    name = next(
        (link.name for link in instance._meta.many_to_many if link.remote_field.through is sender), ""
    )
    if not name:
        return
    linked = [str(one) for one in getattr(instance, name).all()[:LIST_AT_MOST]]
    if action.startswith("pre_"):
        instance.__dict__.setdefault(f"{_BEFORE}_{name}", linked)
    else:
        before = instance.__dict__.pop(f"{_BEFORE}_{name}", [])
        if before != linked:
            trail.note(instance, {name: {"before": before, "after": linked}})


def _difference(before: Model | None, after: Model, fields: list[Field[Any, Any]]) -> dict[str, Change]:
    old = _values(before, fields, is_raw=True) if before is not None else {}
    new = _values(after, fields, is_raw=True)
    changes: dict[str, Change] = {}
    for one in fields:
        was, now = old.get(one.name), new[one.name]
        if was == now or (before is None and now in (None, "")):
            continue
        if is_secret(one):
            changes[one.name] = {"before": None, "after": SECRET_SET if before is None else SECRET_CHANGED}
        else:
            changes[one.name] = {"before": _plain(was), "after": _plain(now)}
    return changes


def _values(target: Model, fields: list[Field[Any, Any]], *, is_raw: bool = False) -> dict[str, object]:
    """As they would be read again; unless raw, secrets are left out."""
    values = {}
    for one in fields:
        if is_raw:
            value = one.value_from_object(target)
            values[one.name] = one.to_python(value) if isinstance(value, str | int | float | bool) else value
        elif not is_secret(one):
            values[one.name] = _plain(one.value_from_object(target))
    return values


def is_secret(one: Field[Any, Any]) -> bool:
    return bool(getattr(one, "is_secret", False)) or bool(SECRET_NAME.search(one.name))


def _audited_fields(model: type[Model]) -> list[Field[Any, Any]]:
    """What people decide; keys, digests and moments that the program keeps are not editable."""
    return [one for one in model._meta.concrete_fields if one.editable and not one.primary_key]


def _is_audited(model: type[Model]) -> bool:
    return model._meta.app_label in AUDITED_APPS and getattr(model, "is_audited", True)


def _key(target: Model) -> tuple[str, str]:
    return target._meta.label, str(target.pk)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in list(value)[:LIST_AT_MOST]]
    if isinstance(value, dict):
        return {
            str(name): SECRET_CHANGED if SECRET_NAME.search(str(name)) else _plain(one)
            for name, one in list(value.items())[:LIST_AT_MOST]
        }
    # The database stores neither NUL nor half a surrogate pair.
    text = str(value).replace("\0", "").encode(errors="replace").decode()
    return text if len(text) <= TEXT_LENGTH else f"{text[:TEXT_LENGTH]}…"


def _cut(changes: dict[str, Change]) -> dict[str, Change]:
    if len(changes) <= CHANGES_AT_MOST:
        return changes
    kept = dict(list(changes.items())[:CHANGES_AT_MOST])
    kept["…"] = {"before": None, "after": f"{len(changes) - CHANGES_AT_MOST} more"}
    return kept
