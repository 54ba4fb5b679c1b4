"""What `forget` does once its options are read, and what it has to say about what remains."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmctl.changes.journal import Journal
from crmctl.cli.app import App
from crmctl.cli.writing import builder, finish
from crmctl.errors import UsageError
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _, ngettext
from crmctl.privacy import forget, still_said
from crmctl.refs import References
from crmctl.vcs.git import is_versioned

SHOWN = 20


def forget_customer(
    app: App, ref: str, *, purge: bool, yes: bool, reason: str | None, **writing: Any
) -> None:
    """A customer without what is personal, in one change set."""
    kind = app.kind(CUSTOMER)
    _kind, id = References(app.workspace).find(ref, kind)
    built = builder(app, reason)
    before = built.read(kind, id).values
    if before.get("forgotten"):
        raise UsageError(_("“{id}” is forgotten already.").format(id=id))
    new = forget(built, id)
    sources = sorted({change.source for change in built.set.changes if change.origin})
    mentions = still_said(app.workspace, before, {change.id for change in built.set.changes})
    extra = {"forgotten": new, "mentions": mentions}
    finish(app, built, ask=True, yes=yes, print_ids=[new], extra=extra, **writing)
    if writing.get("dry_run") or writing.get("plan") is not None:
        return
    if purge:
        count = Journal(app.workspace.private).purge(_words(id, before))
        app.workspace.index.rebuild()
        text = ngettext(
            "{count} entry of the journal was cleared.",
            "{count} entries of the journal were cleared.",
            count,
        )
        app.remark(text.format(count=count))
    else:
        app.remark(
            _("The journal still holds them, so “crmctl undo” can: --purge clears it for good.")
        )
    if is_versioned(app.workspace.root):
        paths = " ".join(f"--path records/{path}" for path in sources)
        text = _(
            "The history of git still holds them, in every clone. To take it out there, with"
            " git-filter-repo: git filter-repo --invert-paths {paths}"
        )
        app.remark(text.format(paths=paths))
    if mentions:
        text = _("Their name or an address still stands in: {records}. Look at these yourself.")
        more = " …" if len(mentions) > SHOWN else ""
        app.remark(text.format(records=", ".join(mentions[:SHOWN]) + more))


def _words(id: str, values: Mapping[str, Any]) -> re.Pattern[str]:
    """What the journal is searched for; an id only as a whole, for it may be part of another."""
    people = [values, *(values.get("contacts") or [])]
    ids = {id, *(str(one["id"]) for one in people if one.get("id"))}
    names = {str(one["name"]) for one in people if one.get("name")}
    for one in people:
        names |= {*(one.get("emails") or ()), *(one.get("phones") or ())}
    whole = "|".join(map(re.escape, sorted(ids)))
    parts = [rf"(?<![\w-])(?:{whole})(?![\w-])", *map(re.escape, sorted(names))]
    return re.compile("|".join(parts), re.IGNORECASE)
