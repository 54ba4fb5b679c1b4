"""A brief as a page: for the terminal, or as Markdown to print and to send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.brief import Brief
from crmctl.locale import _
from crmctl.render.cells import cell, field_column
from crmctl.render.dossier import Page
from crmctl.render.formats import markdown_text
from crmctl.render.table import pairs
from crmctl.render.width import wrap
from crmctl.schema.model import Registry
from crmctl.values.instants import local_instant
from crmctl.values.text import visible

Pairs = list[tuple[str, str]]
TOLD = ("notes", "outcome")


class Paper:
    """The lines of a page in one of two forms, heading by heading and item by item."""

    def __init__(self, markdown: bool, columns_wide: int | None) -> None:
        self._markdown = markdown
        self._wide = columns_wide

    def title(self, text: str, below: bool = False) -> Iterator[str]:
        """The title of the page, or of a part of it (`below`)."""
        if self._markdown:
            yield f"{'##' if below else '#'} {markdown_text(visible(text))}"
            yield ""
        else:
            yield visible(text)

    def facts(self, items: Pairs) -> Iterator[str]:
        """Titles with values."""
        if self._markdown:
            for title, text in items:
                lines = [markdown_text(line) for line in text.split("\n")]
                yield f"- **{markdown_text(title)}:** {lines[0]}"
                yield from (f"  {line}" for line in lines[1:])
        else:
            yield from (f"  {line}" for line in pairs(items, self._wide and self._wide - 2))

    def item(self, text: str, more: Sequence[str] = ()) -> Iterator[str]:
        """One thing, with what else there is to say of it."""
        if self._markdown:
            yield f"- {markdown_text(visible(text))}"
            for part in more:
                for line in part.split("\n"):
                    yield f"  {markdown_text(visible(line))}".rstrip() or ""
            return
        room = 10_000 if self._wide is None else max(20, self._wide - 4)
        first, *rest = wrap(visible(text), room)
        yield f"  {first}"
        yield from (f"    {line}" for line in rest)
        for part in more:
            for said in part.split("\n"):
                yield from (f"    {line}" for line in wrap(visible(said), room))


def brief_lines(
    found: Brief,
    registry: Registry,
    zone: ZoneInfo,
    *,
    markdown: bool = False,
    columns_wide: int | None = None,
) -> Iterator[str]:
    """The lines of a brief; what there is nothing to say of is left out."""
    paper = Paper(markdown, columns_wide)
    page = Page(found.dossier, registry, zone, None)
    advice = page.advice() if found.dossier.advice is not None else []
    yield from paper.title(f"{found.name} · {found.dossier.customer['id']}")
    yield from paper.facts([*page.who(), *advice])
    for title, body in (
        (_("Value"), paper.facts(page.value())),
        (_("Contacts"), paper.facts(page.contacts())),
        (_("Open"), _open(found, paper)),
        (_("Promised"), _promised(found, registry, paper)),
        (_("Decided"), _decided(found, paper)),
        (_("Said"), _said(found, registry, zone, paper)),
    ):
        lines = list(body)
        if lines:
            yield from ("", *paper.title(title, below=True), *lines)


def _open(found: Brief, paper: Paper) -> Iterator[str]:
    dated = {item.ref for item in found.dossier.due}
    rules = found.dossier.rules
    for item in found.dossier.due:
        what = rules.get(item.what, item.what)
        yield from paper.item(f"{item.due} {what}: {item.text} ({item.reason_label})")
    for task in found.dossier.tasks:
        if task["id"] not in dated:
            yield from paper.item(str(task.get("title")))
    for records in found.dossier.open.values():
        for record in records:
            if record["id"] not in dated:
                name = next(
                    (record[k] for k in ("title", "subject", "number") if record.get(k)), ""
                )
                parts = [record["id"], name, found.dossier.states.get(record["id"])]
                yield from paper.item(" · ".join(str(part) for part in parts if part))


def _promised(found: Brief, registry: Registry, paper: Paper) -> Iterator[str]:
    fields = registry.kinds["interaction"].fields["promises"].leaf.fields
    for promise in found.promised:
        side, status = (
            cell(value, field_column(name, fields[name]))
            for name, value in (("side", promise.side), ("status", promise.status))
        )
        parts = [promise.due or "-", side, promise.text, status]
        yield from paper.item(" · ".join(parts))


def _decided(found: Brief, paper: Paper) -> Iterator[str]:
    for entry in found.decided:
        yield from paper.item(f"{entry.at[:10]} {entry.title}: {entry.label or entry.id}")


def _said(found: Brief, registry: Registry, zone: ZoneInfo, paper: Paper) -> Iterator[str]:
    fields = registry.kinds["interaction"].fields

    def shown(record: Any, name: str) -> str:
        return cell(record[name], field_column(name, fields[name])) if record.get(name) else ""

    for record in found.said:
        at = local_instant(record["at"], zone).replace("T", " ")[:16]
        head = [shown(record, "kind"), shown(record, "direction"), record.get("by") or ""]
        text = record.get("subject") or ""
        line = f"{at} {' · '.join(filter(None, head))}" + (f": {text}" if text else "")
        yield from paper.item(line, [str(record[name]) for name in TOLD if record.get(name)])
