"""Which reports a book can run, and the rows that they are made from."""

from __future__ import annotations

import json
from datetime import date

import pytest

from crmctl.errors import BadOption
from crmctl.reporting import Reports, run_model
from crmctl.workspace import Workspace
from tests.conftest import Book


@pytest.fixture
def shop(book: Book) -> Book:
    book.gen(
        {
            "records/customers/a.yaml": "id: a\nname: A\nlevel: vip\n",
            "records/customers/b.yaml": "id: b\nname: B\narchived: 2026-05-01\n",
            "records/orders/a.yaml": """
                {id: o-1, customer: a, date: 2026-01-01, amount: 10}
                ---
                {id: o-2, customer: a, date: 2026-06-01, amount: 20}
            """,
            "records/orders/b.yaml": "{id: o-3, customer: b, date: 2026-02-01, amount: 5}\n",
            "reports/turnover.yaml": """
                title: {en: Turnover, zh: 营业额}
                sections:
                  - title: By customer
                    kind: order
                    group: [customer]
                    measures: {revenue: sum amount, orders: count}
                    sort: [-revenue]
            """,
        }
    )
    return book


def test_built_in_and_own_reports(shop: Book) -> None:
    names = shop.run("report list -o ids").lines
    assert names == sorted(names)
    assert {"overview", "activity", "rfm", "turnover"} <= set(names)
    assert "营业额" in shop.run("--lang zh report list").out
    assert "Did you mean “turnover”?" in shop.run("report run turnovr", code=4).err


def test_an_own_report_hides_a_built_in_one(shop: Book) -> None:
    shop.write("reports/overview.yaml", shop.read("reports/turnover.yaml"))
    assert shop.run("report run overview -o json").json["sections"][0]["title"] == "By customer"


@pytest.mark.parametrize("name", ["turnover", "Turnover", "营业额"])
def test_a_report_by_name_or_title(shop: Book, name: str) -> None:
    result = shop.run(["report", "run", name, "-o", "json"]).json
    assert result["report"] == "turnover"
    assert [[row["customer"], row["revenue"]] for row in result["sections"][0]["rows"]] == [
        ["a", 30],
        ["b", 5],
    ]


def test_as_of(shop: Book) -> None:
    result = shop.run("report run turnover --as-of 2026-01-31 -o json").json
    assert result["as_of"] == "2026-01-31"
    assert [row["revenue"] for row in result["sections"][0]["rows"]] == [10]


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: [\n", "reports/odd.yaml"), ("titel: X\n", "titel"), (b"\xff", "reports/odd.yaml")],
)
def test_a_report_with_a_fault(shop: Book, text: str | bytes, place: str) -> None:
    shop.write("reports/odd.yaml", text)
    assert place in shop.run("report run odd", code=3).err


@pytest.mark.parametrize("format_", ["table", "md"])
def test_one_empty_line_parts_one_thing_from_the_next(sample: Book, format_: str) -> None:
    text = sample.run(["report", "run", "rfm", "-o", format_]).out
    assert "\n\n" in text
    assert "\n\n\n" not in text


def test_models_over_all_or_some(shop: Book) -> None:
    workspace = Workspace(shop.root)
    day = date(2026, 12, 31)
    everybody = run_model(workspace, "abc", day, None)
    assert {row["customer"]: row["value"] for row in everybody.rows} == {"a": 30, "b": 5}
    some = run_model(workspace, "abc", day, "level:vip")
    assert [row["customer"] for row in some.rows] == ["a"]
    early = run_model(workspace, "abc", date(2026, 1, 31), None)
    assert {row["customer"]: row["value"] for row in early.rows} == {"a": 10, "b": 0}
    with pytest.raises(BadOption, match="cvl"):
        run_model(workspace, "cvl", day, None)


def test_every_report_of_a_book_can_be_read(sample: Book) -> None:
    reports = Reports(Workspace(sample.root))
    assert {report.name for report in reports.all()} == reports.files().keys()


def test_the_name_of_a_file_says_the_format(shop: Book) -> None:
    shop.run("report run turnover --out x.json")
    assert json.loads(shop.read("x.json"))["report"] == "turnover"
    shop.run("report run turnover --out x.MD")
    assert "| A" in shop.read("x.MD")
    shop.run("report run turnover --out x.csv -o tsv")
    assert "\t" in shop.read("x.csv")
    shop.run("report run turnover --out plain")
    assert shop.read("plain") == shop.run("report run turnover --out -").out


def test_a_file_that_cannot_be_written_so_is_refused(shop: Book) -> None:
    err = shop.run("report run turnover --out x.html", code=2).err
    assert ".txt, .md, .csv, .tsv, .json" in err
    assert not (shop.root / "x.html").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--measure", "x=total amount"], "--measure x: there is no measure “total”"),
        (["--measure", "sum date"], "--measure sum_date: “sum” cannot be applied to date"),
        (["--group", "amount.month"], "--group: “amount” is no date"),
        (["--group", "custmer"], "Did you mean “customer”?"),
        (["levle:vip", "--measure", "count"], "no field “levle”"),
    ],
)
def test_a_slip_in_a_summary_is_a_usage_error(shop: Book, options: list[str], said: str) -> None:
    assert said in shop.run(["query", "order", *options], code=2).err
