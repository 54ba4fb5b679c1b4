"""What is wrong in a book beyond single files: references, ids used twice, sums, definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crmctl import definitions, policies, rules, startup
from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change
from crmctl.errors import BadDefinition, CrmctlError, UnknownKind
from crmctl.guards import GUARDS, View, breaches
from crmctl.index.layout import quoted
from crmctl.moves import Moves
from crmctl.policies import TOPICS
from crmctl.problems import ERROR, Problem
from crmctl.refs import References
from crmctl.reporting import Reports
from crmctl.schema.access import lines_total
from crmctl.schema.model import Field, Kind
from crmctl.schema.rules import Rules
from crmctl.schema.workflow import PIPELINES
from crmctl.segments import Segments
from crmctl.selection import Selection
from crmctl.storage.files import load
from crmctl.storage.nodes import compose, locate
from crmctl.storage.reader import split_stream
from crmctl.storage.records import read_file
from crmctl.values import jsontext
from crmctl.values.ids import is_valid_id
from crmctl.values.money import format_amount
from crmctl.workspace import Workspace

Steps = tuple[str | int, ...]

MANY_FILES = 20_000


def check(workspace: Workspace) -> list[Problem]:
    """Every problem of the book, in order of path and line."""
    found = [*workspace.schema_problems, *_of_files(workspace), *workspace.rate_problems]
    parts = (
        _duplicate_ids,
        _references,
        _strangers,
        _amounts,
        _folders,
        _guarded,
        _owners,
        _definitions,
    )
    for part in parts:
        found += part(workspace)
    return sorted(found, key=lambda problem: (problem.path, problem.line, problem.column))


def _of_files(workspace: Workspace) -> Iterator[Problem]:
    """What was met while reading the files; whose folder is whose a broken schema cannot say."""
    registry = workspace.registry
    unknown = registry.broken.keys() - registry.kinds.keys()
    for problem in workspace.index.problems():
        folder = problem.path.removeprefix("records/").split("/")[0]
        if not unknown or problem.code != "stray-file" or registry.by_folder(folder):
            yield problem


def has_errors(problems: list[Problem]) -> bool:
    """Whether any problem is more than a warning or a hint."""
    return any(problem.severity == ERROR for problem in problems)


def _duplicate_ids(workspace: Workspace) -> Iterator[Problem]:
    for kind in workspace.registry:
        table = quoted(kind.plural)
        rows = workspace.index.rows(
            f"SELECT id, _path, _line FROM {table} WHERE id IN"
            f" (SELECT id FROM {table} GROUP BY id HAVING count(*) > 1) ORDER BY id, _path, _line"
        )
        for position, (id, path, line) in enumerate(rows):
            others = [row for row in rows if row[0] == id and row[1:] != (path, line)]
            if position and rows[position - 1][0] == id:
                other = f"{others[0][1]}:{others[0][2]}"
                yield Problem(path, line, 1, "duplicate-id", {"id": id, "other": other})


def _references(workspace: Workspace) -> Iterator[Problem]:
    has_users = References(workspace).has_users()
    ids: dict[str, set[str]] = {}
    for kind in workspace.registry:
        fields = [f for f in kind.root.walk() if f.ref or (f.item is not None and f.item.ref)]
        if not fields:
            continue
        columns = sorted({field.path[0] for field in fields})
        given = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in columns)
        sql = f"SELECT _data, _path, _line FROM {quoted(kind.plural)} WHERE {given}"
        for data, path, line in workspace.index.stream(sql):
            record = jsontext.loads(data)
            for field in fields:
                yield from _dangling(workspace, field, record, (path, line), ids, has_users)


def _dangling(
    workspace: Workspace,
    field: Field,
    record: dict[str, Any],
    place: tuple[str, int],
    ids: dict[str, set[str]],
    has_users: bool,
) -> Iterator[Problem]:
    target = field.leaf.ref or ""
    owner, inner, name = target.partition(".")
    for steps, value, around in _places(record, field.path, owner):
        if inner:
            known = _inner_ids(workspace, owner, name, around, record)
        else:
            if target not in ids:
                plural = workspace.registry.kinds[target].plural
                rows = workspace.index.rows(f"SELECT id FROM {quoted(plural)}")
                ids[target] = {id for (id,) in rows}
            known = ids[target]
        if value in known or (target == "user" and not has_users):
            continue
        path, line = place
        params = {"field": field.dotted, "value": value, "kind": target.split(".")[-1]}
        code = "unknown-user" if target == "user" else "dangling"
        line, column = _where(workspace, path, line, steps)
        yield Problem(path, line, column, code, params)


def _inner_ids(
    workspace: Workspace, owner: str, name: str, around: Any, record: dict[str, Any]
) -> set[str]:
    """The ids in a list of the record that the nearest field `owner` names, else of this one."""
    if around is not None:
        record = workspace.index.get(workspace.registry.kinds[owner], str(around)) or {}
    return {str(item.get("id")) for item in record.get(name) or []}


def _strangers(workspace: Workspace) -> Iterator[Problem]:
    """References from what is filed under one customer to what is filed under another one.

    That is as it should be within one group of companies, and where either record names the
    other's customer itself, as an end user or as whom something was sold to.
    """
    for kind in workspace.registry:
        if kind.parent is None:
            continue
        for field in kind.fields.values():
            target = workspace.registry.kinds.get(field.ref or "")
            if target is None or target.parent is None:
                continue
            ours, theirs = kind.fields[kind.parent], target.fields[target.parent]
            if ours.ref != theirs.ref:
                continue
            sql = (
                f"SELECT r._data, r._path, r._line, t._data FROM {quoted(kind.plural)} AS r"
                f" JOIN {quoted(target.plural)} AS t ON t.id = r.{quoted(field.name)}"
                f" WHERE t.{quoted(theirs.name)} <> r.{quoted(ours.name)}"
            )
            for data, path, line, other in workspace.index.stream(sql):
                record, named = jsontext.loads(data), jsontext.loads(other)
                owners = workspace.registry.kinds[str(ours.ref)]
                if _group(workspace, kind, owners, record) & _group(
                    workspace, target, owners, named
                ):
                    continue
                params = {"field": field.dotted, "value": str(named["id"])}
                params |= {"other": str(named[theirs.name]), "owner": str(record[ours.name])}
                line, column = _where(workspace, path, line, field.path)
                yield Problem(path, line, column, "other-owner", params)


def _group(workspace: Workspace, kind: Kind, owners: Kind, record: dict[str, Any]) -> set[str]:
    """Whom a record names of the kind `owners`, with all that are above them."""
    pending = [
        str(record[field.name])
        for field in kind.fields.values()
        if field.ref == owners.name and record.get(field.name)
    ]
    found: set[str] = set()
    above = [field.name for field in owners.fields.values() if field.name == "parent"]
    while pending:
        id = pending.pop()
        if id not in found:
            found.add(id)
            owner = workspace.index.get(owners, id) or {}
            pending += [str(owner[name]) for name in above if owner.get(name)]
    return found


def _places(
    value: Any, path: Sequence[str], name: str, at: Steps = (), around: Any = None
) -> Iterator[tuple[Steps, str, Any]]:
    """Every text at a path, through lists: the steps that lead to it, the text itself, and what
    the nearest mapping around it has under `name`."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _places(item, path, name, (*at, number), around)
    elif path and isinstance(value, dict):
        if path[0] in value:
            around = value.get(name, around)
            yield from _places(value[path[0]], path[1:], name, (*at, path[0]), around)
    elif isinstance(value, str) and not path:
        yield at, value, around


