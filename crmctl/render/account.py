"""The page of a key account as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crmctl.account_page import FACTS, Account
from crmctl.analytics.result import Column
from crmctl.locale import N_, _
from crmctl.render.cells import cell, field_column
from crmctl.render.table import pairs, table
from crmctl.schema.model import Field, Kind
from crmctl.values.text import visible

TEXTS = ("since", "positioning", "group", "strategy", "opportunities", "challenges", "objectives")


def account_lines(page: Account, kind: Kind, columns_wide: int | None) -> Iterator[str]:
    """The lines of the page; sections without anything to say are left out."""
    plan = kind.own("key_account")
    wide = None if columns_wide is None else columns_wide - 2
    yield visible(f"{page.name} · {page.customer}")
    yield from pairs(_texts(page, plan), columns_wide)
    for title, lines in (
        (_("Value"), pairs(_facts(page, kind), wide)),
        (_milestones_title(page), _milestones(page, plan, wide)),
        (plan.fields["budget"].titled(), _table(plan.fields["budget"], page.plan, wide)),
        (_("Evaluation"), _evaluation(page, plan, wide)),
        (
            plan.fields["contact_plan"].titled(),
            _table(plan.fields["contact_plan"], page.plan, wide),
        ),
    ):
        body = list(lines)
        if body:
            yield from ("", title, *(f"  {line}" for line in body))


def _texts(page: Account, plan: Field) -> list[tuple[str, str]]:
    found = []
    for name in TEXTS:
        value = page.plan.get(name)
        field = plan.fields[name]
        if isinstance(value, list):
            found.append((field.titled(), "\n".join(visible(str(one)) for one in value)))
        elif value is not None:
            found.append((field.titled(), cell(value, field_column(name, field))))
    return found


def _facts(page: Account, kind: Kind) -> list[tuple[str, str]]:
    found = []
    for name in FACTS:
        value = page.facts.get(name)
        if value is not None:
            field = kind.facts[name]
            found.append((field.titled(), cell(value, field_column(name, field))))
    if page.cost_share is not None:
        found.append((_("Maintenance per spend"), f"{page.cost_share} %"))
    return found


def _milestones_title(page: Account) -> str:
    if page.progress is None:
        return _("Milestones")
    return _("Milestones: {progress} % done").format(progress=page.progress)


def _milestones(page: Account, plan: Field, wide: int | None) -> Iterator[str]:
    fields = plan.fields["milestones"].leaf.fields
    names = ("title", "due", "done")
    columns = [field_column(name, fields[name]) for name in names]
    columns.append(Column("state", N_("State"), "text"))
    rows = [
        [*(one.get(name) for name in names), _("overdue") if one["overdue"] else None]
        for one in page.milestones
    ]
    return table(columns, rows, wide) if rows else iter(())


def _table(field: Field, plan: dict[str, Any], wide: int | None) -> Iterator[str]:
    """The entries of a list, with the columns that any of them fills."""
    entries: Sequence[dict[str, Any]] = plan.get(field.name) or ()
    used = {name for one in entries for name in one}
    names = [name for name in field.leaf.fields if name in used and name != field.key]
    columns = [field_column(name, field.leaf.fields[name]) for name in names]
    rows = [[one.get(name) for name in names] for one in entries]
    return table(columns, rows, wide) if rows else iter(())


def _evaluation(page: Account, plan: Field, wide: int | None) -> Iterator[str]:
    found = page.evaluation
    if found is None:
        return
    fields = plan.fields["evaluations"].leaf.fields
    items = [
        (fields[name].titled(), cell(found[name], field_column(name, fields[name])))
        for name in ("at", "by", "form", "score", "notes")
        if found.get(name) is not None
    ]
    if "trend" in found:
        items.append((_("Trend"), f"{found['trend']:+}"))
    if "band" in found:
        items.append((_("Band"), visible(found["band_label"])))
        items.append((_("To do"), "\n".join(map(visible, found["actions"]))))
    yield from pairs(items, wide)
