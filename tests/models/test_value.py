"""The models of value over small books, through the command line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Book


def rows(book: Book, command: str) -> dict[str, dict[str, Any]]:
    found = book.run(f"analyze {command} -o json").json["rows"]
    return {row["customer"]: row for row in found}


def customers(*names: str, **more: str) -> dict[str, str]:
    return {
        f"records/customers/{name}.yaml": f"id: {name}\nname: {name}\n{more.get(name, '')}"
        for name in names
    }


def orders(customer: str, *each: str) -> dict[str, str]:
    texts = (f"{{id: {customer}-{n}, customer: {customer}, {one}}}" for n, one in enumerate(each))
    return {f"records/orders/{customer}.yaml": "\n---\n".join(texts) + "\n"}


SHOP = {
    **customers("ann", "bob", "cai", "new"),
    **orders("ann", "date: 2026-11-01, amount: 100", "date: 2026-10-01, amount: 100"),
    **orders("bob", "date: 2026-06-01, amount: 900"),
    **orders("cai", "date: 2025-11-01, amount: 50", "date: 2025-10-01, amount: 50"),
}


@pytest.fixture
def shop(book: Book) -> Book:
    book.gen(SHOP)
    return book


def test_rfm_with_the_mean_of_a_purchase_and_within_a_window(shop: Book) -> None:
    assert rows(shop, "rfm --set monetary=mean")["ann"]["monetary"] == 100
    year = rows(shop, "rfm --set window=12m")
    assert (year["cai"]["frequency"], year["cai"]["monetary"]) == (0, 0)
    # The day of the last purchase is not lost, and who has bought is no prospect.
    assert (year["cai"]["recency"], year["cai"]["segment"]) == (385, "hibernating")
    assert year["new"]["segment"] == "prospect"


def test_rfm_by_cut_points_of_the_book(shop: Book) -> None:
    shop.config(value={"rfm": {"method": "fixed", "cuts": {"recency": [1, 2, 3, 365]}}})
    result = shop.run("analyze rfm -o json").json
    assert result["parameters"]["cut_points"]["recency"] == [1, 2, 3, 365]
    assert {row["customer"]: row["r"] for row in result["rows"]} == {
        "ann": 2, "bob": 2, "cai": 1, "new": None,
    }  # fmt: skip


@pytest.mark.parametrize("method", ["quantile", "ntile", "nested", "fixed"])
def test_a_segment_is_explained_by_the_method_that_made_it(shop: Book, method: str) -> None:
    shop.config(value={"rfm": {"method": method}})
    told = shop.run("segment explain ann").out
    assert "by fifths of the buyers" in told or "the scores are parted at" in told
    assert ("by fifths" in told) == (method in ("ntile", "nested"))


def test_the_eight_types_are_a_fact(shop: Book) -> None:
    listed = shop.run("customer list -o csv --columns id,value_type").lines[1:]
    assert listed == ["ann,general_value", "bob,important_develop", "cai,general_keep", "new,"]


def test_details_come_when_they_are_asked_for_and_to_machines(shop: Book) -> None:
    table = shop.run("analyze rfm")
    assert "Type of value" not in table.out
    assert table.err.endswith("More with --columns: value_type.\n")
    asked = shop.run("analyze rfm --columns customer,value_type")
    assert "Type of value" in asked.out
    assert "More with --columns" not in asked.err
    assert shop.run("analyze rfm -o csv").lines[0].endswith(",segment,value_type")


WORTH = {
    **customers(
        "ann", "bob", "cai", "dan", "new",
        ann="category_spend: {amount: 1000, date: 2026-01-01}\n",
        cai="category_spend: {amount: 10000}\nreferred_by: dan\n",
        dan="links: [{id: new, to: new, type: refers}, {id: bob, to: bob, type: knows}]\n",
        bob="referred_by: ann\n",
        new="referred_by: bob\n",
    ),
    **orders("ann", "date: 2026-11-01, amount: 900, margin: 500"),
    **orders("bob", "date: 2026-11-01, amount: 100, margin: 60"),
    **orders("cai", "date: 2025-01-01, amount: 100, margin: 70",
             "date: 2026-06-01, amount: 200, margin: 100"),
    **orders("dan", "date: 2026-11-01, amount: 100"),
    "records/interactions/bob.yaml": """
        {id: i1, customer: bob, at: "2026-11-05T09:00", kind: visit, cost: 50}
        ---
        {id: i2, customer: bob, at: "2026-11-06T09:00", kind: visit, cost: 40}
        """,
}  # fmt: skip


@pytest.fixture
def worth(book: Book) -> Book:
    book.gen(WORTH)
    return book


def test_profit_and_classes_with_their_evidence(worth: Book) -> None:
    found = rows(worth, "worth --set most_valuable=20")
    assert {id: (row["profit"], row["class"]) for id, row in found.items()} == {
        "ann": (500, "mvc"),
        "cai": (170, "stc"),
        "dan": (30, "ordinary"),
        "bob": (-30, "bzc"),
        "new": (0, None),
    }
    assert found["bob"]["evidence"] == ["i1", "i2", "bob-0"]
    # Of 10,000 they bought 200 from us this year, at a margin of 170 on 300.
    assert round(found["cai"]["potential"], 2) == round(9800 * 170 / 300, 2)
    # The margin of dan is assumed.
    assert (found["dan"]["margin"], found["dan"]["assumed"]) == (30, 100)
    assert rows(worth, "worth --set assumed_margin=50")["dan"]["margin"] == 50


def test_worth_as_facts(worth: Book) -> None:
    listed = worth.run("customer list value_class:bzc -o csv --columns id,profit,margin").lines
    assert listed[1:] == ["bob,-30,60"]
    assert worth.run("customer list 'profit:<0' -o ids").lines == ["bob"]


def test_who_is_below_zero_stays_on_every_list(worth: Book) -> None:
    before = worth.files()
    worth.run("analyze worth")
    worth.run("analyze pyramid")
    assert worth.files() == before
    assert "bob" in worth.run("customer list -o ids").lines
    audience = worth.run("campaign add Fair --id fair -s 'audience=id:bob' -q") and worth.run(
        "campaign audience fair -o json"
    )
    assert "value_class" not in audience.out
    shipped = worth.run("config defaults marketing").out + worth.run("config defaults queues").out
    assert "value_class" not in shipped
    assert "profit" not in shipped


def test_the_parts_of_value(worth: Book) -> None:
    found = rows(worth, "components")
    assert (found["ann"]["referral"], found["ann"]["referred"]) == (60, ["bob"])
    # A year, not more: the second order of cai came later.
    assert (found["dan"]["referral"], found["dan"]["referred"]) == (70, ["cai"])
    assert found["bob"]["referral"] == 0
    assert found["cai"]["referral"] is None
    # ann to bob to new; that dan knows bob leads nowhere.
    assert (found["ann"]["network"], found["ann"]["reached"]) == (100, ["bob", "new"])
    assert found["dan"]["reached"] == ["cai", "new"]
    assert rows(worth, "components --set depth=1")["ann"]["reached"] == ["bob"]
    assert rows(worth, "components --where id:ann") == {"ann": found["ann"]}


def test_a_circle_of_referrals_is_told(book: Book) -> None:
    book.gen(customers("ann", "bob", ann="referred_by: bob\n", bob="referred_by: ann\n"))
    notes = book.run("analyze components -o json").json["notes"]
    assert "Customers who referred each other in a circle count for nobody: ann, bob." in notes


def test_the_share_of_the_wallet(book: Book) -> None:
    book.write("rates.yaml", "- {date: 2026-01-01, currency: EUR, rate: 2}\n")
    book.gen(
        {
            "records/products/meter.yaml": "id: meter\nname: Meter\nbrand: Ours\n",
            **customers(
                "ann", "bob", "cai",
                ann="category_spend: {amount: 100, currency: EUR, date: 2026-01-05, source: Li}\n"
                "brands: [Rival, ours]\n",
                bob="category_spend: {amount: 10, date: 2024-01-05}\n",
            ),
            **orders("ann", "date: 2025-11-21, amount: 70", "date: 2026-05-01, amount: 50"),
            **orders("bob", "date: 2026-05-01, amount: 20"),
        }
    )  # fmt: skip
    result = book.run("analyze wallet -o json").json
    found = {row["customer"]: row for row in result["rows"]}
    assert [*found] == ["ann", "bob"]
    ann = found["ann"]
    assert (ann["ours"], ann["wallet"], ann["share"], ann["left"]) == (50, 200, 25, 150)
    assert (ann["source"], ann["rank"], ann["brands"]) == ("Li", 2, 2)
    assert found["bob"]["share"] is None
    assert "1 customer buys more from us than was estimated in all: bob." in result["notes"]
    assert "1 estimate is old: bob." in result["notes"]
    assert book.run("customer list wallet_share:* -o csv --columns id,wallet_share").lines[1:] == [
        "ann,25"
    ]


def test_the_pyramid_by_rank_and_by_any_field(shop: Book) -> None:
    layers = shop.run("analyze pyramid -o json").json["rows"]
    assert [(row["layer"], row["customers"], row["revenue"]) for row in layers] == [
        ("top", 1, 900),
        ("small", 1, 200),
        ("inactive", 1, 100),
        ("prospect", 1, 0),
    ]
    months = shop.run("analyze pyramid --by last_order.quarter -o json").json["rows"]
    assert [(row["last_order.quarter"], row["revenue"]) for row in months] == [
        ("2026-Q2", 900),
        ("2026-Q4", 200),
        ("2025-Q4", 100),
        (None, 0),
    ]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("worth --set assumed_margin=101", "--set assumed_margin: must be a number from 0"),
        ("worth --set hourly_cost=-1", "--set hourly_cost: must be a number from 0 on"),
        ("pyramid --set top=50", "--set: needs 0 < top < large < medium <= 100"),
        ("abc --set aa=4", "--set aa: there is no such setting\nhint: Did you mean “a”?"),
        ("pyramid --by levle", "has no field “levle”"),
        ("components --set depth=0", "--set depth: must be a number from 1 to 6"),
        ("wallet --by level", "The model “wallet” cannot be told apart by a field."),
    ],
)
def test_what_a_model_cannot_be_told(book: Book, command: str, message: str) -> None:
    assert message in book.run(f"analyze {command}", code=2).err


def test_ages(book: Book) -> None:
    book.gen(
        customers(
            "ann", "bob", "cai", "dan", "eve",
            ann="birthday: 2001-11-21\n",
            bob="birthday: 2001-11-22\n",
            cai="birthday: --05-17\n",
            dan="birthday: lunar:1960-08-15\n",
            eve="birthday: 2020-01-01\n",
        )
    )  # fmt: skip
    assert book.run("customer list -o csv --columns id,age,age_band").lines[1:] == [
        "ann,25,25-34", "bob,24,18-24", "cai,,", "dan,66,65+", "eve,6,0-17",
    ]  # fmt: skip
    book.config(value={"profile": {"ages": [25]}})
    assert book.run("customer list id:ann -o csv --columns age_band").lines[1:] == ["25+"]
