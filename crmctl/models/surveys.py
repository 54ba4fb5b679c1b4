"""What the models of attitude read: questionnaires as forms, and what was answered to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.answers import Answer, Form, Item, by_customer, latest, mean, rating
from crmctl.analytics.expectation import BEFORE
from crmctl.facts.tables import Facts
from crmctl.locale import ngettext, pick
from crmctl.models import Request
from crmctl.policies.attitude import Attitude, Template
from crmctl.values import jsontext

SURVEY = "survey"
CUSTOMER_SIDE, STAFF_SIDE = "customer", "staff"


class Measure(NamedTuple):
    """How somebody rates one thing, in percent of its scale, and the questionnaires that say so."""

    value: Fraction
    ids: Sequence[str]


class Surveys:
    """The questionnaires of one run of a model, read by template and side.

    `of` is the kind of the records that the request chose: surveys, or the customers who answered.
    `notes` gathers what was left out.
    """

    def __init__(self, request: Request, of: str = SURVEY) -> None:
        self.facts = request.facts
        self.policy: Attitude = request.facts.workspace.policy("attitude")
        self.notes: list[str] = []
        self._request = request
        self._of = of

    def form(self, name: str) -> Form:
        """A questionnaire by its name."""
        return form_of(name, self.policy.template(name))

    def answers(
        self, name: str, side: str = CUSTOMER_SIDE, days: int | None = None
    ) -> list[Answer]:
        """What was answered to a questionnaire during and after the fact, if it was chosen."""
        return [one for one in self._every(name, side, days) if one.phase != BEFORE]

    def before(self, name: str, side: str = CUSTOMER_SIDE) -> list[Answer]:
        """What was asked before a purchase, whatever was chosen of the rest."""
        return [one for one in self._every(name, side, None, chosen=False) if one.phase == BEFORE]

    def measures(self, words: Iterable[str], days: int | None = None) -> dict[str, Measure]:
        """What customers say of the first of some things (`questionnaire.item`) they were asked.

        The last answer of each respondent counts, and the mean of the customer's respondents.
        """
        found: dict[str, Measure] = {}
        for word in words:
            form, part = self._part(word)
            for customer, each in by_customer(latest(self._asked(form, part, days))).items():
                value = mean(rating(form, part, one.given) for one in each)
                if value is not None and customer not in found:
                    found[customer] = Measure(value, sorted(one.id for one in each))
        return found

    def voices(
        self, words: Iterable[str], side: str, days: int | None = None
    ) -> Iterator[tuple[Answer, Fraction]]:
        """The last answer of each respondent of a side to some things, and how it rates them."""
        for word in words:
            form, part = self._part(word)
            for one in latest(self._asked(form, part, days, side)):
                value = rating(form, part, one.given)
                if value is not None:
                    yield one, value

    def _part(self, word: str) -> tuple[Form, Sequence[str]]:
        name, _dot, part = word.partition(".")
        return self.form(name), self.policy.template(name).named(part) or ()

    def _asked(
        self, form: Form, part: Sequence[str], days: int | None, side: str = CUSTOMER_SIDE
    ) -> list[Answer]:
        """Answers that have any of these items."""
        found = self.answers(form.name, side, days)
        return [one for one in found if not one.given.keys().isdisjoint(part)]

    def _every(
        self, name: str, side: str, days: int | None, *, chosen: bool = True
    ) -> Iterator[Answer]:
        template = self.policy.template(name)
        since = self.facts.day - timedelta(days) if days else date.min
        rows = self.facts.index.rows(
            'SELECT id, customer, at, phase, contact, "by", ticket, campaign, answers,'
            " expectations, importance FROM surveys WHERE lower(template) = lower(?)"
            " AND COALESCE(side, 'customer') = ? AND at <= ? AND at > ? ORDER BY id",
            (name, side, self.facts.day.isoformat(), since.isoformat()),
        )
        strays = 0
        for id, customer, at, phase, contact, by, ticket, campaign, *maps in rows:
            if chosen and not self._request.wants(id if self._of == SURVEY else customer):
                continue
            read = [_valid(template, text) for text in maps]
            strays += sum(stray for _values, stray in read)
            given, expected, important = (values for values, _stray in read)
            who = (contact if side == CUSTOMER_SIDE else by) or ""
            event = ticket or campaign or at
            yield Answer(id, at, customer, who, event, phase or "", given, expected, important)
        if strays and chosen:
            text = ngettext(
                "{count} value is left out: “{name}” has no such item, or it is off its scale.",
                "{count} values are left out: “{name}” has no such items, or they are off their "
                "scales.",
                strays,
            )
            note = text.format(count=strays, name=name)
            if note not in self.notes:
                self.notes.append(note)


def _valid(template: Template, text: str | None) -> tuple[dict[str, Decimal], int]:
    """The values that lie on the scale of an item of the questionnaire, and how many do not."""
    said: Mapping[str, Any] = jsontext.loads(text) if text else {}
    found = {}
    for name, value in said.items():
        if name in template.items:
            least, best = template.scale(name)
            if least <= value <= best:
                found[name] = Decimal(value)
    return found, len(said) - len(found)


def form_of(name: str, template: Template) -> Form:
    """A questionnaire of the settings as the models see it, in the current language."""
    items = {
        key: Item(pick(item.title or {}) or key, *template.scale(key), item.reversed)
        for key, item in template.items.items()
    }
    parts = {key: part.items for key, part in template.dimensions.items()}
    titles = {key: pick(part.title or {}) or key for key, part in template.dimensions.items()}
    return Form(name, pick(template.title or {}) or name, items, parts, titles)


def asked(facts: Facts) -> list[str]:
    """The questionnaires of the settings that somebody has answered, in the order of these."""
    policy: Attitude = facts.workspace.policy("attitude")
    rows = facts.index.rows(
        "SELECT DISTINCT lower(template) FROM surveys WHERE at <= ?", (facts.day.isoformat(),)
    )
    used = {name for (name,) in rows}
    return [name for name in policy.templates if name.lower() in used]


def other_version(count: int, template: str) -> str:
    """A note on answers to another version of a questionnaire."""
    text = ngettext(
        "{count} answer to “{name}” is left out: its scale is another one.",
        "{count} answers to “{name}” are left out: its scale is another one.",
        count,
    )
    return text.format(count=count, name=template)
