"""What `import` does once its options are read: plan, ask, hand rejects back, apply, report."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

import click

from crmctl.cli.app import App
from crmctl.cli.writing import apply, command_line, save_plan
from crmctl.errors import Unconfirmed, UsageError
from crmctl.exchange.encoding import Decoded, decode
from crmctl.exchange.importing import Choices, Importer
from crmctl.exchange.mapping import Saved, load_saved, map_columns, parse_maps, parse_sets
from crmctl.exchange.outcomes import Imported, machine_result
from crmctl.exchange.tabular import CSV, Table, format_by_name, read
from crmctl.locale import _, ngettext
from crmctl.schema.model import Kind
from crmctl.storage.files import replace
from crmctl.values import jsontext

STDIN = "-"
SHOWN_REJECTS = 10
CUSTOMER = "customer"
SHOWN_DOUBLES = 10


def import_file(
    app: App,
    file: str,
    kind: str | None,
    *,
    maps: Sequence[str],
    ignore: Sequence[str],
    mapping: str | None,
    key: str | None,
    create: Sequence[str],
    sets: Sequence[str],
    restore: bool,
    encoding: str | None,
    delimiter: str | None,
    input_: str | None,
    rejects_to: str | None,
    yes: bool,
    reason: str | None,
    dry_run: bool,
    plan: str | None,
    format_: str,
) -> int:
    """Imports a file and says what became of its rows; 1 when some were rejected, else 0."""
    typed = parse_maps(maps)
    saved = load_saved(app.workspace.root, mapping) if mapping else Saved()
    saved = saved.with_flags(typed, ignore, key, create, parse_sets(sets))
    target = _kind(app, kind, saved)
    app.warn_of_broken()
    data = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    text = decode(data, file, encoding)
    if text.guessed:
        app.remark(
            _(
                "{file} is no UTF-8 text: read as {encoding}. If names look wrong, use --encoding."
            ).format(file=file, encoding=text.encoding.upper())
        )
    table = read(text.text, file, input_, _delimiter(delimiter))
    imported = _planned(app, target, table, saved, list(typed), restore, reason)
    rejects_file, change = None, None
    if plan is not None:
        if imported.changes:
            save_plan(app, imported.changes, plan)
    elif not dry_run:
        _ask(app, imported, yes or file == STDIN)
        rejects_file = _write_rejects(file, rejects_to, table, imported, _with_mark(data, text))
        if imported.changes:
            apply(app, imported.changes)
            change = imported.changes.id
    _report(app, imported, rejects_file, change, format_)
    if plan is None and dry_run:
        app.remark(_("Dry run: nothing was written."))
    elif plan is None and change is None:
        app.remark(_("Nothing to change."))
    elif change is not None and imported.doubles and target.name == CUSTOMER:
        app.remark(_("Look at them with “crmctl dedupe review”."))
    return 1 if imported.rejects() else 0


def _kind(app: App, name: str | None, saved: Saved) -> Kind:
    if name is None and saved.kind is None:
        raise UsageError(
            _("What kind of records are the rows?"),
            _("Say it with --kind, such as --kind customer."),
        )
    found = app.kind(name or saved.kind or "")
    if name and saved.kind and app.kind(saved.kind) is not found:
        raise UsageError(
            _("The mapping is for “{kind}”, not for “{other}”.").format(
                kind=saved.kind, other=found.name
            )
        )
    return found


def _delimiter(text: str | None) -> str | None:
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    found = named.get(text, text) if text is not None else None
    if found is not None and (len(found) != 1 or found in '"\r\n'):
        raise UsageError(_("A delimiter is one character, or “tab”."))
    return found


def _planned(
    app: App,
    kind: Kind,
    table: Table,
    saved: Saved,
    typed: Sequence[str],
    restore: bool,
    reason: str | None,
) -> Imported:
    filled = {
        place
        for place in range(len(table.columns))
        if any(row.cells and row.cells[place] not in (None, "") for row in table.rows)
    }
    targets = map_columns(kind, table.columns, filled, saved, typed)
    made = {app.kind(name) for name in saved.create}
    for other in made:
        if other.slug_field is None:
            raise UsageError(
                _("A {kind} cannot be made from a name alone.").format(kind=other.noun())
            )
    choices = Choices(
        kind.own(saved.key) if saved.key else None,
        {other.name for other in made},
        restore,
        [(kind.own(path), text) for path, text in saved.set.items()],
    )
    return Importer(app.workspace, kind, targets, choices, command_line(), reason).run(table)


def _ask(app: App, imported: Imported, sure: bool) -> None:
    """On a terminal a person confirms that records of the book are changed."""
    count = len(imported.changes.of("updated"))
    if not count or sure or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    question = ngettext("Change {count} record?", "Change {count} records?", count)
    if not app.confirm(question.format(count=count)):
        raise Unconfirmed(count)


def _with_mark(data: bytes, text: Decoded) -> bool:
    """Whether the rejects need a byte order mark: programs that do without wrote plain UTF-8."""
    return text.encoding != "utf-8" or data.startswith(codecs.BOM_UTF8)


def _write_rejects(
    file: str, path: str | None, table: Table, imported: Imported, mark: bool
) -> str | None:
    """Before anything else is written: rows that cannot be handed back must not be lost."""
    from crmctl.exchange.rejects import reject_lines

    rejected = imported.rejects()
    if not rejected:
        return None
    format_ = format_by_name(path or "") or table.format
    text = "".join(f"{line}\n" for line in reject_lines(table, rejected, format_))
    if path is None:
        path = _untaken("rejects" if file == STDIN else f"{file}.rejects", format_, text)
    replace(Path(path), text, bom=mark and format_ == CSV)
    return path


def _untaken(stem: str, suffix: str, text: str) -> str:
    """A name that no other rejects have: somebody may be mending those."""
    names = (f"{stem}{part}.{suffix}" for part in chain([""], (f"-{n}" for n in count(2))))
    return next(name for name in names if not Path(name).is_file() or _holds(Path(name), text))


def _holds(file: Path, text: str) -> bool:
    return file.read_bytes().removeprefix(codecs.BOM_UTF8) == text.encode()


def _report(
    app: App,
    imported: Imported,
    rejects_file: str | None,
    change: str | None,
    format_: str,
) -> None:
    if format_ == "json":
        app.print([jsontext.dumps(machine_result(imported, rejects_file, change))])
    else:
        app.print(_summary(app, imported))
    rejected = imported.rejects()
    for outcome in rejected[:SHOWN_REJECTS]:
        app.remark(_("line {line}: {reason}").format(line=outcome.row.line, reason=outcome.reason))
    if len(rejected) > SHOWN_REJECTS:
        app.remark(_("… and {count} more").format(count=len(rejected) - SHOWN_REJECTS))
    for text in _remarks(imported, rejects_file):
        app.remark(text)
    if change is not None:
        # Always said, also with --quiet: it is what undo and scripts go by.
        click.echo(f"change {change}", err=True)


def _summary(app: App, imported: Imported) -> list[str]:
    counts = imported.counts()
    text = ngettext(
        "{rows} row: {created} created, {updated} updated, {unchanged} unchanged, "
        "{rejected} rejected",
        "{rows} rows: {created} created, {updated} updated, {unchanged} unchanged, "
        "{rejected} rejected",
        counts["rows"],
    )
    lines = [text.format(**{name: f"{number:,}" for name, number in counts.items()})]
    for name, number in imported.created_refs.items():
        line = _("{title} made for references: {count}")
        lines.append(line.format(title=app.kind(name).plural_titled(), count=f"{number:,}"))
    return lines


def _remarks(imported: Imported, rejects_file: str | None) -> list[str]:
    remarks = []
    if rejects_file:
        text = _("The rejected rows are in {file}: mend them there and import that file.")
        remarks.append(text.format(file=rejects_file))
    if imported.edited:
        text = ngettext(
            "{count} record was edited since and stays as it is: {ids}",
            "{count} records were edited since and stay as they are: {ids}",
            len(imported.edited),
        )
        remarks.append(text.format(count=len(imported.edited), ids=_some(imported.edited)))
    if imported.removed:
        text = ngettext(
            "{count} record of an earlier import was removed; --restore brings it back: {ids}",
            "{count} records of an earlier import were removed; --restore brings them back: {ids}",
            len(imported.removed),
        )
        remarks.append(text.format(count=len(imported.removed), ids=_some(imported.removed)))
    if imported.doubles:
        text = ngettext(
            "{count} new record looks like another one; --key FIELD updates instead:",
            "{count} new records look like others; --key FIELD updates instead:",
            len(imported.doubles),
        )
        remarks.append(text.format(count=len(imported.doubles)))
        line = _("{id} has “{text}”, as {like}")
        for one in imported.doubles[:SHOWN_DOUBLES]:
            remarks.append("  " + line.format(id=one.id, text=one.text, like=one.like))
        if len(imported.doubles) > SHOWN_DOUBLES:
            remarks.append(
                "  " + _("… and {count} more").format(count=len(imported.doubles) - SHOWN_DOUBLES)
            )
    return remarks


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (" …" if len(ids) > 5 else "")
