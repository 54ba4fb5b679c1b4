"""Questionnaires for the tests of the models of attitude, and random answers to them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from crmctl import definitions
from crmctl.analytics.answers import Answer, Form
from crmctl.models.surveys import form_of
from crmctl.policies import shipped
from crmctl.policies.attitude import Attitude
from crmctl.typed import typed

POLICY = typed(
    Attitude, definitions.read(Path(shipped("attitude")), "attitude.yaml"), "attitude.yaml"
)


def form(name: str) -> Form:
    """A shipped questionnaire."""
    return form_of(name, POLICY.template(name))


def answer(id: str, customer: str = "acme", who: str = "", day: str = "", **given: Any) -> Answer:
    """What somebody answered; each on a day of its own unless one is said."""
    event = day or f"day of {id}"
    values = {name: Decimal(str(value)) for name, value in given.items()}
    return Answer(id, day or "2026-01-01", customer, who, event, "after", values)


def expecting(one: Answer, **expected: int) -> Answer:
    return one._replace(expected={name: Decimal(value) for name, value in expected.items()})


def mattering(one: Answer, **important: int) -> Answer:
    return one._replace(important={name: Decimal(value) for name, value in important.items()})


def answers(name: str) -> st.SearchStrategy[list[Answer]]:
    """Any answers to a shipped questionnaire: several customers, respondents, days; doubles too."""
    asked = form(name)
    values = {
        item: st.integers(int(one.least), int(one.best)).map(Decimal)
        for item, one in asked.items.items()
    }
    some = st.fixed_dictionaries({}, optional=values)
    days = st.sampled_from(["2026-01-01", "2026-02-01", "2026-03-01"])
    one = st.builds(
        Answer,
        st.uuids().map(str),
        days,
        st.sampled_from(["acme", "bolt", "cog"]),
        st.sampled_from(["ann", "bob", ""]),
        days,
        st.sampled_from(["after", "during"]),
        some,
        some,
        some,
    )
    return st.lists(one, max_size=12, unique_by=lambda each: each.id)