def _where(workspace: Workspace, path: str, line: int, steps: Steps) -> tuple[int, int]:
    """Line and column of a value of the document that starts at `line`."""
    try:
        text = load(workspace.root / path).text
        chunk = next(chunk for chunk in split_stream(text) if chunk.line == line)
        root = compose(chunk.text)
        node = locate(root, steps) or locate(root, steps[:1])
    except (OSError, StopIteration, ValueError):
        return line, 1
    return (chunk.line + node.line - 1, node.column) if node else (line, 1)


def _amounts(workspace: Workspace) -> Iterator[Problem]:
    for kind in workspace.registry:
        for field in kind.fields.values():
            if not field.lines:
                continue
            given = f"{quoted(field.name)} IS NOT NULL AND {quoted(field.lines)} IS NOT NULL"
            sql = f"SELECT _data, _path, _line FROM {quoted(kind.plural)} WHERE {given}"
            for data, path, line in workspace.index.stream(sql):
                record = jsontext.loads(data)
                total = lines_total(record[field.lines])
                if total is not None and round(total, 2) != round(record[field.name], 2):
                    params = {
                        "amount": format_amount(record[field.name]),
                        "lines": format_amount(total),
                    }
                    line, column = _where(workspace, path, line, (field.name,))
                    yield Problem(path, line, column, "amount-differs", params)
            yield from _without_rate(workspace, kind, field)


