"""A book: where it is, what it is set to, and the way to its kinds, files and index.

Everything is opened when it is first asked for, so a command pays for what it uses.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from crmctl import definitions, policies, shipped, startup
from crmctl.config import Config, Person, load
from crmctl.errors import BadDefinition, NotAFolder, NoWorkspace
from crmctl.locale import _
from crmctl.problems import Problem
from crmctl.schema.load import build_registry
from crmctl.schema.model import Registry
from crmctl.values import clock
from crmctl.values.dates import parse_date
from crmctl.values.money import Rates, is_currency, parse_amount

if TYPE_CHECKING:
    from crmctl.committed import CommittedBook
    from crmctl.index.store import Index
    from crmctl.query.ast import Expr
    from crmctl.query.bind import Context
    from crmctl.values.worktime import WorkTime

Progress = Callable[[int, int], None]
Fault = tuple[str, int, int, dict[str, str]]  # code, line, column, details
IndexOf: TypeAlias = tuple[Path, Registry, Rates, str, ZoneInfo, Progress]
RATES = "rates.yaml"

_MARKS: dict[str, str | None] = {}


class Workspace:
    """One book on disk."""

    def __init__(self, root: Path, *, actor: str | None = None) -> None:
        self.root = root
        self.base = root  # where settings, schemas and rates are read
        self.actor = actor
        self.on_progress: Progress | None = None
        self._policies: dict[str, Any] = {}

    @classmethod
    def find(cls, start: str | None = None, *, actor: str | None = None) -> Workspace:
        """The book around `start` or the current folder; NoWorkspace without one."""
        root = startup.find_root(start)
        if root is None:
            raise NoWorkspace(start or os.environ.get("CRMCTL_WORKSPACE") or str(Path.cwd()))
        return cls(Path(root), actor=actor)

    def at(self, revision: str) -> CommittedBook:
        """This book as git recorded it on a day or in a commit."""
        from crmctl.committed import CommittedBook

        return CommittedBook(self, revision)

    def shown(self, path: str) -> str:
        """What people call a file of the book that this is read from."""
        return path

    # settings and kinds

    @cached_property
    def _trees(self) -> dict[str, Any]:
        trees = startup.cached(str(self.base))
        if trees is None:
            trees = _parse(self.base)
            # A permission may change without a trace in the stamps of the file.
            if all(
                code not in ("unreadable", "not-a-file")
                for code, *_place in trees["faults"].values()
            ):
                startup.remember(str(self.base), trees)
        return trees

    @cached_property
    def config(self) -> Config:
        with definitions.placed(self.base / startup.CONFIG):
            return load(Config, self._trees["config"], startup.CONFIG)

    @cached_property
    def person(self) -> Person:
        """The person's settings, with those for this book alone filling the gaps."""
        own = load_person(Path(startup.person_config()))
        local = load_person(self.root / startup.PRIVATE / "local.yaml")
        return Person(own.language or local.language, own.user or local.user)

    @cached_property
    def registry(self) -> Registry:
        registry = _registry(self._trees)
        for error in registry.broken.values():
            definitions.place(error, self.base / error.path)
        for name, fault in self._trees["faults"].items():
            registry.broken[name] = definitions.fault(f"schemas/{name}.yaml", *fault)
        registry.listed = lambda name: policies.listed(name, self.policy)
        return registry

    def registry_with(self, name: str, tree: Mapping[str, Any]) -> Registry:
        """The kinds as they would be if the book had this schema for the kind `name`."""
        own = {**self._trees["own"], name: tree}
        return _registry({**self._trees, "own": own, "mark": None})

    @property
    def schema_problems(self) -> list[Problem]:
        """One for each schema file of the book that had to be left out."""
        broken = self.registry.broken
        return [definitions.problem(broken[name]) for name in sorted(broken)]

    @cached_property
    def settings_mark(self) -> str:
        """Changes whenever crmctl.yaml says something else."""
        return blake2b(repr(self._trees["config"]).encode(), digest_size=8).hexdigest()

    def says(self, steps: Sequence[str]) -> bool:
        """Whether the settings of the book itself say anything at a place."""
        tree: Any = self._trees["config"]
        for step in steps:
            tree = tree.get(step) if isinstance(tree, dict) else None
        return tree is not None

    def policy(self, topic: str, said: Mapping[str, Any] | None = None) -> Any:
        """What the book's rules on a topic need, in the shape that its module in policies says.

        `said` is a tree that goes before what the book says, for one run.
        """
        if said:
            return policies.load(topic, self._trees["config"], "--set", said)
        if topic not in self._policies:
            with definitions.placed(self.base / startup.CONFIG):
                self._policies[topic] = policies.load(topic, self._trees["config"], startup.CONFIG)
        return self._policies[topic]

    @property
    def zone(self) -> ZoneInfo:
        return self.config.zone

    @cached_property
    def worktime(self) -> WorkTime:
        """The working time of the book's calendar."""
        from crmctl.policies.calendar import worktime

        calendar = self.policy("calendar")
        with definitions.placed(self.base / startup.CONFIG):
            return worktime(calendar, self.zone, startup.CONFIG)

    @cached_property
    def now(self) -> datetime:
        return clock.now(self.zone)

    @property
    def today(self) -> date:
        return self.now.date()

    # places

    @property
    def records(self) -> Path:
        return self.root / "records"

    @property
    def private(self) -> Path:
        """The folder for what git does not see, made when something is written into it."""
        folder = self.root / startup.PRIVATE
        if os.path.lexists(folder) and not folder.is_dir():
            raise NotAFolder(str(folder))
        return folder

    # money

    @cached_property
    def rates(self) -> Rates:
        rows, _problems = self._rates
        return Rates(rows, self.config.currency, self.config.rates.max_age_days)

    @property
    def rate_problems(self) -> list[Problem]:
        return self._rates[1]

    @cached_property
    def _rates(self) -> tuple[list[tuple[date, str, Decimal]], list[Problem]]:
        file = self.base / RATES
        if not file.is_file():
            return [], []
        return read_rates(file)

    # the index

    @cached_property
    def index(self) -> Index:
        from crmctl.index.store import Index

        return Index(*self._index_of)

    @property
    def _index_of(self) -> IndexOf:
        """What an index is made from."""
        file = self.base / RATES
        mark = blake2b(file.read_bytes() if file.is_file() else b"", digest_size=16).hexdigest()
        mark += f"/{self.config.rates.max_age_days}"
        return self.base, self.registry, self.rates, mark, self.zone, self._progress

    def close(self) -> None:
        """Ends the work on the index, if there was any."""
        if "index" in self.__dict__:
            self.index.close()

    def _progress(self, done: int, total: int) -> None:
        if self.on_progress:
            self.on_progress(done, total)

    def query_context(self, now: datetime | None = None) -> Context:
        """What a query needs to know of the book: its kinds, the day, its segments and names."""
        from crmctl.query.bind import Context
        from crmctl.values.text import fold

        def segment(name: str) -> Expr:
            from crmctl.segments import Segments

            return Segments(self).expression(name)

        def resolve(kind: str, name: str) -> list[str]:
            target = self.registry.kinds[kind]
            return [id for _, id in self.index.named([(fold(name), "name")], target)]

        return Context(
            registry=self.registry,
            now=now or self.now,
            segment=segment,
            resolve=resolve,
        )

    @cached_property
    def me(self) -> str | None:
        """Who acts: --as, CRMCTL_USER, the person's settings, the git identity."""
        named = self.actor or os.environ.get("CRMCTL_USER") or self.person.user
        if named:
            return named
        from crmctl.vcs.git import identity

        name, email = identity(self.root)
        if email and "user" in self.registry.kinds:
            users = self.registry.kinds["user"]
            found = self.index.named([(email.casefold(), "email")], users)
            if len(found) == 1:
                return found[0][1]
        return name


