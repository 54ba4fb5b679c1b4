"""Shell completion of what stands in the book: records, fields, values, segments, reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from crmctl.cli.app import App
    from crmctl.schema.model import Kind

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
MOST = 200


def _quietly(find: Callable[[App, str], Iterable[tuple[str, str]]]) -> Completer:
    """A completer that offers nothing rather than disturbing the prompt with an error."""

    def complete(ctx: click.Context, _param: click.Parameter, word: str) -> list[CompletionItem]:
        from crmctl.cli.app import App
        from crmctl.errors import CrmctlError

        app = ctx.find_object(App) or App(ctx.find_root().params.get("directory"))
        try:
            return [CompletionItem(value, help=help) for value, help in find(app, word)]
        except (CrmctlError, OSError):
            return []

    return complete


def complete_ref(kind: str | None = None) -> Completer:
    """Ids that start so, each with the record's name."""

    def find(app: App, word: str) -> Iterable[tuple[str, str]]:
        index = app.workspace.index
        wanted = app.kind(kind) if kind else None
        for name, id in index.with_prefix(word, wanted, limit=MOST):
            found = app.workspace.registry.kinds[name]
            record = index.get(found, id) or {}
            yield id, str(record.get(found.label) or "")

    return _quietly(find)


@_quietly
def complete_change(app: App, word: str) -> Iterable[tuple[str, str]]:
    """The ids of change sets that begin so, newest first, with their commands."""
    from crmctl.changes.past import Past

    found = (entry for entry in Past(app.workspace).entries() if entry.id.startswith(word))
    for entry in islice(found, MOST):
        yield entry.id, " ".join(entry.header["command"])


def complete_removed(kind: str) -> Completer:
    """The ids of removed records that begin so, each with its name."""

    def find(app: App, word: str) -> Iterable[tuple[str, str]]:
        from crmctl.changes.undo import removed

        found = app.kind(kind)
        for change, _entry in removed(app.workspace, found).values():
            if change.id.startswith(word):
                yield change.id, str((change.before or {}).get(found.label) or "")

    return _quietly(find)


def complete_query(kind: str | None = None) -> Completer:
    """Fields, and behind the colon the values of an enum or the ids of a reference."""

    def find(app: App, word: str) -> Iterable[tuple[str, str]]:
        if kind is not None:
            yield from _fields(app, app.kind(kind), word, ":")

    return _quietly(find)


def complete_assignment(kind: str) -> Completer:
    """A record first, then FIELD=VALUE."""

    def find(app: App, word: str) -> Iterable[tuple[str, str]]:
        yield from _fields(app, app.kind(kind), word, "=")
        if "=" not in word:
            for name, id in app.workspace.index.with_prefix(word, app.kind(kind), limit=MOST):
                yield id, name

    return _quietly(find)


def _fields(app: App, kind: Kind, word: str, sign: str) -> Iterable[tuple[str, str]]:
    name, found, start = word.partition(sign)
    prefix = "-" if name.startswith("-") and sign == ":" else ""
    name = name.removeprefix(prefix)
    if not found:
        for field in [*kind.root.walk(), *(kind.facts.values() if sign == ":" else ())]:
            if field.dotted.startswith(name):
                yield f"{prefix}{field.dotted}{sign}", field.titled()
        return
    path = kind.find(name)
    if path is None:
        return
    leaf = path.field.leaf
    head = f"{prefix}{name}{sign}"
    for value in leaf.values:
        if value.startswith(start):
            yield head + value, leaf.value_title(value)
    if leaf.ref in app.workspace.registry.kinds:
        target = app.workspace.registry.kinds[leaf.ref]
        for _name, id in app.workspace.index.with_prefix(start, target, limit=MOST):
            yield head + id, ""


def complete_segment(ctx: click.Context, param: click.Parameter, word: str) -> list[CompletionItem]:
    """Names of saved segments."""

    def find(app: App, start: str) -> Iterable[tuple[str, str]]:
        from crmctl.segments import Segments

        for segment in Segments(app.workspace).all():
            if segment.name.startswith(start):
                yield segment.name, segment.titled()

    return _quietly(find)(ctx, param, word)


def complete_report(ctx: click.Context, param: click.Parameter, word: str) -> list[CompletionItem]:
    """Names of reports."""

    def find(app: App, start: str) -> Iterable[tuple[str, str]]:
        from crmctl.locale import pick
        from crmctl.reporting import Reports

        for report in Reports(app.workspace).all():
            if report.name.startswith(start):
                yield report.name, pick(report.title)

    return _quietly(find)(ctx, param, word)


def complete_kind(ctx: click.Context, param: click.Parameter, word: str) -> list[CompletionItem]:
    """Names of kinds."""

    def find(app: App, start: str) -> Iterable[tuple[str, str]]:
        for kind in app.workspace.registry:
            if kind.name.startswith(start):
                yield kind.name, kind.titled()

    return _quietly(find)(ctx, param, word)