def _without_rate(workspace: Workspace, kind: Kind, field: Field) -> Iterator[Problem]:
    base, currency = quoted(f"{field.name}__base"), quoted(field.currency or "")
    days = ", ".join(map(quoted, kind.dated_by))
    sql = (
        f"SELECT {currency}, COALESCE({days}, ''), _path, _line"
        f" FROM {quoted(kind.plural)} WHERE {base} IS NULL AND {quoted(field.name)} IS NOT NULL"
    )
    for code, day, path, line in workspace.index.rows(sql):
        params = {"currency": str(code), "date": str(day)}
        yield Problem(path, line, 1, "no-rate", params)


def _guarded(workspace: Workspace) -> Iterator[Problem]:
    """What the guards of kinds and the pipelines have against records."""
    view = View(workspace)
    for kind in workspace.registry:
        stages = any(field.workflow == PIPELINES for field in kind.workflows)
        if not kind.guards and not stages:
            continue
        moves = Moves(workspace, kind)
        about = {GUARDS[name].about for name in kind.guards} | ({"stage"} if stages else set())
        some = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in sorted(about))
        sql = f"SELECT _data, _path, _line FROM {quoted(kind.plural)} WHERE {some}"
        for data, path, line in workspace.index.stream(sql):
            record = jsontext.loads(data)
            found = [*breaches(view, kind, record)]
            if stages and (stray := moves.stray(record)):
                found.append(stray)
            for breach in found:
                line_, column = _where(workspace, path, line, (breach.field,))
                yield Problem(path, line_, column, breach.code, breach.params)


def _owners(workspace: Workspace) -> Iterator[Problem]:
    """Customers whom nobody looks after, as far as the book asks for that."""
    asked = workspace.policy("sales").owners
    customers, users = (workspace.registry.kinds[name] for name in ("customer", "user"))
    if asked.needed is not None:
        for record in Selection(workspace, customers, f"({asked.needed}) owner:").records():
            yield Problem(record["_path"], record["_line"], 1, "no-owner", {"id": record["id"]})
    gone = Selection(workspace, users, "active:no or archived:*").ids() if asked.left else []
    naming = (customers.fields["owner"], gone)
    for record in Selection(workspace, customers, naming=naming).records() if gone else ():
        line, column = _where(workspace, record["_path"], record["_line"], ("owner",))
        params = {"id": record["id"], "owner": record["owner"]}
        yield Problem(record["_path"], line, column, "owner-left", params)


