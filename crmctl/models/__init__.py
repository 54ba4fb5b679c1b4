"""The models of a book: what each may be told, and how it runs.

A model is a pure function of `crmctl/analytics`. What it reads is gathered out of the facts by an
area, a module of this package. To add a model: the function; a line in CATALOG
(`crmctl/models/catalog.py`); a function in the MODELS of its area; and, if it can be told anything,
its settings in `policies/<area>.yaml`, under the model's name with `_` for `-`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crmctl.errors import BadDefinition, UsageError
from crmctl.locale import _
from crmctl.models.catalog import entry
from crmctl.values.frozen import Frozen

if TYPE_CHECKING:
    from crmctl.analytics.result import ModelResult
    from crmctl.facts.tables import Facts


class Request(Frozen):
    """What a model is asked: the facts as of a day, its settings, and which records count.

    `chosen` are the ids of the records that a query found, None for all; `by` is the field to tell
    rows apart by, None where nobody asked.
    """

    facts: Facts
    settings: Any
    chosen: frozenset[str] | None = None
    by: str | None = None

    def wants(self, id: str) -> bool:
        """Whether a record counts."""
        return self.chosen is None or id in self.chosen


Run = Callable[[Request], "ModelResult"]


def run(
    facts: Facts,
    name: str,
    chosen: Iterable[str] | None = None,
    *,
    by: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> ModelResult:
    """A model's result over all records of its kind, or over some of them.

    `settings` are said beside those of the book, as texts, and go before them.
    """
    found = entry(name)
    if by is not None and not found.by:
        raise UsageError(
            _("The model “{model}” cannot be told apart by a field.").format(model=name)
        )
    told = _settings(facts, found.area, name, settings or {})
    ids = None if chosen is None else frozenset(chosen)
    models: Mapping[str, Run] = import_module(f"crmctl.models.{found.area}").MODELS
    try:
        return models[name](Request(facts, told, ids, by))
    except BadDefinition as error:
        path = _path(found.area, name)
        if error.place.removeprefix(f"{path}.") in (settings or {}):
            raise _told_wrong(error, path) from None
        raise


def _settings(facts: Facts, area: str, name: str, own: Mapping[str, str]) -> Any:
    """What a model is told: by the area's policy in the book, and by `own`."""
    key = name.replace("-", "_")
    usual = getattr(facts.workspace.policy(area), key, None)
    if not own:
        return usual
    if usual is None:
        raise UsageError(_("The model “{model}” has no settings.").format(model=name))
    said: dict[str, Any] = {}
    for path, text in own.items():
        *above, last = path.split(".")
        place, tree = usual, said
        for step in above:
            place, tree = getattr(place, step, None), tree.setdefault(step, {})
        is_list = isinstance(getattr(place, last, None), tuple)
        tree[last] = [item.strip() for item in text.split(",")] if is_list else text
    try:
        return getattr(facts.workspace.policy(area, {key: said}), key)
    except BadDefinition as error:
        raise _told_wrong(error, _path(area, name)) from None


def _path(area: str, model: str) -> str:
    """Where the settings of a model stand in those of the book."""
    return f"{area}.{model.replace('-', '_')}"


def _told_wrong(error: BadDefinition, model: str) -> UsageError:
    """What is wrong with a setting, called as it is with --set: without area and model."""
    reason = error.reason.removeprefix(f"{error.place}: ")
    place = error.place.removeprefix(model).removeprefix(".")
    text = _("{path}: {reason}").format(path=f"--set {place}".rstrip(), reason=reason)
    return UsageError(text, error.hint and error.hint.replace(f"{model}.", ""))
