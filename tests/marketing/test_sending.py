"""What campaigns write down: participants, and what was sent to whom."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Book
from tests.marketing.conftest import held


def test_sending_logs_one_interaction_for_each_party(fair: Book) -> None:
    sent = fair.run("campaign send fair --material Flyer -o csv")
    assert sent.lines == ["customer,name,salutation,person,email", "ann,Ann,,Ann,ann@x.example"]
    assert "  bob: refused on 2026-01-05" in sent.err
    [logged] = fair.run("interaction list -o json").json
    expected = {
        "customer": "ann",
        "kind": "email",
        "channel": "email",
        "direction": "out",
        "initiator": "us",
        "automatic": True,
        "materials": ["Flyer"],
        "campaign": "fair",
        "subject": "Flyer",
    }
    assert expected.items() <= logged.items()
    assert fair.run("campaign list --columns sent -o json").json == [{"sent": 1}]


def test_nobody_gets_a_material_twice(fair: Book) -> None:
    fair.run("campaign send fair --material Flyer")
    again = fair.run("campaign send fair --material flyer")
    assert again.out == ""
    assert "ann: has it since 2026-11-21" in again.err
    assert "dan: the same person is reached as “ann”" in again.err
    assert "Nothing to change." in again.err
    assert held(fair, "campaign send fair --material Other")["ann"] == []


def test_what_somebody_got_otherwise_counts_too(fair: Book) -> None:
    fair.run("log ann 'gave her the flyer' --kind visit --set materials+=Flyer")
    assert held(fair, "campaign audience fair --material Flyer")["ann"] == ["material"]


def test_a_look_first_writes_nothing(fair: Book) -> None:
    before = fair.files()
    shown = fair.run("campaign send fair --material Flyer --dry-run")
    assert "ann@x.example" in shown.out
    assert "refused on" in shown.out
    assert fair.files() == before


def test_scripts_learn_who_was_left_out(fair: Book) -> None:
    found = fair.run("campaign send fair --material Flyer -o json").json
    assert len(found["created"]) == 1
    assert [one["customer"] for one in found["reached"]] == ["ann"]
    assert {one["customer"] for one in found["held"]} == {"bob", "cat", "dan", "eve", "fay", "gil"}
    assert found["reached"][0]["email"] == "ann@x.example"


def test_a_mass_message_answers_nobody(fair: Book) -> None:
    fair.run("log ann 'please call' --direction in --at '2h ago'")
    fair.run("campaign send fair --material Flyer")
    assert fair.run("customer list unanswered_since:* -o ids").lines == ["ann"]
    fair.run("campaign send fair --material Talk --channel phone --set outcome=later")
    [call] = fair.run("interaction list 'kind:call campaign:fair' -o json").json
    assert (call["customer"], call["outcome"]) == ("cat", "later")
    assert "automatic" not in fair.read("records/interactions/cat.yaml")


def test_inviting_makes_participants_through_the_gate(fair: Book) -> None:
    assert fair.run("campaign invite fair").lines == ["ann"]
    entries = fair.run("participant list fair -o json").json
    assert entries == [{"customer": "ann", "invited": "2026-11-21"}]
    assert held(fair, "campaign invite fair")["ann"] == ["invited"]


def test_how_far_participants_came(fair: Book) -> None:
    fair.run("campaign invite fair --channel phone --where id:cat")
    fair.run("participant add fair -", input="ann\nfay\n")
    fair.run("participant set fair ann fay registered=today")
    fair.run("participant set fair Fay confirmed=today")

    def to(group: str) -> list[str]:
        found = fair.run(f"campaign audience fair --to {group} -o ids")
        return sorted(found.lines)

    assert to("participants") == ["ann", "cat", "fay"]
    assert to("invited") == ["cat"]
    assert to("registered") == ["ann", "fay"]
    assert to("unconfirmed") == ["ann"]
    assert to("confirmed") == ["fay"]
    fair.run("participant set fair fay attended=2026-12-01")
    assert (to("attended"), to("absent")) == (["fay"], ["ann"])
    fair.run("participant set fair - declined=today", input="ann\n")
    assert to("registered") == ["fay"]
    assert held(fair, "campaign audience fair")["ann"] == ["declined"]
    columns = "--columns unconfirmed,confirm_by"
    assert fair.run(f"campaign list {columns} -o json").json == [
        {"unconfirmed": 0, "confirm_by": "2026-11-28"}
    ]


def test_entries_are_taken_away_together(fair: Book) -> None:
    fair.run("participant add fair ann fay cat")
    fair.run("participant rm fair ann Fay")
    assert fair.run("participant list fair -o ids").lines == ["cat"]
    assert "There is a" in fair.run("participant add fair cat", code=5).err
    assert "KEY" in fair.run("participant set fair confirmed=today", code=2).err


def test_the_phases_of_a_campaign(fair: Book) -> None:
    fair.run("campaign add 'No day'")
    assert "Starts" in fair.run("campaign move no-day running", code=2).err
    fair.run("campaign move fair running")
    assert "only to" in fair.run("campaign set fair status=reviewed", code=2).err
    fair.run("campaign move fair finished")
    assert "Review" in fair.run("campaign move fair reviewed", code=2).err
    fair.run("campaign move fair reviewed review='Came: 40'")
    states = [one["value"] for one in fair.run("campaign show fair -o json").json["status_history"]]
    assert states == ["running", "finished", "reviewed"]


def test_what_a_campaign_cost_and_brought(fair: Book) -> None:
    expense = "'expenses+={text: Stand, amount: 800, date: 2026-11-01}'"
    fair.run(f"campaign set fair budget=1000 {expense}")
    fair.run("order add ann --set amount=2500 --set campaign=fair --set date=2026-11-10")
    fair.run("payment add ann --set amount=2000 --set campaign=fair --set date=2026-11-15")
    fair.run("opportunity add Lead -s customer=ann -s campaign=fair -s stage=lead")
    columns = "spent,budget_left,revenue,receipts,receipts_roi,leads"
    [found] = fair.run(f"campaign list --columns {columns} -o json").json
    assert [found[name] for name in columns.split(",")] == [800, 200, 2500, 2000, 150, 1]
    [before] = fair.run(f"campaign list --columns {columns} --as-of 2026-11-12 -o json").json
    assert (before["receipts"], before["receipts_roi"]) == (0, -100)


def test_who_of_the_audience_has_met_sales(fair: Book) -> None:
    fair.gen({"records/users/li.yaml": "id: li\nname: Li\nrole: sales\n"})
    fair.run("log ann hello --by li")
    shown = fair.run("campaign audience fair --where met_sales:* -o ids")
    assert shown.lines == ["ann"]


@pytest.mark.parametrize("verb", ["grant", "revoke"])
def test_consent_needs_a_channel(fair: Book, verb: str) -> None:
    assert "--all" in fair.run(f"consent {verb} ann", code=2).err
    fair.run(f"consent {verb} ann email --all", code=2)
    fair.run(f"consent {verb} ann pigeon", code=2)


def test_an_answer_replaces_the_one_before_and_keeps_its_proof(fair: Book) -> None:
    fair.run("consent grant ann email phone --proof 'card 7' --date 2026-03-01")
    first = {"channel": "email", "status": "granted", "date": "2026-03-01", "proof": "card 7"}
    assert fair.run("consent show ann -o json").json[0] == first
    fair.run("consent grant ann email")  # said again, nothing new: the proof stays
    assert fair.run("consent show ann -o json").json[0] == first
    fair.run("consent revoke ann email --reason 'by phone'")
    said = fair.run("consent show ann email -o json").json
    assert said == {"channel": "email", "status": "refused", "date": "2026-11-21"}
    history = json.dumps(fair.run("history ann -o json").json)
    assert "by phone" in history
    assert "card 7" in history
    fair.run("consent revoke ann --all")
    assert len(fair.run("consent show ann -o json").json) == 6