def _folders(workspace: Workspace) -> Iterator[Problem]:
    rows = workspace.index.rows(
        "SELECT folder, count(*) FROM file GROUP BY folder HAVING count(*) > ?", (MANY_FILES,)
    )
    for folder, count in rows:
        kind = workspace.registry.by_folder(folder.split("/")[0])
        if kind is not None:
            file = kind.path.rpartition("/")[2]
            params = {"count": str(count), "kind": kind.name, "folder": kind.folder, "file": file}
            yield Problem(f"records/{folder}", 1, 1, "many-files", params)


def _definitions(workspace: Workspace) -> Iterator[Problem]:
    """Segments, reports and policies that could not be used."""
    yield from _policies(workspace)
    segments = Segments(workspace)
    for name in segments.names():
        try:
            segment = segments.get(name)
            Selection(workspace, workspace.registry.kind(segment.kind), segment.query)
        except CrmctlError as error:
            yield _unusable(workspace, f"segments/{name}.yaml", error)
    reports = Reports(workspace)
    for name in reports.files():
        try:
            reports.get(name)
        except CrmctlError as error:
            yield _unusable(workspace, f"reports/{name}.yaml", error)


def _policies(workspace: Workspace) -> Iterator[Problem]:
    for topic in TOPICS:
        try:
            workspace.policy(topic)
        except BadDefinition as error:
            yield definitions.problem(error)
            return
        yield from _queries(workspace, topic)
    judged = [Moves(workspace, kind).faults() for kind in workspace.registry]
    for found in judged:
        for (path, *steps), fault in found:
            wrong = BadDefinition(path, "", fault.message, fault.hint, steps=steps)
            definitions.place(wrong, workspace.root / path)
            yield definitions.problem(wrong)
    for (_path, *steps), fault in rules.faults(workspace):
        yield _unfit(workspace, steps, fault)


def _queries(workspace: Workspace, topic: str) -> Iterator[Problem]:
    """The queries of a policy that cannot be used."""
    for place, kind, query in policies.queries(topic, workspace.policy(topic)):
        try:
            Selection(workspace, workspace.registry.kind(kind), query)
        except CrmctlError as error:
            yield _unfit(workspace, [topic, *place.split(".")], error)


def _unfit(workspace: Workspace, steps: Sequence[str], error: CrmctlError) -> Problem:
    """A rule of a policy that cannot be used; one that the book has not written is no error."""
    dotted = ".".join(steps)
    if not workspace.says(steps):
        params = {"rule": dotted, "reason": error.message.rstrip("."), "topic": steps[0]}
        return Problem(startup.CONFIG, 1, 1, "unfit-rule", params)
    wrong = BadDefinition(startup.CONFIG, dotted, error.message, error.hint)
    definitions.place(wrong, workspace.root / startup.CONFIG)
    return definitions.problem(wrong)


def _unusable(workspace: Workspace, path: str, error: CrmctlError) -> Problem:
    """What is wrong in a definition, or with the query in it."""
    if not isinstance(error, BadDefinition) or error.path != path:
        of_kind = isinstance(error, BadDefinition | UnknownKind)
        reason = error.message.split("\n")[0]
        steps = ("kind" if of_kind else "query",)
        error = BadDefinition(path, "", reason, error.hint, steps=steps)
        definitions.place(error, workspace.root / path)
    return definitions.problem(error)


def fix(workspace: Workspace, builder: Builder) -> None:
    """Adds what can be mended without asking: ids for records that have none."""
    paths = {p.path for p in workspace.index.problems() if p.code == "missing-id"}
    for path in sorted(paths):
        relative = path.removeprefix("records/")
        kind = workspace.registry.by_folder(relative.split("/")[0])
        if kind is None:
            continue
        content = read_file(workspace.records, relative, kind, workspace.zone, Rules(kind))
        for stored in content.records:
            if stored.minted and is_valid_id(stored.id):
                change = Change(
                    kind.name, stored.id, stored.written, stored.values, relative, stored.document
                )
                builder.put(change)
