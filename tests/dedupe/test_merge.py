"""Two customers into one: what stays, what comes along, what names it, and the way back."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import Any

import pytest

from tests.changes.conftest import change
from tests.conftest import Book

ACME = """\
# our first
id: acme   # for short
name: Acme GmbH
type: organization
status: active
level: vip
level_history:
  - {value: vip, was: basic, at: 2026-01-05}
phones: ["0731 555010"]
contacts:
  - {id: li, name: Li Na, title: Buyer}
  - {id: tom, name: Tom Weber}
consent:
  - {channel: email, status: granted, date: 2026-01-01}
  - {channel: phone, status: refused, date: 2026-01-02}
source: {kind: fair, date: 2025-01-01}
notes: Pays late.
created: 2026-01-01
uid: k3f9x2ab
"""
ACME2 = """\
id: acme-2
name: ACME Machines
aliases: [Acme M.]
type: organization
status: lost
level: basic
industry: tools
phones: ["+49 731 555010", "0731 555010 ext 7", "0731 555099"]
contacts:
  - {id: li-2, name: li na, phones: ["0171 5550100"]}
  - {id: tom, name: Tom Brown}
consent:
  - {channel: email, status: refused, date: 2025-06-01}
  - {channel: phone, status: granted, date: 2025-06-01}
source: {kind: web}
links:
  - {id: x, to: acme, contact: tom}
  - {id: y, to: beta, contact: tom}
lost: {reason: poor_service, at: 2025-09-01}
notes: |
  Old machines.
former_ids: [acme-old]
created: 2024-03-01
uid: a3f9x2ab
"""
BETA = """\
id: beta
name: Beta
parent: acme-2   # since 2020
referred_by: acme-2
distinct_from: [acme, acme-2]
"""
TALKS = """\
# what was said
---
id: int-20260101-aaaaaaaa
customer: acme-2   # who else
at: 2026-01-01T10:00+00:00
kind: call
contact: tom
---
id: int-20260102-bbbbbbbb
customer: acme-2
at: 2026-01-02T10:00+00:00
kind: visit
contact: li-2
"""
OWN_TALKS = """\
id: int-20260201-cccccccc
customer: acme
at: 2026-02-01T10:00+00:00
kind: call
contact: tom
"""
ORDERS = """\
id: ord-20260101-dddddddd
customer: beta
date: 2026-01-01
amount: 100
sold_to: acme-2
end_user: acme
"""
FAIR = """\
id: fair
name: Fair
participants:
  - {customer: acme, role: visitor}
  - {customer: acme-2, contact: tom, invited: 2026-01-01}
  - {customer: beta}
