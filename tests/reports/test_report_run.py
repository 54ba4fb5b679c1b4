"""Reports over rows in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crmctl.analytics.result import Column, ModelResult
from crmctl.analytics.rfm import Purchases, rfm
from crmctl.errors import BadDefinition, NotFound, UnknownField
from crmctl.reports.definition import parse
from crmctl.reports.result import SectionResult, as_json
from crmctl.reports.run import run
from crmctl.storage.reader import parse_document

TODAY = date(2026, 6, 30)
RATES = {"EUR": Decimal(8), "CNY": Decimal(1)}
STATUSES = {"confirmed": "Confirmed", "shipped": "Shipped", "cancelled": "Cancelled"}
COLUMNS = {
    "id": Column("id", "ID", "id"),
    "date": Column("date", "Date", "date"),
    "customer.owner": Column("customer.owner", "Owner", "ref"),
    "amount": Column("amount", "Amount", "money"),
    "status": Column("status", "Status", "enum", STATUSES),
    "units": Column("units", "Units", "integer"),
    "tags": Column("tags", "Tags", "tag"),
    "visits": Column("visits", "Visits", "instant"),
    "lines": Column("lines", "Lines", "object"),
}
ORDERS: list[dict[str, Any]] = [
    {"id": "o1", "date": "2026-01-15", "customer.owner": "li", "amount": (100, "CNY"),
     "status": "shipped", "units": 1, "tags": ["new", "fair"],
     "visits": ["2026-01-01T09:00+08:00", "2026-01-02T10:30+08:00", "--05-17"]},
    {"id": "o2", "date": "2026-01-31", "customer.owner": "wu", "amount": (50, "EUR"),
     "status": "confirmed", "units": 2},
    {"id": "o3", "date": "2026-02-01", "customer.owner": "li", "amount": (30, "CNY"),
     "status": "cancelled", "units": 4, "tags": ["fair"]},
    {"id": "o4", "date": "2026-02-28", "amount": (7, "XXX"), "units": None},
]  # fmt: skip


class Book:
    """A source of orders in two currencies and one that has no rate."""

    def listing(
        self, kind: str, query: str | None, paths: Sequence[str], base: bool
    ) -> tuple[list[Column], Iterable[tuple[Any, ...]]]:
        for path in paths:
            if path not in COLUMNS:
                raise UnknownField(kind, path, "amount")
        if query == "segment:nobody":
            raise NotFound("segment", "nobody")
        rows = [order for order in ORDERS if not query or query in str(order)]
        return [COLUMNS[path] for path in paths], (
            tuple(self.value(order, path, base) for path in paths) for order in rows
        )

    def value(self, order: dict[str, Any], path: str, base: bool) -> Any:
        value = order.get(path)
        if path != "amount" or value is None:
            return value
        amount, currency = value
        if not base:
            return Decimal(amount)
        return amount * RATES[currency] if currency in RATES else None

    def model(self, name: str, query: str | None) -> ModelResult:
        assert name == "rfm"
        if query == "levle:vip":
            raise UnknownField("customer", "levle", "level")
        book = [
            Purchases("ann", date(2026, 6, 29), 9, Decimal(90)),
            Purchases("bob", date(2026, 5, 1), 1, Decimal(10)),
            Purchases("cai", None, 0, Decimal(0)),
        ]
        return rfm([one for one in book if query in (None, one.customer)], TODAY)


def section(text: str) -> SectionResult:
    tree, _faults = parse_document(text)
    assert tree is not None
    (result,) = run(parse("test", tree, "reports/test.yaml"), Book(), TODAY).sections
    return result


def rows(text: str) -> list[list[Any]]:
    return section(text).rows


def refused(text: str) -> str:
    with pytest.raises(BadDefinition) as caught:
        section(text)
    return f"{caught.value.message} {caught.value.hint or ''}".strip()


def test_revenue_by_month_in_the_base_currency() -> None:
    result = section(
        "kind: order\ngroup: [date.month]\n"
        "measures: {revenue: sum amount, orders: count, mean: mean amount}\nchart: bar\n"
    )
    assert [(column.name, column.heading, column.type) for column in result.columns] == [
        ("date.month", "Month", "text"),
        ("revenue", "Sum of Amount", "money"),
        ("orders", "Number", "integer"),
        ("mean", "Mean of Amount", "money"),
    ]
    assert result.rows == [["2026-01", 500, 2, 250], ["2026-02", 30, 2, 30]]
    assert result.notes == ["Amount: 1 record has no amount in the base currency and is left out."]
    assert (result.chart, result.charted) == ("bar", "revenue")


def test_groups_of_two_fields_sorted_by_a_measure_with_the_missing_owner_last() -> None:
    text = "kind: order\ngroup: [customer.owner, date.quarter]\nmeasures: {revenue: sum amount}\n"
    assert rows(text) == [
        ["li", "2026-Q1", 130],
        ["wu", "2026-Q1", 400],
        [None, "2026-Q1", None],
    ]
    assert [row[0] for row in rows(text + "sort: [-revenue]\n")] == ["wu", "li", None]
    assert [row[0] for row in rows(text + "sort: [revenue]\n")] == ["li", "wu", None]


def test_enum_values_come_in_the_order_of_their_schema() -> None:
    text = "kind: order\ngroup: [status]\n"
    assert [row[0] for row in rows(text)] == ["confirmed", "shipped", "cancelled", None]
    assert [row[0] for row in rows(text + "sort: [-status]\n")] == [
        "cancelled",
        "shipped",
        "confirmed",
        None,
    ]


def test_a_limit_says_what_it_hides() -> None:
    result = section("kind: order\ngroup: [status]\nlimit: 3\n")
    assert len(result.rows) == 3
    assert result.notes == ["The first 3 of 4 rows are shown."]
    assert section("kind: order\ngroup: [status]\nlimit: 4\n").notes == []


def test_a_listing_shows_amounts_as_recorded_but_compares_them_in_one_currency() -> None:
    text = "kind: order\ncolumns: [id, amount]\nsort: [-amount]\n"
    assert rows(text) == [["o2", 50], ["o1", 100], ["o3", 30], ["o4", 7]]


def test_a_listing_without_sort_keeps_the_order_of_the_source() -> None:
    assert rows("kind: order\ncolumns: [id, date.year]\nquery: o3\n") == [["o3", "2026"]]
    assert [row[0] for row in rows("kind: order\ncolumns: [id]\n")] == ["o1", "o2", "o3", "o4"]


def test_totals_need_no_group() -> None:
    assert rows("kind: order\nmeasures: {orders: count, last: max date}\n") == [[4, "2026-02-28"]]
    assert rows("kind: order\nmeasures: {orders: count}\n") == [[4]]
    assert rows("kind: order\nquery: none such\nmeasures: {n: count, s: sum amount}\n") == [
        [0, None]
    ]


def test_the_type_of_a_measure_follows_its_field() -> None:
    result = section(
        "kind: order\nmeasures: {a: mean units, b: sum units, c: distinct date.month, "
        "d: min date, e: share units, f: median amount}\n"
    )
    types = [column.type for column in result.columns]
    assert types == ["mean", "integer", "integer", "date", "percent", "money"]
    assert result.rows == [[Decimal("2.333333"), 7, 2, "2026-01-15", 100, 100]]
    assert "Units: 1 record has no value and is left out." in result.notes


def test_a_record_counts_in_every_group_that_its_list_names() -> None:
    result = section("kind: order\ngroup: [tags]\nmeasures: {n: count, units: sum units}\n")
    assert result.rows == [["fair", 2, 5], ["new", 1, 1], [None, 2, 2]]
    assert "1 record belongs to several groups and counts in each." in result.notes


def test_dates_in_a_list_are_cut_to_their_units_too() -> None:
    assert rows("kind: order\nquery: o1\ngroup: [id, tags, visits.month]\n") == [
        ["o1", "fair", "2026-01", 1],
        ["o1", "fair", None, 1],
        ["o1", "new", "2026-01", 1],
        ["o1", "new", None, 1],
    ]


def test_the_values_of_a_field_side_by_side_with_totals() -> None:
    result = section(
        "kind: order\ngroup: [customer.owner]\nacross: status\n"
        "measures: {n: count, mean: mean amount}\nsort: [-n]\n"
    )
    assert [column.name for column in result.columns] == [
        "customer.owner",
        "n.confirmed", "n.shipped", "n.cancelled", "n.", "n",
        "mean.confirmed", "mean.shipped", "mean.cancelled", "mean.", "mean",
    ]  # fmt: skip
    assert [column.heading for column in result.columns][1:6] == [
        "Number Confirmed", "Number Shipped", "Number Cancelled", "Number -", "Number",
    ]  # fmt: skip
    # Where there are no records there is none, and a mean of nothing is not known; the total is
    # measured anew, for means cannot be added up.
    assert result.rows == [
        ["li", 0, 1, 1, 0, 2, None, 100, 30, None, 65],
        ["wu", 1, 0, 0, 0, 1, 400, None, None, None, 400],
        [None, 0, 0, 0, 1, 1, None, None, None, None, None],
    ]
    assert result.notes == ["Amount: 1 record has no amount in the base currency and is left out."]


def test_side_by_side_needs_no_group() -> None:
    result = section("kind: order\nacross: date.month\nmeasures: {sum: sum amount}\n")
    assert [(column.name, column.heading) for column in result.columns] == [
        ("sum.2026-01", "2026-01"),
        ("sum.2026-02", "2026-02"),
        ("sum", "Sum of Amount"),
    ]
    assert result.rows == [[500, 30, 530]]
    assert rows("model: rfm\nacross: segment\n") == [[1, 1, 1, 3]]


def test_a_list_counts_once_in_the_total() -> None:
    result = section("kind: order\nacross: tags\nmeasures: {n: count}\n")
    assert [column.name for column in result.columns] == ["n.fair", "n.new", "n.", "n"]
    assert result.rows == [[2, 1, 2, 4]]
    assert result.notes == ["1 record belongs to several groups and counts in each."]


def test_a_measure_with_a_query_side_by_side() -> None:
    result = section(
        "kind: order\nacross: status\n"
        "measures: {n: {measure: count, query: li}, units: {measure: sum units, query: li}}\n"
    )
    assert result.rows == [[0, 1, 1, 0, 2, None, 1, 4, None, 5]]


def test_a_model_is_grouped_like_records() -> None:
    result = section(
        "model: rfm\ngroup: [segment]\n"
        "measures: {n: count, share: share, spend: share monetary, days: mean recency}\n"
    )
    third = Decimal("33.333333")
    assert result.rows == [
        ["champion", 1, third, 90, 1],
        ["hibernating", 1, third, 10, 60],
        ["prospect", 1, third, 0, None],
    ]
    assert result.columns[0].value_title("hibernating") == "Hibernating"
    assert result.notes[0] == "1 customer has never bought and is a prospect without scores."


def test_a_model_lists_all_its_columns_or_the_named_ones() -> None:
    whole = section("model: rfm\n")
    assert [column.name for column in whole.columns][:3] == ["customer", "recency", "frequency"]
    assert len(whole.rows) == 3
    assert rows("model: rfm\nquery: bob\ncolumns: [customer, score]\n") == [["bob", "511"]]
    assert rows("model: rfm\nmeasures: {n: count}\n") == [[3]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "kind: order\ngroup: [status]\nmeasures: {r: sum amont}\n",
            "reports/test.yaml: “order” has no field “amont”. Did you mean “amount”?",
        ),
        (
            "sections: [{kind: order, columns: [amont]}]\n",
            "reports/test.yaml: sections.1: “order” has no field “amont”. Did you mean “amount”?",
        ),
        (
            "kind: order\nmeasures: {r: sum status}\n",
            "reports/test.yaml: measures.r: “sum” cannot be applied to status of type “enum”",
        ),
        (
            "kind: order\nmeasures: {r: mean date}\n",
            "reports/test.yaml: measures.r: “mean” cannot be applied to date of type “date”",
        ),
        (
            "kind: order\ngroup: [status.month]\n",
            "reports/test.yaml: group: “status” is no date, so it has no month",
        ),
        (
            "kind: order\ngroup: [lines]\n",
            "reports/test.yaml: group: “lines” has fields of its own: name one of them",
        ),
        (
            "kind: order\nacross: statsu\nmeasures: {n: count}\n",
            "reports/test.yaml: “order” has no field “statsu”. Did you mean “amount”?",
        ),
        (
            "model: rfm\nquery: levle:vip\n",
            "reports/test.yaml: “customer” has no field “levle”. Did you mean “level”?",
        ),
        (
            "model: rfm\ncolumns: [recensy]\n",
            "reports/test.yaml: model: “recensy” is no column of the model Did you mean “recency”?",
        ),
        (
            "model: rfm\nsort: [-monetry]\n",
            "reports/test.yaml: sort: “monetry” is no column of this section "
            "Did you mean “monetary”?",
        ),
    ],
)
def test_what_does_not_fit_the_book_is_told_with_its_place(text: str, message: str) -> None:
    assert refused(text) == message


def test_what_is_no_fault_of_the_report_passes_through() -> None:
    with pytest.raises(NotFound):
        section("kind: order\ncolumns: [id]\nquery: segment:nobody\n")


def test_json_has_ids_and_exact_decimals() -> None:
    tree, _faults = parse_document(
        "title: Sales\nkind: order\ngroup: [date.month]\nmeasures: {revenue: sum amount}\n"
    )
    assert tree is not None
    assert as_json(run(parse("sales", tree, "sales.yaml"), Book(), TODAY)) == {
        "report": "sales",
        "as_of": "2026-06-30",
        "sections": [
            {
                "title": "Sales",
                "columns": ["date.month", "revenue"],
                "rows": [
                    {"date.month": "2026-01", "revenue": Decimal(500)},
                    {"date.month": "2026-02", "revenue": Decimal(30)},
                ],
                "notes": ["Amount: 1 record has no amount in the base currency and is left out."],
            }
        ],
    }
