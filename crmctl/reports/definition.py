"""Reads the definition of a report, strictly: what is misspelt is an error, never ignored.

A definition is the untyped tree of a YAML file: texts, lists and mappings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import LANGUAGES, _
from crmctl.models.catalog import CATALOG
from crmctl.values.text import suggest

CHARTS = ("bar",)
# What a measure can compute, and whether it needs a field: yes, no, or as one likes.
FUNCTIONS: dict[str, bool | None] = {
    "count": False,
    "sum": True,
    "mean": True,
    "median": True,
    "p90": True,
    "min": True,
    "max": True,
    "distinct": True,
    "share": None,
}
_SECTION_KEYS = (
    "kind", "model", "query", "columns", "group", "across", "measures", "sort", "limit", "chart"
)  # fmt: skip
_TOP_KEYS = ("title", "description", "sections")
_NATURAL = re.compile(r"[0-9]{1,9}")

Titles = dict[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """One computed column: a function of FUNCTIONS over a field, or over the records themselves.

    `title` is None where the author gave none. With a `query` only the records count that match it.
    """

    name: str
    function: str
    field: str | None = None
    title: Titles | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report, over the records of a `kind` or the rows of a `model`.

    With `columns` it is a listing, with `measures` a summary per `group` (one row without one),
    and per value of the field `across`, side by side.
    A model without either lists all its columns. `limit` 0 means all rows. `place` is where the
    section stands in its file, for messages.
    """

    place: str
    title: Titles
    kind: str | None = None
    model: str | None = None
    query: str | None = None
    columns: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    across: str | None = None
    measures: tuple[Measure, ...] = ()
    sort: tuple[str, ...] = ()
    limit: int = 0
    chart: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as its file defines it; `where` is that file, for messages."""

    name: str
    where: str
    title: Titles
    description: Titles
    sections: tuple[Section, ...]


def parse(name: str, tree: Mapping[str, Any], where: str) -> Report:
    """The report `name` from the tree of its file `where`; BadDefinition says what is wrong.

    The keys of a single section may stand at the top instead of under `sections`.
    """
    top = _Part(where, "", tree)
    title = top.titles("title") or {"en": name}
    description = top.titles("description") or {}
    if "sections" in top.given:
        for key in _SECTION_KEYS:
            if key in top.keys:
                raise top.error(key, _("beside “sections”, this belongs into one of them"))
        top.only(_TOP_KEYS)
        trees = top.given["sections"]
        if not isinstance(trees, list) or not trees:
            raise top.error("sections", _("a list of sections is expected here"))
        parts = [_Part(where, f"sections.{number}", each) for number, each in enumerate(trees, 1)]
    else:
        top.only((*_TOP_KEYS, *_SECTION_KEYS))
        own = {key: each for key, each in tree.items() if key not in _TOP_KEYS}
        parts = [_Part(where, "", own)]
    sections = tuple(_section(part, title if len(parts) == 1 else None) for part in parts)
    return Report(name, where, title, description, sections)


class _Part:
    """A mapping of the definition together with its place: what can be read from it, or fail."""

    def __init__(self, where: str, place: str, tree: Any) -> None:
        self.where = where
        self.place = place
        if not isinstance(tree, Mapping):
            raise BadDefinition(where, place, _("“key: value” lines are expected here"))
        self.given = {str(key): node for key, node in tree.items() if not _missing(node)}
        self.keys = tuple(str(key) for key in tree)

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def error(self, key: str, reason: str, suggestion: str | None = None) -> BadDefinition:
        return BadDefinition(self.where, self.at(key), reason, did_you_mean(suggestion))

    def only(self, known: Iterable[str]) -> None:
        known = tuple(known)
        for key in self.keys:
            if key not in known:
                raise self.error(key, _("there is no such key"), suggest(key, known))

    def text(self, key: str) -> str | None:
        node = self.given.get(key)
        if node is not None and not isinstance(node, str):
            raise self.error(key, _("a single value is expected here"))
        return node

    def choice(self, key: str, choices: Iterable[str]) -> str | None:
        choices = tuple(choices)
        word = self.text(key)
        if word is not None and word not in choices:
            raise BadDefinition(
                self.where,
                self.at(key),
                _("“{value}” is not possible here").format(value=word),
                did_you_mean(suggest(word, choices))
                or _("Possible: {choices}.").format(choices=", ".join(choices)),
            )
        return word

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts without repetition; a single text is a list of one."""
        node = self.given.get(key, [])
        items = [node] if isinstance(node, str) else node
        if not isinstance(items, list) or not all(
            isinstance(item, str) and not _missing(item) for item in items
        ):
            raise self.error(key, _("a list of texts is expected here"))
        for place, item in enumerate(items):
            if item in items[:place]:
                raise self.error(key, _("“{name}” stands here twice").format(name=item))
        return tuple(items)

    def titles(self, key: str) -> Titles | None:
        """A text, or one per language."""
        node = self.given.get(key)
        if node is None or isinstance(node, str):
            return None if node is None else {"en": node}
        part = _Part(self.where, self.at(key), node)
        part.only(LANGUAGES)
        found = {language: part.text(language) for language in LANGUAGES}
        return {language: text for language, text in found.items() if text} or None