"""


@pytest.fixture
def twice(book: Book) -> Book:
    """A book in which Acme is two customers."""
    book.gen(
        {
            "records/customers/acme.yaml": ACME,
            "records/customers/acme-2.yaml": ACME2,
            "records/customers/beta.yaml": BETA,
            "records/interactions/acme-2.yaml": TALKS,
            "records/interactions/acme.yaml": OWN_TALKS,
            "records/orders/beta.yaml": ORDERS,
            "records/campaigns/fair.yaml": FAIR,
        }
    )
    assert "error" not in book.run("check -o json", code=0).out
    return book


def merged(book: Book, words: str = "") -> dict[str, Any]:
    book.run(f"dedupe merge acme acme-2 --yes {words}")
    found: dict[str, Any] = book.run("customer show acme -o json").json
    return found


def test_what_stays_and_what_is_added(twice: Book) -> None:
    one = merged(twice)
    assert one["name"] == "Acme GmbH"
    assert one["aliases"] == ["ACME Machines", "Acme M."]
    assert one["former_ids"] == ["acme-old", "acme-2"]
    assert one["phones"] == ["0731 555010", "0731 555010 ext 7", "0731 555099"]
    assert (one["status"], one["level"], one["industry"]) == ("active", "vip", "tools")
    assert one["level_history"] == [{"value": "vip", "was": "basic", "at": "2026-01-05"}]
    assert one["notes"] == "Pays late.\n\nOld machines.\n"
    assert one["created"] == "2024-03-01"
    assert one["source"] == {"kind": "fair", "date": "2025-01-01"}
    assert one["uid"] == "k3f9x2ab"
    assert twice.run("check -o json").json == []
    assert "acme-2" not in twice.run("customer list -o ids").lines


def test_people_who_are_the_same_are_one(twice: Book) -> None:
    assert merged(twice)["contacts"] == [
        {"id": "li", "name": "Li Na", "title": "Buyer", "phones": ["0171 5550100"]},
        {"id": "tom", "name": "Tom Weber"},
        {"id": "tom-2", "name": "Tom Brown"},
    ]
    talks = twice.run("interaction list customer:acme -o json --sort at").json
    assert [one["contact"] for one in talks] == ["tom-2", "li", "tom"]


def test_who_refused_once_has_refused(twice: Book) -> None:
    assert merged(twice)["consent"] == [
        {"channel": "email", "status": "refused", "date": "2025-06-01"},
        {"channel": "phone", "status": "refused", "date": "2026-01-02"},
    ]


def test_everything_names_the_one_that_stays(twice: Book) -> None:
    one = merged(twice)
    assert one["links"] == [{"id": "y", "to": "beta", "contact": "tom-2"}]
    assert twice.read("records/customers/beta.yaml") == BETA.replace(
        "[acme, acme-2]", "[acme]"
    ).replace("acme-2", "acme")
    assert twice.read("records/orders/beta.yaml") == ORDERS.replace("acme-2", "acme")
    assert twice.run("campaign show fair -o json").json["participants"] == [
        {"customer": "acme", "role": "visitor", "contact": "tom-2", "invited": "2026-01-01"},
        {"customer": "beta"},
    ]


def test_streams_move_with_their_remarks(twice: Book) -> None:
    merged(twice)
    assert sorted(twice.files("records/interactions")) == ["records/interactions/acme.yaml"]
    text = twice.read("records/interactions/acme.yaml")
    assert text.startswith(OWN_TALKS)
    assert "customer: acme   # who else" in text


def test_both_names_and_ids_still_find_it(twice: Book) -> None:
    merged(twice)
    for said in ("acme-2", "acme-old", "ACME Machines", "acme m."):
        assert twice.run(["customer", "show", said, "-o", "json"]).json["id"] == "acme"
    assert twice.run("search acme-2 -o ids").lines[0] == "acme"
    twice.run("log acme-2 'Called again'")
    assert len(twice.run("interaction list customer:acme -o ids").lines) == 4


def test_what_was_lost_of_a_loss_is_an_earlier_one(twice: Book) -> None:
    one = merged(twice)
    assert "lost" not in one
    assert [(each["reason"], each["at"]) for each in one["losses"]] == [
        ("poor_service", "2025-09-01")
    ]


def test_a_value_of_the_other_with_its_history(twice: Book) -> None:
    twice.run("customer set acme-2 level=important")
    one = merged(twice, "--take level=acme-2 --take name=acme-2 --take status=acme-2")
    assert (one["name"], one["level"], one["status"]) == ("ACME Machines", "important", "lost")
    assert one["lost"] == {"reason": "poor_service", "at": "2025-09-01"}
    assert one["aliases"] == ["Acme GmbH", "Acme M."]
    (entry,) = one["level_history"]
    assert (entry["was"], entry["value"]) == ("basic", "important")


def test_what_does_not_stay_is_said(twice: Book) -> None:
    found = twice.run("dedupe merge acme acme-2 --dry-run")
    assert "level: “VIP” stays; acme-2 has “Basic” (--take level=acme-2 takes it)." in found.err
    assert "source: “Kind: fair, Date: 2025-01-01” stays" in found.err
    assert "remove Customer acme-2" in found.out
    told = twice.run("dedupe merge acme acme-2 --yes -o json").json
    assert (told["kept"], told["merged"], told["removed"]) == ("acme", ["acme-2"], ["acme-2"])
    assert {"id": "acme-2", "field": "level", "kept": "vip", "lost": "basic"} in told["lost"]


def test_a_dry_run_and_an_unasked_merge_write_nothing(twice: Book) -> None:
    before = twice.files()
    twice.run("dedupe merge acme acme-2 --dry-run")
    twice.run("dedupe merge acme acme-2", code=2)
    assert twice.files() == before


def test_undo_to_the_byte_and_back(twice: Book) -> None:
    before = twice.files()
    merged(twice)
    after = twice.files()
    undone = change(twice.run("undo"))
    assert twice.files() == before
    twice.run(["undo", undone])
    assert twice.files() == after


def test_undo_after_more_was_written(twice: Book) -> None:
    done = change(twice.run("dedupe merge acme acme-2 --yes"))
    twice.run("customer set acme region=South")
    twice.run("log acme 'One more'")
    twice.run("interaction set int-20260101-aaaaaaaa subject=Leasing")
    twice.run(["undo", done])
    assert twice.run("customer show acme -o json").json["region"] == "South"
    assert twice.run("customer show acme -o json").json["phones"] == ["0731 555010"]
    assert twice.read("records/customers/acme-2.yaml").startswith("id: acme-2")
    talks = twice.run("interaction list customer:acme-2 -o json --sort at").json
    assert [one["contact"] for one in talks] == ["tom", "li-2"]
    assert talks[0]["subject"] == "Leasing"
    assert len(twice.run("interaction list customer:acme -o ids").lines) == 2
    assert twice.run("check -o json").json == []


def test_a_plan(twice: Book) -> None:
    twice.run("dedupe merge acme acme-2 --plan plan.jsonl")
    assert "acme-2" in twice.run("customer list -o ids").lines
    twice.run("apply plan.jsonl")
    assert "acme-2" not in twice.run("customer list -o ids").lines
    assert twice.run("check -o json").json == []


def test_several_at_once(twice: Book) -> None:
    twice.run("customer add Akme --id acme-3 -s type=organization -s emails+=a@acme.example")
    twice.run("dedupe merge acme acme-2 acme-3 --yes")
    one = twice.run("customer show acme -o json").json
    assert one["former_ids"] == ["acme-old", "acme-2", "acme-3"]
    assert one["emails"] == ["a@acme.example"]
    assert twice.run("check -o json").json == []


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ("acme acme", 2, "cannot be merged with itself"),
        ("acme li", 2, "These are not of one type (acme: Organization, li: Person)"),
        ("acme beta", 2, "“beta” and “acme” were said to be different"),
        ("acme nobody", 4, "No customer is called “nobody”"),
        ("acme acme-2 --take level", 2, "does not say what to take"),
        ("acme acme-2 --take colour=acme-2", 2, "colour"),
        ("acme acme-2 --take created=acme-2", 2, "a field that two customers can differ in"),
        ("acme acme-2 --take level=beta", 2, "one of the customers that are merged"),
    ],
)
def test_what_is_refused(twice: Book, words: str, code: int, reason: str) -> None:
    twice.run("customer add Li --id li -s type=person")
    before = twice.files()
    assert reason in twice.run(f"dedupe merge {words} --yes", code=code).err
    assert twice.files() == before


def test_who_is_forgotten_stays_alone(twice: Book) -> None:
    id = twice.run("forget acme-2 --yes").lines[0]
    assert "is forgotten" in twice.run(f"dedupe merge acme {id} --yes", code=2).err
    assert id not in twice.run("dedupe find -o ids").lines


def test_a_circle_of_parents_is_refused(twice: Book) -> None:
    twice.run("customer set beta distinct_from= parent=acme-2")
    twice.run("customer set acme parent=beta")
    before = twice.files()
    err = twice.run("dedupe merge acme acme-2 --yes", code=2).err
    assert "a record cannot be above itself" in err
    assert twice.files() == before


def test_a_broken_file_stops_it(twice: Book) -> None:
    twice.write("records/tasks/acme-2.yaml", "id: [\n")
    before = twice.files()
    assert "records/tasks/acme-2.yaml:" in twice.run(
        "dedupe merge acme acme-2 --yes", code=3
    ).err  # fmt: skip
    assert twice.files() == before


def test_interrupted_and_finished(twice: Book) -> None:
    """The next command carries on from the journal."""
    before = twice.files()
    merged(twice)
    after = twice.files()
    (journal,) = (twice.root / ".crmctl/journal").glob("chg-*.jsonl")
    for path, content in before.items():
        twice.write(path, content)
    journal.rename(journal.with_name("pending.jsonl"))
    twice.run("customer list")
    assert twice.files() == after


def test_in_git_it_is_one_commit_from_which_it_can_be_undone(twice: Book) -> None:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words],
            cwd=twice.root, env=twice.environment(), capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    twice.write(".gitignore", "/.crmctl/\n")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "Start")
    before = twice.files()
    merged(twice)
    assert git("status", "--porcelain") == ""
    assert git("rev-list", "--count", "HEAD").strip() == "2"
    with suppress(FileNotFoundError):
        for entry in (twice.root / ".crmctl/journal").iterdir():
            entry.unlink()
    twice.run("undo")
    assert twice.files() == before
