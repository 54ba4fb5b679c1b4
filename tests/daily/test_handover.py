"""A colleague leaves: what goes along, and the page that whoever takes over reads."""

from __future__ import annotations

import pytest

from tests.conftest import Book


@pytest.fixture
def team(shop: Book) -> Book:
    """The shop, with work that is Li Na's."""
    shop.gen(
        {
            "records/tasks/acme.yaml": """
                id: tsk-1
                customer: acme
                title: Offer
                due: 2026-11-30
                owner: li-na
                ---
                id: tsk-2
                customer: acme
                title: Old one
                owner: li-na
                status: done
            """,
            "records/tasks/_none.yaml": "id: tsk-3\ntitle: Tidy up\nowner: li-na\n",
            "records/opportunities/acme.yaml": """
                id: opp-1
                customer: acme
                title: Ten balances
                stage: lead
                owner: li-na
                ---
                id: opp-2
                customer: acme
                title: Won long ago
                stage: won
                owner: li-na
            """,
            "records/tickets/acme.yaml": """
                id: tck-1
                customer: acme
                subject: Broken
                opened: 2026-11-20T09:00+08:00
                assignee: li-na
            """,
            "records/interactions/acme.yaml": """
                id: int-1
                customer: acme
                at: 2026-03-02T10:00+08:00
                kind: visit
                direction: out
                by: li-na
                subject: First visit
                notes: "Two labs <b>and</b> a store.\\nThey like tea."
                outcome: wants an offer
                promises:
                  - {id: sample, text: a sample, status: kept, closed: 2026-03-09}
                  - {id: price, text: a better price, due: 2026-11-30}
            """,
        }
    )
    return shop


def test_everything_open_goes_in_one_change(team: Book) -> None:
    before = team.files()
    result = team.run("handover li-na max --leaving --yes -o json")
    assert sorted(result.json["updated"]) == ["acme", "li-na", "opp-1", "tck-1", "tsk-1", "tsk-3"]
    assert "Tasks: 2" in result.err
    (change,) = team.run("changes -o json").json
    assert change["reason"] == "Handover from li-na to max"
    (acme,) = team.run("customer list id:acme -o json").json
    assert (acme["owner"], acme["owner_history"][0]["was"]) == ("max", "li-na")
    assert team.run("user list active:false -o ids").out == "li-na\n"
    assert team.run("task list owner:li-na -o ids").out == "tsk-2\n"
    team.run("undo")
    assert team.files() == before


def test_only_some_customers(team: Book) -> None:
    team.run("customer set zhang-wei owner=li-na")
    team.run("handover li-na max --where id:zhang-wei --yes")
    assert team.run("customer list owner:max -o ids").out == "zhang-wei\n"
    assert team.run("task list owner:max -o ids").out == ""


def test_nothing_without_a_yes(team: Book) -> None:
    before = team.files()
    assert "Owner" in team.run("handover li-na max", code=2).err
    team.run("handover li-na max --dry-run --out pages")
    assert team.files() == before
    assert not (team.root / "pages").exists()


def test_who_cannot(team: Book) -> None:
    team.run("handover li-na li-na", code=2)
    team.run("user set max active=false")
    assert "“max” is not active." in team.run("handover li-na max", code=2).err
    assert team.run("handover li-na nobody", code=4).err


def test_a_page_on_each_customer(team: Book) -> None:
    team.run("handover li-na max --yes --out pages")
    page = team.read("pages/acme.md")
    assert page.startswith("# Acme GmbH · acme\n")
    assert "- **Owner:** Max Weber" in page
    assert "&lt;b&gt;and&lt;/b&gt;" in page


def test_the_brief_says_all_of_it(team: Book) -> None:
    lines = team.run("brief acme").lines
    page = "\n".join(lines)
    for part in (
        "  2026-11-30 Task: Offer (due in 9 days)",
        "  opp-1 · Ten balances · Lead",
        "  2026-11-30 · Us · a better price · Open",
        "  - · Us · a sample · Kept",
        "  2026-03-01 Customer: Status: Target → Active",
        "  2026-03-02 10:00 Visit · Outbound · li-na: First visit",
        "    They like tea.",
        "    wants an offer",
    ):
        assert part in lines, f"{part!r} is not in\n{page}"
    assert "已定事项" in team.run("--lang zh brief acme -o md").out
    assert "First visit" not in team.run("brief acme --as-of 2026-03-01").out
    team.run("brief acme --out acme.md")
    assert team.read("acme.md") == team.run("brief acme -o md").out
