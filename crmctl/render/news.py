"""What others did, in words: a line for each customer, and for what belongs to none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmctl.changes.changeset import Change
from crmctl.locale import _, language, ngettext
from crmctl.refs import References
from crmctl.render.cells import cell, field_column
from crmctl.render.changes import is_hidden, transition
from crmctl.schema.model import Kind
from crmctl.sync.news import Arrival, News, Owner
from crmctl.values.text import visible
from crmctl.workspace import Workspace

MOST = 30
FIELDS = 3


def lines(workspace: Workspace, news: News) -> Iterator[str]:
    """The lines of a report; long ones are summed up at the end."""
    groups: dict[Owner, list[Arrival]] = {}
    for arrival in news.records:
        groups.setdefault(arrival.about, []).append(arrival)
    for about, group in [*groups.items()][:MOST]:
        yield _line(workspace, about, group)
    rest = len(groups) - MOST
    if rest > 0:
        yield _("… and {count} more").format(count=rest)
    if news.files:
        yield _("Files: {files}").format(files=", ".join(map(visible, news.files)))


def _line(workspace: Workspace, about: Owner, group: Sequence[Arrival]) -> str:
    kind = workspace.registry.kinds[about[0]]
    own = [one.change for one in group if (one.change.kind, one.change.new_id) == about]
    others: dict[tuple[str, str], list[Change]] = {}
    for one in group:
        if one.change not in own:
            others.setdefault((one.change.kind, one.change.action), []).append(one.change)
    parts = [part for change in own for part in _own(kind, change)]
    for (name, _action), changes in others.items():
        parts.append(_counted(workspace.registry.kinds[name], changes))
    text = _("{who}: {what}").format(
        who=_called(workspace, kind, about[1], own), what=_("; ").join(parts)
    )
    by = dict.fromkeys(name for one in group for name in one.by)
    if not by:
        return text
    names = ", ".join(visible(References(workspace).called("user", name)) for name in by)
    return _("{text} (by {names})").format(text=text, names=names)


def _called(workspace: Workspace, kind: Kind, id: str, own: Sequence[Change]) -> str:
    label = next((str((one.after or one.before or {}).get(kind.label) or "") for one in own), "")
    name = label or References(workspace).called(kind.name, id)
    shown = cell(name, field_column("", None))
    return shown if kind.slug_field and kind.name == "customer" else f"{kind.titled()} {shown}"


def _own(kind: Kind, change: Change) -> Iterator[str]:
    if change.before is None:
        yield _("new")
    elif change.after is None:
        yield _("removed")
    elif change.renames:
        yield f"{change.id} → {change.new_id}"
    if change.action == "updated":
        yield from _fields(kind, change)


def _fields(kind: Kind, change: Change) -> Iterator[str]:
    """What changed in a record, the first few fields in full."""
    parts = [part for part in change.parts() if not is_hidden(part.name)]
    for part in parts[:FIELDS]:
        column = field_column(part.name, kind.fields.get(part.name))
        heading = column.heading if language() == "zh" else column.heading.lower()
        what = transition(part.before, part.after, column)
        yield _("{who}: {what}").format(who=heading, what=what)
    rest = len(parts) - FIELDS
    if rest > 0:
        yield ngettext("{count} more field", "{count} more fields", rest).format(count=rest)


def _counted(kind: Kind, changes: Sequence[Change]) -> str:
    """Some records of one kind, with all of which the same happened."""
    count, change = len(changes), changes[0]
    noun = kind.noun() if count == 1 else kind.plural_titled().lower()
    if change.action == "created":
        text = _("{count} {records}")
    elif change.action == "removed":
        text = _("{count} {records} removed")
    elif count > 1:
        text = _("{count} {records} changed")
    else:
        label = str((change.after or {}).get(kind.label) or change.new_id)
        who = f"{noun} “{cell(label, field_column('', None))}”"
        return _("{who}: {what}").format(who=who, what=_("; ").join(_fields(kind, change)))
    return text.format(count=count, records=noun)
