"""Sections of crmctl.yaml that rules are made of: shipped, overridden key by key, and strict."""

from __future__ import annotations

import pytest
import yaml

from crmctl import policies
from crmctl.workspace import Workspace
from tests.conftest import Book


@pytest.mark.parametrize("topic", policies.TOPICS)
def test_what_is_shipped_can_be_used_and_pasted_into_a_book(book: Book, topic: str) -> None:
    shipped = Workspace(book.root).policy(topic)
    assert shipped
    printed = book.run(f"config defaults {topic}").out
    assert list(yaml.safe_load(printed)) == [topic]
    book.write("crmctl.yaml", book.read("crmctl.yaml") + printed)
    assert Workspace(book.root).policy(topic) == shipped
    assert book.run("check -o json").json == []


def test_a_book_overrides_key_by_key_and_an_empty_value_takes_away(book: Book) -> None:
    book.config(
        pipelines={
            "outbound": None,
            "inbound": {"stages": {"lead": {"chance": 15}, "verified": None}},
            "tender": {"title": "Tender", "stages": {"call": {"title": {"zh": "招标"}}}},
        }
    )
    found = Workspace(book.root).policy("pipelines")
    assert [*found] == ["inbound", "tender"]
    assert [*found["inbound"].stages] == ["lead", "quoted", "negotiation"]
    assert (found["inbound"].stages["lead"].chance, found["inbound"].stages["lead"].days) == (
        15,
        14,
    )
    assert found["tender"].title == {"en": "Tender"}


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("pipelines: nothing", "pipelines: settings are expected here"),
        (
            "pipelines: {inbound: {stages: {lead: {chances: 5}}}}",
            "2:39: definition pipelines.inbound.stages.lead.chances: there is no such setting",
        ),
        ("pipelines: {inbound: {stages: {lead: {days: soon}}}}", "must be a whole number"),
        (
            "pipelines: {inbound: {stages: {lead: {enter: {needs: [amout]}}}}}",
            "amout",
        ),
        ("criteria: {qualification: {big: {query: 'spent:>5'}}}", "spent"),
        ("criteria: {qualification: {big: {title: {fr: x}, query: 'id:*'}}}", "no such key"),
        ("value: {abc: {a: 95, b: 80}}", "value.abc: needs 0 < a < b <= 100"),
        ("value: {rfm: {method: quantil}}", "“quantil” is not possible here"),
        ("value: {rfm: {window: soon}}", "value.rfm.window: must be a length like 12m"),
        (
            "value: {rfm: {cuts: {recency: [1, 2, 2, 3]}}}",
            "value.rfm.cuts.recency: needs four numbers, each above the one before",
        ),
        ("value: {abc: {a: x}}", "value.abc.a: must be a number"),
        ("value: 80", "value: settings are expected here"),
        ("criterias: {}", "there is no such setting"),
    ],
)
def test_what_cannot_be_used_is_a_problem(book: Book, section: str, message: str) -> None:
    book.write("crmctl.yaml", f"format: 1\n{section}\n")
    result = book.run("check", code=3 if section == "criterias: {}" else 1)
    assert message in result.out + result.err


def test_config_sets_one_key_of_a_policy(book: Book) -> None:
    book.run("config set pipelines.inbound.stages.lead.days 7")
    assert Workspace(book.root).policy("pipelines")["inbound"].stages["lead"].days == 7
    assert (
        "must be a whole" in book.run("config set pipelines.inbound.stages.lead.days x", code=3).err
    )
    assert "“pipelines”" in book.run("config defaults pipeline", code=2).err
