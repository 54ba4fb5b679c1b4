"""Moves of a record from one state to another: judged, explained, and what they bring along.

The states of a field stand in its schema, those of an opportunity in the book's pipelines. Whatever
command changes such a field, the same rules hold; only a new record may begin in any state.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmctl import startup
from crmctl.errors import BadDefinition, CrmctlError, did_you_mean
from crmctl.guards import Breach
from crmctl.index.layout import quoted
from crmctl.locale import _, language, pick, titles
from crmctl.policies.pipelines import ENDS, LOST, WON, usual
from crmctl.query.bind import bind
from crmctl.query.bound import Bound
from crmctl.query.grammar import parse
from crmctl.query.predicate import matches
from crmctl.recurring import next_time
from crmctl.schema.model import Field, Kind
from crmctl.schema.workflow import PIPELINES, Gate, State, declared
from crmctl.values.dates import format_instant
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest

if TYPE_CHECKING:
    from crmctl.policies.pipelines import Pipeline
    from crmctl.workspace import Workspace

Values = dict[str, Any]
PIPELINE = "pipeline"


class Option(Frozen):
    """A state into which a record may go, and what it lacks for that."""

    state: str
    title: str
    lacking: tuple[str, ...]


class Moves:
    """Judges the moves of records of one kind."""

    def __init__(self, workspace: Workspace, kind: Kind) -> None:
        self.workspace = workspace
        self.kind = kind
        self._declared: dict[str, dict[str, State]] = {}

    def states(self, field: Field, record: Mapping[str, Any]) -> dict[str, State]:
        """The states that a record can have in a field, in their order."""
        if field.workflow == PIPELINES:
            return staged(self.pipeline(record))
        if field.name not in self._declared:
            self._declared[field.name] = declared(self.kind, field)
        return self._declared[field.name]

    def pipeline(self, record: Mapping[str, Any]) -> Pipeline:
        """The pipeline of an opportunity: the one it names, or the likeliest one of the book."""
        pipelines: dict[str, Pipeline] = self.workspace.policy(PIPELINES)
        name = usual(pipelines, record.get(PIPELINE), record.get("stage"))
        found = pipelines.get(name)
        if found is None:
            reason = _("there is no pipeline “{name}”").format(name=name)
            hint = did_you_mean(suggest(name, pipelines))
            raise BadDefinition(startup.CONFIG, PIPELINES, reason, hint)
        return found

    def title(self, field: Field, record: Mapping[str, Any], state: str) -> str:
        """What people call a state."""
        if field.workflow == PIPELINES and state in ENDS:
            return pick(titles(ENDS[state]))
        if field.workflow == PIPELINES:
            stage = self.pipeline(record).stages.get(state)
            return pick(stage.title) if stage is not None and stage.title else state
        return field.value_title(state)

    # judging

    def reasons(self, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
        """Why a record may not become what it would be; empty when it may."""
        found: list[str] = []
        for field in self.kind.workflows:
            new = after.get(field.name, field.default)
            old = before.get(field.name, field.default) if before is not None else None
            led = field.workflow == PIPELINES and (before or {}).get(PIPELINE) != after.get(
                PIPELINE
            )
            if new is not None and (before is None or new != old or led):
                found += self._judged(field, old, str(new), before, after)
        return found

    def _judged(
        self,
        field: Field,
        old: str | None,
        new: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any],
    ) -> Iterator[str]:
        states = self.states(field, after)
        if new not in states:
            if field.type != "enum":
                text = _("{field} “{new}” is none of {choices}")
                choices = self._listed(field, after, states)
                yield text.format(field=self._name(field), new=new, choices=choices)
            return
        if before is None or old is None or old == new:
            return  # history is brought along as it was
        if old in states and new not in states[old].to:
            text = _("{field} cannot go from “{old}” to “{new}”, only to {choices}")
            yield text.format(
                field=self._name(field),
                old=self.title(field, after, old),
                new=self.title(field, after, new),
                choices=self._listed(field, after, states[old].to) or "—",
            )
            return
        title = self.title(field, after, new)
        for lack in self._lacking(field, states, old, new, after):
            yield _("“{state}” asks for more: {lack}").format(state=title, lack=lack)

    def _lacking(
        self,
        field: Field,
        states: Mapping[str, State],
        old: str | None,
        new: str,
        after: Mapping[str, Any],
    ) -> list[str]:
        names = list(states)
        gates = [states[new].enter]
        if (
            old is not None
            and old in states
            and names.index(new) > names.index(old)
            and new != LOST
        ):
            gates.insert(0, states[old].leave)
        return list(dict.fromkeys(lack for gate in gates for lack in self._closed(gate, after)))

    def _closed(self, gate: Gate, record: Mapping[str, Any]) -> Iterator[str]:
        """What keeps a gate closed."""
        for path in gate.needs:
            if not _present(record, path.split(".")):
                found = self.kind.find(path)
                yield f"{found.titled()} ({path})" if found is not None else path
        if gate.when is not None and not self.holds(gate.when, record):
            yield pick(gate.title) if gate.title else gate.when
        if gate.criteria is not None:
            for query, title in self.criteria(gate.criteria):
                if not self.holds(query, record):
                    yield title

    def criteria(self, name: str) -> list[tuple[str, str]]:
        """The tests of a list of the book's criteria: query and title."""
        lists = self.workspace.policy("criteria")
        if name not in lists:
            reason = _("there are no criteria “{name}”").format(name=name)
            hint = did_you_mean(suggest(name, lists))
            raise BadDefinition(startup.CONFIG, "criteria", reason, hint)
        tests = lists[name].values()
        return [(test.query, pick(test.title) if test.title else test.query) for test in tests]

    def faults(self) -> Iterator[tuple[tuple[str, ...], CrmctlError]]:
        """What cannot work in the gates of this kind: the place, its file first, and the error."""
        for field in self.kind.workflows:
            schema = (f"schemas/{self.kind.name}.yaml", "properties", field.name, "x-crmctl")
            if field.workflow != PIPELINES:
                yield from self._unusable(self.states(field, {}), (*schema, "workflow"))
                continue
            for name, pipeline in self.workspace.policy(PIPELINES).items():
                place = (startup.CONFIG, PIPELINES, name, "stages")
                yield from self._unusable(staged(pipeline), place)

    def _unusable(
        self, states: Mapping[str, State], place: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], CrmctlError]]:
        for name, state in states.items():
            for gate in (state.enter, state.leave):
                try:
                    for path in gate.needs:
                        self.kind.field(path)
                    if gate.when is not None:
                        self._bound(gate.when)
                except CrmctlError as error:
                    yield (*place, name), error
                try:
                    tests = self.criteria(gate.criteria) if gate.criteria else []
                    for query, _title in tests:
                        self._bound(query)
                except CrmctlError as error:
                    yield (startup.CONFIG, "criteria", str(gate.criteria)), error

    def _bound(self, query: str) -> Bound:
        return bind(parse(query), self.kind, self.workspace.query_context())

    def holds(self, query: str, record: Mapping[str, Any]) -> bool:
        """Whether a record matches a query as it will be; computed fields are as they are."""
        return matches(self._bound(query), record, self._lookup, self._fact, self.workspace.rates)

    def _lookup(self, kind: str, id: str) -> dict[str, Any] | None:
        return self.workspace.index.get(self.workspace.registry.kinds[kind], id)

    def _fact(self, record: Mapping[str, Any], name: str) -> Any:
        kind = self.kind
        if "_path" in record:  # one that was looked up
            folder = str(record["_path"]).removeprefix("records/").split("/")[0]
            kind = self.workspace.registry.by_folder(folder) or kind
        value = self._facts.expression(kind.facts[name], "t")
        table = quoted(kind.plural)
        sql = f"SELECT {value} FROM {table} AS t WHERE t.id = ?"
        rows = self.workspace.index.rows(sql, (record.get("id"),))
        return rows[0][0] if rows else None

    @cached_property
    def _facts(self) -> Any:
        from crmctl.facts.tables import Facts

        return Facts(self.workspace, self.workspace.today)

    def stray(self, record: Mapping[str, Any]) -> Breach | None:
        """What is wrong with a stage that is none of its pipeline."""
        for field in self.kind.workflows:
            stage = str(record.get(field.name) or "")
            pipelines = self.workspace.policy(PIPELINES) if field.workflow == PIPELINES else {}
            name = usual(pipelines, record.get(PIPELINE), stage)
            known = pipelines[name].stages if name in pipelines else {}
            if pipelines and stage and stage.lower() not in (*known, *ENDS):
                return Breach(field.name, "unknown-stage", {"pipeline": name, "stage": stage})
        return None

    # moving

    def entered(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Values:
        """`after` with what entering its states brings: stamps set, what is over taken away."""
        values = copy.deepcopy(dict(after))
        for field in self.kind.workflows:
            new = values.get(field.name, field.default)
            if new is None or new == before.get(field.name, field.default):
                continue
            state = self.states(field, values).get(str(new))
            if state is None:
                continue
            for path, name in state.keep.items():
                self._keep(values, before, path, name)
            for path in state.clear:
                steps = path.split(".")
                if _at(values, steps) == _at(before, steps):
                    _take(values, steps)
            if state.stamp is not None:
                steps = state.stamp.split(".")
                if _at(values, steps) == _at(before, steps):
                    _put(values, steps, self._moment(state.stamp))
        return values

    def _keep(self, values: Values, before: Mapping[str, Any], path: str, name: str) -> None:
        """Puts what a state ends into the list of what was before."""
        from crmctl.changes.assign import Assigner

        steps, field = path.split("."), self.kind.fields[name]
        ended = _at(before, steps)
        if ended is None or _at(values, steps) != ended:
            return
        items = values.setdefault(name, [])
        known = {key: value for key, value in ended.items() if key in field.leaf.fields}
        if "back" in field.leaf.fields:
            known["back"] = self.workspace.today.isoformat()
        items.append(Assigner.keyed_item(field, known, items))
        _take(values, steps)

    def following(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Values | None:
        """The record of the next time, when one that comes again enters the state that ends it."""
        for field in self.kind.workflows:
            new = after.get(field.name, field.default)
            if new is None or new == before.get(field.name, field.default):
                continue
            state = self.states(field, after).get(str(new))
            if state is not None and state.again is not None:
                return next_time(self.workspace, self.kind, field, state.again, after)
        return None

    def begun(self, values: Mapping[str, Any]) -> Values:
        """A new record with its pipeline named, and in its first stage if it names none."""
        found = dict(values)
        for field in self.kind.workflows:
            if field.workflow != PIPELINES:
                continue
            if PIPELINE in self.kind.fields and not found.get(PIPELINE):
                pipelines = self.workspace.policy(PIPELINES)
                found[PIPELINE] = usual(pipelines, None, found.get(field.name))
            if not found.get(field.name):
                found[field.name] = next(iter(self.states(field, found)))
        return found

    def options(self, field: Field, record: Mapping[str, Any]) -> list[Option]:
        """Where a record may go from here, and what it lacks for each."""
        states = self.states(field, record)
        old = record.get(field.name, field.default)
        following = states[old].to if old in states else tuple(states)
        return [
            Option(
                new,
                self.title(field, record, new),
                tuple(self._lacking(field, states, old, new, record)),
            )
            for new in following
        ]

    def _moment(self, path: str) -> str:
        found = self.kind.find(path)
        instant = found is not None and found.field.type == "instant"
        workspace = self.workspace
        return format_instant(workspace.now) if instant else workspace.today.isoformat()

    def _name(self, field: Field) -> str:
        return field.titled() if language() == "zh" else field.name

    def _listed(self, field: Field, record: Mapping[str, Any], states: Any) -> str:
        said = []
        for state in states:
            title = self.title(field, record, state)
            said.append(state if title.casefold() == state else f"{state} ({title})")
        return ", ".join(said)


def staged(pipeline: Pipeline) -> dict[str, State]:
    """The states of a pipeline: a deal may skip stages and go back, and ends won or lost."""
    stages = pipeline.stages
    found = {
        name: State(
            to=(*(other for other in stages if other != name), *ENDS),
            enter=stage.enter,
            leave=stage.leave,
            clear=("closed",),
        )
        for name, stage in stages.items()
    }
    found[WON] = State(to=tuple(stages), stamp="closed.at")
    reason = Gate(needs=("closed.reason",))
    found[LOST] = State(to=tuple(stages), enter=reason, stamp="closed.at")
    return found


def _present(tree: Any, steps: list[str]) -> bool:
    return _at(tree, steps) not in (None, "", [], {})


def _at(tree: Any, steps: list[str]) -> Any:
    for step in steps:
        if not isinstance(tree, Mapping) or step not in tree:
            return None
        tree = tree[step]
    return tree


def _put(tree: Values, steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        tree = tree.setdefault(step, {})
    tree[steps[-1]] = value


def _take(tree: Any, steps: list[str]) -> None:
    for step in steps[:-1]:
        tree = tree.get(step) if isinstance(tree, Mapping) else None
    if isinstance(tree, dict):
        tree.pop(steps[-1], None)
