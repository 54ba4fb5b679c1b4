"""What happened with a customer: every record with an event date, and the customer's own changes.

Nothing here knows the kinds: whatever a book keeps in streams under its customers takes part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from operator import attrgetter
from typing import Any

from crmctl.facts.definitions import CUSTOMER
from crmctl.index.layout import as_record, event_column, quoted
from crmctl.locale import pick
from crmctl.refs import References
from crmctl.schema.access import amount_of, searched
from crmctl.schema.model import Field, Kind
from crmctl.values.dates import epoch, parse_date
from crmctl.values.money import format_amount
from crmctl.workspace import Workspace

HEADLINES = ("text", "note")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    `at` is an instant or a date as the record has it; `text` is the headline in words that do not
    depend on the language, `label` and `title` (what it was: a call, an order) are translated.
    `field` and `value` are set when a field of the customer's own changed.
    """

    at: str
    kind: str
    id: str
    text: str
    by: str | None
    label: str
    title: str
    moment: int
    field: str | None = None
    value: str | None = None

    def as_object(self) -> dict[str, Any]:
        """The entry for scripts."""
        keys = ("at", "kind", "id", "text", "by", "field", "value")
        return {key: value for key in keys if (value := getattr(self, key)) is not None}


def timeline(
    workspace: Workspace,
    id: str,
    *,
    as_of: date | None = None,
    since: date | None = None,
    limit: int = 0,
) -> list[Entry]:
    """The entries of a customer, newest first; `since` is the first day, `limit` 0 means all.

    What has a date but no time comes first on its day, that is after the rest in this order.
    """
    workspace.index.as_of(as_of)
    customer = workspace.registry.kinds[CUSTOMER]
    entries = [
        entry
        for kind in workspace.registry
        if belongs(kind, customer)
        for entry in _events(workspace, kind, id, since, limit)
    ]
    record = workspace.index.get(customer, id) or {}
    entries += [
        entry
        for entry in _changes(workspace, customer, record)
        if since is None or entry.at[:10] >= since.isoformat()
    ]
    entries.sort(key=attrgetter("moment"), reverse=True)
    return entries[:limit] if limit else entries


def belongs(kind: Kind, customer: Kind) -> bool:
    """Whether records of the kind are events filed under a customer."""
    return (
        kind.date is not None
        and kind.parent is not None
        and kind.fields[kind.parent].ref == customer.name
    )


def latest(workspace: Workspace, kind: Kind, id: str, limit: int) -> list[dict[str, Any]]:
    """The newest records of a kind of events that are filed under a customer; 0: all."""
    return [record for record, _event in _newest(workspace, kind, id, None, limit)]


def _newest(
    workspace: Workspace, kind: Kind, id: str, since: date | None, limit: int
) -> Iterator[tuple[dict[str, Any], Any]]:
    assert kind.parent is not None
    event = quoted(event_column(kind))
    sql = (
        f"SELECT _data, _path, _line, {event} FROM {quoted(kind.plural)}"
        f" WHERE {quoted(kind.parent)} = ? AND archived IS NULL AND {event} IS NOT NULL"
    )
    params: list[Any] = [id]
    if since is not None:
        sql += f" AND {event} >= ?"
        timed = event_column(kind) != kind.date
        params.append(_midnight(workspace, since) if timed else since.isoformat())
    sql += f" ORDER BY {event} DESC, _path DESC, _line DESC"
    if limit:
        sql += f" LIMIT {limit:d}"
    for data, path, line, moment in workspace.index.stream(sql, params):
        yield as_record(data, path, line), moment


def _events(
    workspace: Workspace, kind: Kind, id: str, since: date | None, limit: int
) -> Iterator[Entry]:
    type_ = kind.fields.get("kind")
    users = [field.name for field in kind.fields.values() if field.ref == "user"]
    for record, event in _newest(workspace, kind, id, since, limit):
        word = record.get("kind")
        title = type_.value_title(word) if type_ and type_.values and word else kind.titled()
        at = str(record[kind.date or ""])
        moment = event if isinstance(event, int) else _moment(workspace, at)
        by = next((record[name] for name in users if record.get(name)), None)
        text, label = headline(kind, record, workspace.config.currency)
        yield Entry(at, kind.name, record["id"], text, by, label, title, moment)


def headline(kind: Kind, record: Mapping[str, Any], currency: str) -> tuple[str, str]:
    """What a record is about, in one line: for scripts, and as people read it.

    Its label when that is a text; the amount, when the kind goes by no text; else the first text
    that the search looks at.
    """
    label = kind.fields[kind.label]
    named = label.type in HEADLINES
    if named and record.get(kind.label):
        text = _line(record[kind.label])
        return text, text
    amounts = (field for field in kind.fields.values() if field.type == "money")
    amount = next(
        ((f, value) for f in amounts if (value := amount_of(f, record)) is not None), None
    )
    if amount is not None and not named:
        field, value = amount
        code = str(record.get(field.currency or "") or currency)
        return f"{value:f} {code}", f"{format_amount(value, code)} {code}"
    text = next((_line(text) for _field, text in searched(kind, record)), "")
    return text, text


def _line(text: str) -> str:
    return " ".join(text.split())


def _changes(workspace: Workspace, kind: Kind, record: Mapping[str, Any]) -> Iterator[Entry]:
    """The customer's own histories: what each field was, and what it became; latest first."""
    histories = [(field, record.get(f"{field.name}_history") or []) for field in kind.histories]
    names = _user_names(workspace, histories)

    def shown(field: Field, value: str | None) -> str:
        if value is None:
            return "-"
        return names.get(value, value) if field.ref == "user" else field.value_title(value)

    for field, history in histories:
        before: str | None = None
        entries = []
        for place, entry in enumerate(history):
            at, value = str(entry.get("at") or ""), _text(entry.get("value"))
            before = _text(entry.get("was")) if place == 0 or "was" in entry else before
            if parse_date(at[:10]):
                made = Entry(
                    at,
                    kind.name,
                    str(record["id"]),
                    f"{field.name}: {before or '-'} → {value or '-'}",
                    entry.get("by"),
                    f"{field.titled()}: {shown(field, before)} → {shown(field, value)}",
                    pick(kind.title),
                    _moment(workspace, at),
                    field.name,
                    value,
                )
                entries.append(made)
            before = value
        yield from reversed(entries)  # of two on one day the later one comes first


def _user_names(
    workspace: Workspace, histories: Sequence[tuple[Field, Sequence[Mapping[str, Any]]]]
) -> dict[str, str]:
    ids = {
        str(entry[key])
        for field, history in histories
        if field.ref == "user"
        for entry in history
        for key in ("value", "was")
        if entry.get(key)
    }
    return References(workspace).labels(workspace.registry.kinds["user"], ids) if ids else {}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _moment(workspace: Workspace, at: str) -> int:
    day = parse_date(at)
    if day is not None:
        return _midnight(workspace, day)
    return epoch(at, workspace.zone) or 0


def _midnight(workspace: Workspace, day: date) -> int:
    return int(datetime.combine(day, time(), workspace.zone).timestamp())
