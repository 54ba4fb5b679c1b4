"""A dossier as a person reads it: short sections, nothing where there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.agenda import TASK
from crmctl.analytics.result import Column
from crmctl.dossier import Dossier
from crmctl.facts.profile import percent
from crmctl.locale import N_, _
from crmctl.render.cells import cell, field_column
from crmctl.render.record import entry
from crmctl.render.table import pairs, table
from crmctl.schema.access import amount_of, texts_at
from crmctl.schema.model import Field, Kind, Registry
from crmctl.timeline import headline
from crmctl.values.instants import local_instant
from crmctl.values.money import format_amount
from crmctl.values.text import visible

WHO = (
    "type status level owner industry tags phones emails wechat website city parent referred_by"
    " source consent notes"
).split()
VALUE = (
    "spend", "orders", "last_order", "receivable", "overdue_amount", "credit_left",
    "pipeline_value", "rfm", "abc", "last_interaction", "next_touch", "keep_rate",
)  # fmt: skip
ZERO_SAYS_NOTHING = frozenset(("receivable", "overdue_amount", "pipeline_value"))
# What is said of the relation: the model, and the columns that make a line.
RELATION = (
    ("stage", ("stage", "basis", "evidence")),
    ("stage", ("explored",)),
    ("stage", ("change",)),
    ("relationship", ("behavior",)),
    ("relationship", ("feeling",)),
    ("relationship", ("deficient",)),
    ("health", ("health", "band", "coverage")),
)
UNTIL = ("expected_close", "valid_until", "ends", "due")
WAYS = ("title", "department", "role", "phones", "emails", "wechat")

Pairs = list[tuple[str, str]]


def dossier_lines(
    found: Dossier, registry: Registry, zone: ZoneInfo, columns_wide: int | None
) -> Iterator[str]:
    """The lines of a dossier; they fit into `columns_wide` columns if that is given."""
    page = Page(found, registry, zone, columns_wide)
    yield visible(f"{found.customer.get('name') or found.customer['id']} · {found.customer['id']}")
    yield from pairs(page.who(), columns_wide)
    if found.advice is not None:
        yield ""
        yield from pairs(page.advice(), columns_wide)
    for title, lines in (
        (_("Value"), pairs(page.value(), page.wide)),
        (_("Relationship"), pairs(page.relation(), page.wide)),
        (_("Contacts"), pairs(page.contacts(), page.wide)),
        (_("Open"), page.open()),
        (_("Business"), page.unsettled()),
        (_("Promises"), page.promises()),
        (_("Latest interactions"), page.interactions()),
        (_("Latest orders"), page.orders()),
    ):
        body = list(lines)
        if body:
            yield from ("", title, *(f"  {line}" for line in body))


class Page:
    """The sections, each empty when there is nothing to say."""

    def __init__(
        self, found: Dossier, registry: Registry, zone: ZoneInfo, columns_wide: int | None
    ) -> None:
        self.found = found
        self.zone = zone
        self.kinds = registry.kinds
        self.wide = None if columns_wide is None else columns_wide - 2

    def who(self) -> Pairs:
        kind = self.kinds["customer"]
        values = self.found.customer
        items: Pairs = []
        for name in WHO:
            field = kind.own(name)
            text = self._who(kind, name, field)
            if text:
                items.append((field.titled(), text))
        if values.get("profile"):
            items.append((kind.own("profile").titled(), self._profile(kind)))
        return items

    def _profile(self, kind: Kind) -> str:
        """How much of the profile is known: in all, and by group."""
        groups = self.found.profile
        share = percent(sum(group.filled for group in groups), sum(group.size for group in groups))
        inner = kind.own("profile").fields
        parts = [
            f"{inner[group.name].titled()} {group.filled}/{group.size}"
            for group in groups
            if group.name in inner
        ]
        return " · ".join([f"{share} %", *parts])

    def _who(self, kind: Kind, name: str, field: Field) -> str:
        values = self.found.customer
        if name == "consent":
            return ", ".join(self._consent(field, item) for item in values.get(name) or [])
        if field.path[1:]:
            return ", ".join(dict.fromkeys(visible(text) for text in texts_at(values, field.path)))
        value = values.get(name)
        if value is None:
            return ""
        if isinstance(value, dict):
            return entry(field.leaf, value)
        if field.ref:
            return visible(self.found.names.get((field.ref, value), value))
        if field.type == "note":
            return visible(value, keep_newlines=True)
        return cell(value, field_column(name, field))

    def _consent(self, field: Field, item: dict[str, Any]) -> str:
        channel, status = (
            cell(item.get(name), field_column(name, field.leaf.fields[name]))
            for name in ("channel", "status")
        )
        since = f" ({visible(item['date'])})" if item.get("date") else ""
        return f"{channel}: {status}{since}"

    def value(self) -> Pairs:
        facts = self.found.facts
        if not any(facts.get(name) for name in ("orders", "spend", "interactions")):
            return []
        items: Pairs = []
        for name in VALUE:
            field = self.kinds["customer"].facts.get(name)
            if field is None or facts.get(name) is None:
                continue
            if name in ZERO_SAYS_NOTHING and not facts[name]:
                continue
            text = cell(facts[name], field_column(name, field))
            if field.type == "money":
                currency = self.found.currency
                text = f"{format_amount(facts[name], currency)} {currency}"
            items.append((field.titled(), text))
        return items

    def relation(self) -> Pairs:
        """The stage and what shows it, what both sides do and feel, and how healthy that is."""
        from crmctl.analytics import health, relationship, stage

        columns = {
            model: {column.name: column for column in module.COLUMNS}
            for model, module in (
                ("stage", stage), ("relationship", relationship), ("health", health)
            )
        }  # fmt: skip
        items: Pairs = []
        if not self.found.relation.get("stage", {}).get("evidence"):
            return items  # a page of somebody new says nothing of a relation that nothing shows
        for model, names in RELATION:
            row = self.found.relation.get(model, {})
            if row.get(names[0]) is not None:
                shown = [columns[model][name] for name in names if row[name] not in (None, [])]
                cells = [
                    f"{column.heading} {text}" if column.type == "percent" else text
                    for column in shown
                    for text in [cell(row[column.name], column)]
                ]
                items.append((columns[model][names[0]].heading, " · ".join(cells)))
        return items

    def advice(self) -> Pairs:
        """The suggested next step, and why."""
        advice = self.found.advice
        assert advice is not None
        return [(_("Next step"), visible(advice.action)), (_("Why"), visible(advice.reason))]

    def unsettled(self) -> Iterator[str]:
        """What is open beside tasks: the state of each record, its date and its headline."""
        rows = []
        for name, records in self.found.open.items():
            kind = self.kinds[name]
            for record in records:
                until = next((record[f] for f in UNTIL if record.get(f)), None)
                text = headline(kind, record, self.found.currency)[1]
                state = self.found.states.get(record["id"])
                rows.append([kind.titled(), state, until and until[:10], text, record["id"]])
        columns = [
            Column("kind", N_("Kind"), "text"),
            Column("state", N_("State"), "text"),
            Column("until", N_("Until"), "date"),
            Column("text", N_("Text"), "text"),
            Column("id", N_("ID"), "id"),
        ]
        return self._table(columns, rows)

    def contacts(self) -> Pairs:
        fields = self.kinds["customer"].fields["contacts"].leaf.fields
        items: Pairs = []
        for contact in self.found.contacts:
            ways = [
                cell(contact[name], field_column(name, fields[name]))
                for name in WAYS
                if contact.get(name)
            ]
            items.append((visible(str(contact.get("name") or contact["id"])), " · ".join(ways)))
        return items

    def open(self) -> Iterator[str]:
        dated = {item.ref for item in self.found.due}
        rows: list[list[Any]] = [
            [item.due.isoformat(), item.what, item.text, item.reason_label]
            for item in self.found.due
        ]
        rows += [
            [None, TASK, task.get("title"), None]
            for task in self.found.tasks
            if task["id"] not in dated
        ]
        columns = [
            Column("due", N_("Due"), "date"),
            Column("what", N_("What"), "enum", self.found.rules),
            Column("text", N_("Text"), "text"),
            Column("reason", N_("When"), "tag"),
        ]
        return self._table(columns, rows)

    def promises(self) -> Iterator[str]:
        fields = self.kinds["interaction"].fields["promises"].leaf.fields
        names = ("due", "side", "text")
        rows = [
            [promise.get(name, fields[name].default) for name in names]
            for promise in self.found.promises
        ]
        return self._table([field_column(name, fields[name]) for name in names], rows)

    def interactions(self) -> Iterator[str]:
        kind = self.kinds["interaction"]
        columns = [field_column(name, kind.fields[name]) for name in ("at", "kind")]
        columns += [
            Column("text", N_("Text"), "text"),
            field_column("feeling", kind.fields["feeling"]),
        ]
        rows = [
            [
                local_instant(record["at"], self.zone) if "at" in record else None,
                record.get("kind"),
                headline(kind, record, self.found.currency)[1],
                record.get("feeling"),
            ]
            for record in self.found.interactions
        ]
        if all(row[-1] is None for row in rows):
            columns, rows = columns[:-1], [row[:-1] for row in rows]
        return self._table(columns, rows)

    def orders(self) -> Iterator[str]:
        fields = self.kinds["order"].fields
        rows = []
        for record in self.found.orders:
            amount = amount_of(fields["amount"], record)
            currency = record.get("currency") or self.found.currency
            status = record.get("status") or fields["status"].default
            rows.append([record.get("date"), amount, currency, status, record["id"]])
        names = ("date", "amount", "currency", "status", "id")
        return self._table([field_column(name, fields[name]) for name in names], rows)

    def _table(self, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
        return table(columns, rows, self.wide) if rows else iter(())