def load_person(file: Path) -> Person:
    """A person's settings file; an absent one sets nothing."""
    if not file.exists():
        return Person()
    with definitions.placed(file):
        return load(Person, definitions.read(file, str(file)), str(file))


def _parse(root: Path) -> dict[str, Any]:
    """Settings and schemas as trees; a schema equal to the shipped one is no extension.

    `faults` has code, place and details for each schema of the book that cannot be used.
    """
    base: dict[str, Any] = {}
    own: dict[str, Any] = {}
    faults: dict[str, Fault] = {}
    for name, paths in startup.schema_files(str(root)).items():
        for file in map(Path, paths):
            shown = f"schemas/{file.name}"
            if str(file.parent) == shipped.SCHEMAS:
                base[name] = _shipped(file, shown)
                continue
            try:
                tree = definitions.read(file, shown)
            except BadDefinition as error:
                faults[name] = _fault(error)
            else:
                if tree != base.get(name):
                    own[name] = tree
    trees: dict[str, Any] = {"shipped": base, "own": own, "faults": faults}
    _leave_out_bad_rules(root, trees)
    trees["mark"] = _mark(trees)
    titles = {name: _titles(name, tree) for name, tree in own.items() if name not in base}
    config = definitions.read(root / startup.CONFIG, startup.CONFIG)
    return {"config": config, "titles": titles, **trees}


