"""The models of a book: what each is called, what it may be told, and how it runs.

A model is a pure function of `crmctl/analytics`. What it reads is gathered out of the facts by an
area, a module of this package. To add a model: the function; a line in CATALOG; a function in the
MODELS of its area; and, if it can be told anything, its settings in `policies/<area>.yaml`, under
the model's name with `_` for `-`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.errors import BadDefinition, BadOption, UsageError, did_you_mean
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import N_, _
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest

if TYPE_CHECKING:
    from crmctl.analytics.result import ModelResult
    from crmctl.facts.tables import Facts


class Entry(NamedTuple):
    """A model in the catalog: its area, a line on it, and the kind of record that it looks at.

    `by`: whether its rows can be told apart by a field of that kind.
    """

    area: str
    title: str
    kind: str = CUSTOMER
    by: bool = False


AREAS = {
    "value": N_("Value"),
    "buying": N_("Buying"),
}

CATALOG = {
    "rfm": Entry("value", N_("Who bought recently, often and for much: scores and segments.")),
    "abc": Entry("value", N_("Who brings 80 % of the sales: classes A, B, C.")),
    "worth": Entry("value", N_("What customers leave us after cost; MVC, STC and BZC.")),
    "components": Entry("value", N_("Realized, potential, model, referral and network value.")),
    "wallet": Entry("value", N_("Our share of what customers spend on all suppliers.")),
    "pyramid": Entry("value", N_("What layers of customers bring, and what they get."), by=True),
    "cohorts": Entry("buying", N_("Who bought first in the same month, and who buys again.")),
    "activity": Entry("buying", N_("Who is active, slowing down or dormant, by their own rhythm.")),
    "spend-trend": Entry("buying", N_("Whether customers spend more or less on a purchase.")),
    "churn": Entry("buying", N_("How many customers were lost, by three definitions."), by=True),
    "winback": Entry("buying", N_("Whom to win back: value by chance, and what came of it.")),
    "acquisition": Entry("buying", N_("What it costs to win customers, and to keep them.")),
    "basket": Entry("buying", N_("What is bought together: support, confidence and lift.")),
}


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


def entry(name: str) -> Entry:
    """A model by its name; BadOption with a suggestion where there is none."""
    if name not in CATALOG:
        raise BadOption(_("A model"), name, CATALOG, did_you_mean(suggest(name, CATALOG)))
    return CATALOG[name]


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
    return models[name](Request(facts, told, ids, by))


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
        raise _told_wrong(error, f"{area}.{key}") from None


def _told_wrong(error: BadDefinition, model: str) -> UsageError:
    """What is wrong with a setting, called as it is with --set: without area and model."""
    reason = error.reason.removeprefix(f"{error.place}: ")
    place = error.place.removeprefix(model).removeprefix(".")
    text = _("{path}: {reason}").format(path=f"--set {place}".rstrip(), reason=reason)
    return UsageError(text, error.hint and error.hint.replace(f"{model}.", ""))
