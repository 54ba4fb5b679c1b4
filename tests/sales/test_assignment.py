"""Whom to entrust with a customer, who looks after what, and users out of mere names."""

from __future__ import annotations

from decimal import Decimal

from crmctl.assignment import Candidate, Need, suggest
from tests.conftest import Book
from tests.sales.conftest import made

WEIGHTS = {name: Decimal(1) for name in ("load", "wins", "industry", "region", "skill", "known")}


def values(candidates: list[Candidate], need: Need, factor: str) -> dict[str, float]:
    found = suggest(candidates, need, {factor: Decimal(1)}, 5)
    return {one.user: float(one.score) for one in found}


def test_each_factor_prefers_who_fits() -> None:
    need = Need("food", ("上海",), ("Titrator", "water"))
    idle, busy = Candidate("idle", "Idle"), Candidate("busy", "Busy", {"deals": 3, "tasks": 1})
    assert values([idle, busy], need, "load") == {"idle": 100, "busy": 33.3}
    lucky = Candidate("lucky", "L", won=1, closed=1)
    proven = Candidate("proven", "P", won=18, closed=20)
    poor = Candidate("poor", "Q", won=2, closed=20)
    assert [*values([poor, lucky, proven], need, "wins")] == ["proven", "lucky", "poor"]
    here = Candidate("here", "H", industry=2, regions=("上海",), skills=("water",), talks=3)
    for factor in ("industry", "region", "skill", "known"):
        assert [*values([idle, here], need, factor)] == ["here", "idle"]


def test_what_nobody_can_be_judged_by_does_not_count() -> None:
    (one,) = suggest([Candidate("a", "A")], Need(), WEIGHTS, 5)
    assert [part.factor for part in one.parts] == ["load"]
    assert suggest([], Need(), WEIGHTS, 5) == []


def test_suggestions_come_with_their_reasons(firm: Book) -> None:
    firm.run("user set li regions+=North skills+=pumps")
    firm.run("customer set acme-north region=North")
    firm.run("opportunity add Pumps -s customer=beta -s owner=chen")
    id = made(
        firm,
        "opportunity add 'More pumps' -s customer=acme-north -s owner=li"
        " -s 'lines+={product: pump}'",
    )
    best, other = firm.run("assign suggest acme-north -o json").json
    assert (best["user"], other["user"]) == ("li", "chen")
    assert {part["factor"] for part in best["parts"]} == {"load", "region"}
    why = firm.run(f"assign suggest {id} --limit 1").out
    assert "1 deal open; responsible for North; skilled in pumps" in why
    assert firm.run("assign suggest acme-north -o ids").lines == ["li", "chen"]
    assert "only for one of these" in firm.run("assign suggest pump", code=2).err


def test_the_book_says_who_is_asked_and_what_counts(firm: Book) -> None:
    firm.config(assignment={"users": {"customer": "role:manager"}, "weights": {"load": 0}})
    (only,) = firm.run("assign suggest acme -o json").json
    assert (only["user"], only["score"], only["parts"]) == ("wang", 0, [])
    firm.config(assignment={"weights": {"luck": 1}})
    assert "assignment.weights.luck" in firm.run("assign suggest acme", code=3).err


def test_who_looks_after_what(firm: Book) -> None:
    firm.run("user set li phone=5550100 manager=wang")
    (found,) = firm.run("owner acme -o json").json
    assert {name: found[name] for name in ("owner", "name", "manager", "active")} == {
        "owner": "li", "name": "Li Na", "manager": "wang", "active": True,
    }  # fmt: skip
    order = made(firm, "order add acme -s amount=1 -s date=today")
    assert firm.run(f"owner {order} -o ids").lines == ["li"]
    firm.run("customer set acme owner=chen")
    assert firm.run("owner acme -o json").json[0]["since"] == "2026-11-21"
    assert firm.run("owner --user chen -o csv --columns kind,id").lines[1:] == [
        "customer,acme", "customer,acme-north", "customer,beta",
    ]  # fmt: skip
    firm.run("customer set beta owner=")
    assert "Nobody looks after" in firm.run("owner beta").err
    firm.run("owner", code=2)


def test_check_names_customers_whose_owner_left_and_those_without(firm: Book) -> None:
    firm.run("user set li active=false")
    (problem,) = firm.run("check -o json").json
    assert (problem["code"], problem["path"]) == ("owner-left", "records/customers/acme.yaml")
    firm.run("customer set acme owner=")
    assert firm.run("check -o json").json == []
    firm.run("config set sales.owners.needed 'level:vip'")
    assert [one["code"] for one in firm.run("check -o json").json] == ["no-owner"]


def test_names_become_users(firm: Book) -> None:
    text = "id: t\ntitle: Call\ncustomer: acme\nowner: Zhao Min # new\ncreated: 2026-11-01\n"
    firm.write("records/tasks/acme.yaml", text)
    firm.write(
        "records/interactions/acme.yaml",
        "id: i\ncustomer: acme\nat: 2026-11-01T10:00\nkind: call\nby: Li Na\n",
    )
    result = firm.run("user adopt --dry-run")
    assert "Zhao Min" in result.out
    assert firm.run("user adopt").lines == ["zhao-min"]
    assert "owner: zhao-min # new" in firm.read("records/tasks/acme.yaml")
    assert "by: li\n" in firm.read("records/interactions/acme.yaml")
    assert firm.run("check -o json").json == []
    firm.run("user adopt nobody", code=4)
    firm.run("undo")
    assert firm.read("records/tasks/acme.yaml") == text