def _mark(trees: Mapping[str, Any]) -> str | None:
    """What the registry of these trees is marked with; None when some of them do not fit."""
    # A process that works on many books finds most of them with the same schemas.
    own = repr(trees["own"])
    if own not in _MARKS:
        from crmctl.index.layout import mark

        registry = _registry(trees)
        _MARKS[own] = None if registry.broken else mark(registry)
    return _MARKS[own]


@cache
def _shipped(file: Path, shown: str) -> dict[str, Any]:
    """A shipped schema; it is the same for every book."""
    return definitions.read(file, shown)


def _fault(error: BadDefinition) -> Fault:
    return error.code, error.line or 1, error.column, error.params


def _registry(trees: Mapping[str, Any]) -> Registry:
    from crmctl.facts.definitions import add_facts

    return build_registry(trees["shipped"], trees["own"], add_facts, trees.get("mark"))


def _leave_out_bad_rules(root: Path, trees: Mapping[str, Any]) -> None:
    """Moves schemas whose rules or workflows cannot be used to the faults.

    Trying takes too long to be done every time.
    """
    if not trees["own"]:
        return
    from crmctl.schema.rules import Rules
    from crmctl.schema.workflow import check

    registry = _registry(trees)
    for name in trees["own"].keys() & registry.kinds.keys() - registry.broken.keys():
        try:
            Rules(registry.kinds[name])
            check(registry.kinds[name])
        except BadDefinition as error:
            definitions.place(error, root / error.path)
            del trees["own"][name]
            trees["faults"][name] = _fault(error)


def _titles(name: str, tree: Mapping[str, Any]) -> dict[str, str]:
    settings = tree.get("x-crmctl")
    given = settings if isinstance(settings, dict) else {}
    found = given.get("plural-title") or given.get("title")
    own = found if isinstance(found, dict) else {}
    texts = {language: title for language, title in own.items() if isinstance(title, str)}
    return {"en": str(tree.get("title") or name), **texts}


def read_rates(file: Path) -> tuple[list[tuple[date, str, Decimal]], list[Problem]]:
    """The rows of rates.yaml, `- {date: 2026-01-01, currency: EUR, rate: 7.82}`, and its faults."""
    from crmctl.storage.files import load as load_text
    from crmctl.storage.nodes import compose, locate
    from crmctl.storage.reader import parse_document

    name = file.name
    text = load_text(file)
    # A list at the top is no record; as the value of a key it reads the same, one line further.
    tree, faults = parse_document("rates:\n" + text.text, 0)
    problems = [
        Problem(name, max(fault.line, 1), fault.column, fault.code, dict(fault.params))
        for fault in [*text.faults, *faults]
    ]
    rows: list[tuple[date, str, Decimal]] = []
    if tree is None:
        return rows, problems
    entries = tree.get("rates") or []
    if len(tree) > 1 or not isinstance(entries, list):
        reason = {"reason": _("a list of rates is expected")}
        return rows, [*problems, Problem(name, 1, 1, "bad-rate", reason)]
    for number, entry in enumerate(entries, 1):
        fields = entry if isinstance(entry, dict) else {}
        day = parse_date(str(fields.get("date") or ""))
        currency = str(fields.get("currency") or "")
        rate = parse_amount(str(fields.get("rate") or ""))
        if day is None or not is_currency(currency) or rate is None or rate <= 0:
            reason = {"reason": _("entry {number}").format(number=number)}
            node = locate(compose(f"rates:\n{text.text}"), ("rates", number - 1))
            line, column = (node.line - 1, node.column) if node else (1, 1)
            problems.append(Problem(name, line, column, "bad-rate", reason))
        else:
            rows.append((day, currency, rate))
    return rows, problems
