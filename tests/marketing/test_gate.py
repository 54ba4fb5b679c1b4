"""Whom a campaign reaches, and that nobody is left out without a reason."""

from __future__ import annotations

import pytest

from tests.conftest import Book
from tests.marketing.conftest import held


def test_everybody_is_reached_or_held_back_with_a_reason(fair: Book) -> None:
    assert held(fair, "campaign audience fair") == {
        "ann": [],
        "bob": ["consent"],
        "cat": ["address"],
        "dan": ["duplicate"],
        "eve": ["lost"],
        "fay": ["ticket"],
        "gil": ["consent"],  # the address that Bob refused, under another name
    }
    result = fair.run("campaign audience fair")
    assert result.err == "1 is reached, 6 are held back.\n"
    assert "refused on 2026-01-05" in result.out
    assert "the same person is reached as “ann”" in result.out


def test_only_those_held_back_or_reached(fair: Book) -> None:
    assert fair.run("campaign audience fair --only reached -o ids").lines == ["ann"]
    assert "ann" not in fair.run("campaign audience fair --only held -o ids").lines


def test_a_refusal_holds_whatever_is_said(fair: Book) -> None:
    everything = "--despite lost --despite ticket --despite touches --despite unknown"
    found = held(fair, f"campaign audience fair {everything}")
    assert [id for id, rules in found.items() if not rules] == ["ann", "eve", "fay"]
    assert "consent" in found["bob"]
    assert "“consent”" in fair.run("campaign audience fair --despite consent", code=2).err


def test_another_channel_has_other_refusals_and_addresses(fair: Book) -> None:
    found = held(fair, "campaign audience fair --channel phone")
    assert found["cat"] == []
    assert found["bob"] == ["address"]


def test_the_campaign_says_its_channel(fair: Book) -> None:
    fair.run("campaign set fair channel=phone")
    assert fair.run("campaign audience fair --only reached -o ids").lines == ["cat"]


def test_where_nobody_asked_the_policy_decides(fair: Book) -> None:
    fair.config(marketing={"unknown": {"email": "hold"}})
    assert held(fair, "campaign audience fair")["ann"] == ["unknown"]
    fair.run("consent grant ann email --proof 'card at the fair'")
    assert held(fair, "campaign audience fair")["ann"] == []
    assert held(fair, "campaign audience fair --channel phone")["cat"] == []


def test_who_had_enough_touches_rests(fair: Book) -> None:
    for material in ("one", "two"):
        fair.run(f"campaign send fair --material {material} --where id:ann")
    assert held(fair, "campaign audience fair")["ann"] == ["touches"]
    assert held(fair, "campaign audience fair --despite touches")["ann"] == []
    later = {"CRMCTL_NOW": "2026-12-20T09:00"}
    found = fair.run("campaign audience fair --only reached -o ids", env=later)
    assert found.lines == ["ann"]


def test_a_book_adds_rules_of_its_own(fair: Book) -> None:
    rule = {"query": "tags:paused", "title": {"en": "is paused", "zh": "暂停联系"}}
    fair.config(marketing={"gate": {"paused": rule, "lost": None}})
    fair.run("customer set ann tags+=paused")
    found = held(fair, "campaign audience fair")
    assert found["ann"] == ["paused"]
    assert found["eve"] == []
    assert found["dan"] == []  # Ann is not reached at their address
    assert "暂停联系" in fair.run("--lang zh campaign audience fair").out


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{channel: emial}", "Did you mean “email”?"),
        ("{unknown: {email: maybe}}", "allow, hold"),
        ("{unknown: {pigeon: allow}}", "“pigeon” is not possible here"),
        ("{gate: {x: {query: 'colour:red'}}}", "no field “colour”"),
        ("{touches: {query: 'colour:red'}}", "no field “colour”"),
        ("{touches: {most: many}}", "must be a whole number"),
    ],
)
def test_what_cannot_be_used_is_a_problem(fair: Book, policy: str, message: str) -> None:
    fair.write("crmctl.yaml", f"format: 1\nmarketing: {policy}\n")
    assert message in fair.run("check", code=1).out


def test_a_campaign_without_audience_means_its_participants(fair: Book) -> None:
    fair.run("campaign set fair audience=")
    assert fair.run("campaign audience fair").out == ""
    fair.run("campaign audience fair --to audience", code=2)
    fair.run("participant add fair ann fay --set invited=today")
    assert fair.run("campaign audience fair --only reached -o ids").lines == ["ann"]
    assert "no field" in fair.run("campaign set fair audience='colour:red'").err + (
        fair.run("campaign audience fair", code=2).err
    )


def test_an_organization_is_reached_at_its_people(book: Book) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": """
                id: acme
                name: Acme
                type: organization
                emails: [info@acme.example]
                contacts:
                  - {id: joe, name: Joe}
                  - {id: amy, name: Amy, emails: [amy@acme.example]}
                  - {id: max, name: Max, role: decision_maker, emails: [max@acme.example]}
                addresses:
                  - {id: office, street: Main Street 1, city: Oslo}
                """,
            "records/campaigns/c.yaml": "id: c\nname: C\naudience: 'id:acme'\n",
        }
    )
    assert book.run("campaign audience c -o csv").lines == [
        "customer,name,salutation,person,email",
        "acme,Acme,,Max,max@acme.example",
    ]
    assert book.run("campaign audience c --channel post -o csv").lines[1] == (
        "acme,Acme,,Max,Main Street 1,,Oslo,,"
    )
    book.run("participant add c acme --set contact=amy")
    assert book.run("campaign audience c --to participants -o json").json[0]["person"] == "Amy"


def test_people_at_two_companies_are_reached_once(book: Book) -> None:
    for id in ("a", "b"):
        book.gen(
            {
                f"records/customers/{id}.yaml": f"""
                id: {id}
                name: {id.upper()}
                type: organization
                contacts:
                  - id: joe
                    name: Joe
                    emails: [joe@{id}.example]
                    phones: ["+86 138 0000 1111"]
                """
            }
        )
    book.run("campaign add C --set audience=type:organization")
    assert held(book, "campaign audience c") == {"a": [], "b": ["duplicate"]}