def _missing(node: Any) -> bool:
    return node is None or node in ("", "~")


def _section(part: _Part, inherited: Titles | None) -> Section:
    if part.place:
        part.only(("title", *_SECTION_KEYS))
    kind = part.text("kind")
    model = part.choice("model", CATALOG)
    if kind and model:
        raise part.error("model", _("a section is about a kind or a model, not both"))
    if not kind and not model:
        raise part.error("kind", _("a kind of record, or a model, is missing"))
    columns = part.texts("columns")
    group, across = part.texts("group"), part.text("across")
    measures = _measures(part)
    if columns and (group or across or measures):
        key = "group" if group else "across" if across else "measures"
        raise part.error(key, _("a section lists columns, or it groups and measures, not both"))
    if across in group:
        reason = _("“{name}” is in the group already").format(name=across)
        raise part.error("across", reason)
    if (group or across) and not measures:
        measures = (Measure("count", "count"),)
    if kind and not columns and not measures:
        raise part.error("columns", _("columns, or measures with or without a group, are missing"))
    chart = part.choice("chart", CHARTS)
    if chart and not measures:
        raise part.error("chart", _("a chart needs measures"))
    for measure in measures:
        if model and measure.query is not None:
            reason = _("only records of a kind can be asked about, not a model")
            raise part.error(f"measures.{measure.name}.query", reason)
        if measure.name in group:
            reason = _("“{name}” is in the group already").format(name=measure.name)
            raise part.error(f"measures.{measure.name}", reason)
    return Section(
        place=part.place,
        title=part.titles("title") or inherited or {"en": str(kind or model)},
        kind=kind,
        model=model,
        query=part.text("query"),
        columns=columns,
        group=group,
        across=across,
        measures=measures,
        sort=_sort(part, (*columns, *group, *(measure.name for measure in measures))),
        limit=_limit(part),
        chart=chart,
    )


def _sort(part: _Part, names: tuple[str, ...]) -> tuple[str, ...]:
    terms = part.texts("sort")
    for term in terms if names else ():
        name = term.removeprefix("-")
        if name not in names:
            reason = _("“{name}” is no column of this section").format(name=name)
            raise part.error("sort", reason, suggest(name, names))
    return terms


def _limit(part: _Part) -> int:
    text = part.text("limit")
    if text is None:
        return 0
    if not _NATURAL.fullmatch(text):
        raise part.error("limit", _("must be {what}").format(what=_("a whole number")))
    return int(text)


def measure_name(text: str) -> str:
    """The name of a measure that was given none: `sum amount` is called sum_amount."""
    return "_".join(text.replace(".", " ").split())


def _measures(part: _Part) -> tuple[Measure, ...]:
    node = part.given.get("measures", {})
    if isinstance(node, str | list):
        texts = [node] if isinstance(node, str) else node
        if not all(isinstance(text, str) for text in texts):
            reason = _(
                "“name: measure” lines or a list such as [count, sum amount] are expected here"
            )
            raise part.error("measures", reason)
        node = {measure_name(text): text for text in texts}
    inner = _Part(part.where, part.at("measures"), node)
    return tuple(_measure(inner, name) for name in inner.keys)


def _measure(part: _Part, name: str) -> Measure:
    node = part.given.get(name)
    title = query = None
    if isinstance(node, Mapping):
        inner = _Part(part.where, part.at(name), node)
        inner.only(("measure", "title", "query"))
        title, query = inner.titles("title"), inner.text("query")
        node = inner.text("measure")
    if not isinstance(node, str):
        raise part.error(name, _("a measure such as “count” or “sum amount” is expected here"))
    function, _space, field = " ".join(node.split()).partition(" ")
    if function not in FUNCTIONS:
        reason = _("there is no measure “{function}”").format(function=function)
        raise BadDefinition(
            part.where,
            part.at(name),
            reason,
            did_you_mean(suggest(function, FUNCTIONS))
            or _("Possible: {choices}.").format(choices=", ".join(FUNCTIONS)),
        )
    if FUNCTIONS[function] is True and not field:
        reason = _("“{function}” needs a field, as in “{function} amount”")
        raise part.error(name, reason.format(function=function))
    if FUNCTIONS[function] is False and field:
        raise part.error(name, _("“{function}” takes no field").format(function=function))
    if " " in field:
        raise part.error(name, _("“{field}” is more than one field").format(field=field))
    return Measure(name, function, field or None, title, query)
