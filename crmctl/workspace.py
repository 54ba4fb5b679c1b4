"""A book: where it is, what it is set to, and the way to its kinds, files and index.

Everything is opened when it is first asked for, so a command pays for what it uses.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crmctl import shipped, startup
from crmctl.config import Config, Person, load
from crmctl.errors import BadConfig, BadSchema, NoWorkspace
from crmctl.locale import _
from crmctl.problems import Problem
from crmctl.schema.load import build_registry, check_paths
from crmctl.schema.model import Registry
from crmctl.values import clock
from crmctl.values.dates import parse_date
from crmctl.values.money import Rates, is_currency, parse_amount

if TYPE_CHECKING:
    from crmctl.index.store import Index
    from crmctl.query.ast import Expr
    from crmctl.query.bind import Context

Progress = Callable[[int, int], None]


class Workspace:
    """One book on disk."""

    def __init__(self, root: Path, *, actor: str | None = None) -> None:
        self.root = root
        self._actor = actor
        self.on_progress: Progress | None = None

    @classmethod
    def find(cls, start: str | None = None, *, actor: str | None = None) -> Workspace:
        """The book around `start` or the current folder; NoWorkspace without one."""
        root = startup.find_root(start)
        if root is None:
            raise NoWorkspace(start or os.environ.get("CRMCTL_WORKSPACE") or str(Path.cwd()))
        return cls(Path(root), actor=actor)

    # settings and kinds

    @cached_property
    def _trees(self) -> dict[str, Any]:
        trees = startup.cached(str(self.root))
        if trees is None:
            trees = _parse(self.root)
            startup.remember(str(self.root), trees)
        return trees

    @cached_property
    def config(self) -> Config:
        return load(Config, self._trees["config"], startup.CONFIG)

    @cached_property
    def person(self) -> Person:
        """The person's settings, with those for this book alone filling the gaps."""
        own = load_person(Path(startup.person_config()))
        local = load_person(self.root / startup.PRIVATE / "local.yaml")
        return Person(own.language or local.language, own.user or local.user)

    @cached_property
    def registry(self) -> Registry:
        from crmctl.facts.definitions import add_facts

        registry = build_registry(self._trees["shipped"], self._trees["own"])
        add_facts(registry)
        check_paths(registry)
        return registry

    @property
    def zone(self) -> ZoneInfo:
        return self.config.zone

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
        return self.root / startup.PRIVATE

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
        file = self.root / "rates.yaml"
        if not file.is_file():
            return [], []
        return read_rates(file)

    # the index

    @cached_property
    def index(self) -> Index:
        from crmctl.index.store import Index

        file = self.root / "rates.yaml"
        mark = blake2b(file.read_bytes() if file.is_file() else b"", digest_size=16).hexdigest()
        mark += f"/{self.config.rates.max_age_days}"
        return Index(self.root, self.registry, self.rates, mark, self.zone, self._progress)

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
        named = self._actor or os.environ.get("CRMCTL_USER") or self.person.user
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
    from crmctl.storage.reader import parse_document

    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        return Person()
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(str(file), str(error)) from None
    tree, faults = parse_document(text)
    if faults:
        raise BadConfig(f"{file}:{faults[0].line}:{faults[0].column}", _described(faults[0]))
    return load(Person, tree or {}, str(file))


def _parse(root: Path) -> dict[str, Any]:
    """Settings and schemas as trees; a schema equal to the shipped one is no extension."""
    base: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for name, paths in startup.schema_files(str(root)).items():
        files = [Path(path) for path in paths]
        ours = [file for file in files if str(file.parent) == shipped.SCHEMAS]
        for file in files:
            if file in ours:
                base[name] = _read_tree(file, root, BadSchema)
            elif not ours or file.read_bytes() != ours[0].read_bytes():
                own[name] = _read_tree(file, root, BadSchema)
    titles = {name: _titles(name, tree) for name, tree in own.items() if name not in base}
    config = _read_tree(root / startup.CONFIG, root, BadConfig)
    return {"config": config, "shipped": base, "own": own, "titles": titles}


def _titles(name: str, tree: Mapping[str, Any]) -> dict[str, str]:
    settings = tree.get("x-crmctl")
    given = settings if isinstance(settings, dict) else {}
    found = given.get("plural-title") or given.get("title")
    own = found if isinstance(found, dict) else {}
    texts = {language: title for language, title in own.items() if isinstance(title, str)}
    return {"en": str(tree.get("title") or name), **texts}


def _read_tree(file: Path, root: Path, error: type[BadConfig] | type[BadSchema]) -> dict[str, Any]:
    from crmctl.storage.files import load as load_text
    from crmctl.storage.reader import parse_document

    shown = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
    try:
        text = load_text(file)
    except OSError as failure:
        raise error(shown, failure.strerror or str(failure)) from None
    tree, faults = parse_document(text.text)
    for fault in [*text.faults, *faults]:
        raise error(f"{shown}:{fault.line}:{fault.column}", _described(fault))
    return tree or {}


def _described(fault: Any) -> str:
    return Problem("", fault.line, fault.column, fault.code, dict(fault.params)).message


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
