"""What the commands that make one paper out of another have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmctl.changes.assign import Assignment, parse_assignment
from crmctl.changes.changeset import Change
from crmctl.cli.app import App
from crmctl.cli.writing import builder, finish
from crmctl.refs import References
from crmctl.sales.papers import Papers

Make = Callable[[Papers, str, Sequence[Assignment]], Change]


def make(
    app: App,
    kind: str,
    ref: str,
    words: Sequence[str],
    reason: str | None,
    work: Make,
    writing: Mapping[str, Any],
) -> None:
    """Finds a record, makes something out of it and prints the id of what is new."""
    built = builder(app, reason)
    _kind, id = References(app.workspace).find(ref, app.kind(kind))
    work(Papers(built), id, [parse_assignment(word) for word in words])
    finish(app, built, print_ids=built.set.of("created"), **writing)
