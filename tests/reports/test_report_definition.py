"""Report definitions: what is read, and what is refused with which advice."""

from __future__ import annotations

import pytest

from crmctl.errors import BadDefinition
from crmctl.models.catalog import CATALOG
from crmctl.reports.definition import Measure, Report, Section, parse
from crmctl.storage.reader import parse_document

FULL = """
title: {en: Sales, zh: 销售}
description: What we sold.
sections:
  - title: {en: Revenue by month, zh: 按月收入}
    kind: order
    query: 'date:last-year'
    group: [date.month, customer.owner]
    measures:
      revenue: sum  amount
      orders: {measure: count, title: {en: Orders, zh: 订单数}}
    sort: [-revenue, date.month]
    limit: 10
    chart: bar
  - title: Segments
    model: rfm
"""


def read(text: str) -> Report:
    tree, faults = parse_document(text)
    assert tree is not None, faults
    return parse("sales", tree, "reports/sales.yaml")


def refused(text: str) -> tuple[str, str | None]:
    with pytest.raises(BadDefinition) as caught:
        read(text)
    assert caught.value.exit_code == 3
    where, _colon, rest = caught.value.message.partition(": ")
    assert where == "reports/sales.yaml"
    return rest, caught.value.hint


def test_every_key_is_read() -> None:
    report = read(FULL)
    assert report == Report(
        name="sales",
        where="reports/sales.yaml",
        title={"en": "Sales", "zh": "销售"},
        description={"en": "What we sold."},
        sections=(
            Section(
                place="sections.1",
                title={"en": "Revenue by month", "zh": "按月收入"},
                kind="order",
                query="date:last-year",
                group=("date.month", "customer.owner"),
                measures=(
                    Measure("revenue", "sum", "amount"),
                    Measure("orders", "count", None, {"en": "Orders", "zh": "订单数"}),
                ),
                sort=("-revenue", "date.month"),
                limit=10,
                chart="bar",
            ),
            Section(place="sections.2", title={"en": "Segments"}, model="rfm"),
        ),
    )


def test_the_keys_of_a_single_section_may_stand_at_the_top() -> None:
    report = read("title: Big orders\nkind: order\ncolumns: [id, amount]\nsort: -amount\n")
    assert report.sections == (
        Section(
            place="",
            title={"en": "Big orders"},
            kind="order",
            columns=("id", "amount"),
            sort=("-amount",),
        ),
    )


def test_a_group_alone_is_counted() -> None:
    (section,) = read("kind: customer\ngroup: level\n").sections
    assert section.measures == (Measure("count", "count"),)


@pytest.mark.parametrize("measures", ["[count, sum amount]", '["count", "sum  amount"]'])
def test_measures_without_names_are_named_after_themselves(measures: str) -> None:
    (section,) = read(f"kind: order\nmeasures: {measures}\n").sections
    assert section.measures == (
        Measure("count", "count"),
        Measure("sum_amount", "sum", "amount"),
    )
    (section,) = read("kind: order\nmeasures: count\n").sections
    assert section.measures == (Measure("count", "count"),)


def test_what_is_left_empty_counts_as_left_out() -> None:
    (section,) = read("kind: customer\nquery:\nchart: ~\nlimit: ''\ngroup: [level]\n").sections
    assert (section.query, section.chart, section.limit) == (None, None, 0)


def test_titles_fall_back_to_what_names_the_thing() -> None:
    report = read("sections:\n  - {kind: task, group: owner}\n  - {model: abc}\n")
    assert report.title == {"en": "sales"}
    assert [section.title["en"] for section in report.sections] == ["task", "abc"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "kind: order\ncolums: [id]\n",
            "colums: there is no such key",
            "Did you mean “columns”?",
        ),
        (
            "sections:\n  - {kind: order, columns: [id], lmit: 3}\n",
            "sections.1.lmit: there is no such key",
            "Did you mean “limit”?",
        ),
        (
            "kind: order\nsections: [{model: rfm}]\n",
            "kind: beside “sections”, this belongs into one of them",
            None,
        ),
        ("sections: []\n", "sections: a list of sections is expected here", None),
        ("sections: rfm\n", "sections: a list of sections is expected here", None),
        ("sections: [rfm]\n", "sections.1: “key: value” lines are expected here", None),
        (
            "kind: order\nmodel: rfm\n",
            "model: a section is about a kind or a model, not both",
            None,
        ),
        ("columns: [id]\n", "kind: a kind of record, or a model, is missing", None),
        ("model: rmf\n", "model: “rmf” is not possible here", "Did you mean “rfm”?"),
        ("model: zzz\n", "model: “zzz” is not possible here", f"Possible: {', '.join(CATALOG)}."),
        (
            "kind: order\n",
            "columns: columns, or measures with or without a group, are missing",
            None,
        ),
        (
            "kind: order\ncolumns: [id]\ngroup: [date]\n",
            "group: a section lists columns, or it groups and measures, not both",
            None,
        ),
        (
            "kind: order\ncolumns: [id]\nmeasures: {n: count}\n",
            "measures: a section lists columns, or it groups and measures, not both",
            None,
        ),
        ("kind: order\ncolumns: [id, id]\n", "columns: “id” stands here twice", None),
        ("kind: order\ncolumns: {id: x}\n", "columns: a list of texts is expected here", None),
        ("kind: [order]\n", "kind: a single value is expected here", None),
        (
            "kind: order\nmeasures: [{count: x}]\n",
            "measures: “name: measure” lines or a list such as [count, sum amount] are expected"
            " here",
            None,
        ),
        (
            "kind: order\nmeasures: {revenue: smu amount}\n",
            "measures.revenue: there is no measure “smu”",
            "Did you mean “sum”?",
        ),
        (
            "kind: order\nmeasures: {revenue: total}\n",
            "measures.revenue: there is no measure “total”",
            "Possible: count, sum, mean, median, p90, min, max, distinct, share.",
        ),
        (
            "kind: order\nmeasures: {revenue: sum}\n",
            "measures.revenue: “sum” needs a field, as in “sum amount”",
            None,
        ),
        (
            "kind: order\nmeasures: {n: count id}\n",
            "measures.n: “count” takes no field",
            None,
        ),
        (
            "kind: order\nmeasures: {n: sum amount cost}\n",
            "measures.n: “amount cost” is more than one field",
            None,
        ),
        (
            "kind: order\nmeasures: {n: }\n",
            "measures.n: a measure such as “count” or “sum amount” is expected here",
            None,
        ),
        (
            "kind: order\nmeasures: {n: {measure: count, tilte: N}}\n",
            "measures.n.tilte: there is no such key",
            "Did you mean “title”?",
        ),
        (
            "kind: order\ngroup: [status]\nacross: status\n",
            "across: “status” is in the group already",
            None,
        ),
        (
            "kind: order\ncolumns: [id]\nacross: status\n",
            "across: a section lists columns, or it groups and measures, not both",
            None,
        ),
        (
            "kind: order\ngroup: [status]\nmeasures: {status: count}\n",
            "measures.status: “status” is in the group already",
            None,
        ),
        (
            "kind: order\ngroup: [status]\nmeasures: {revenue: sum amount}\nsort: [-revenu]\n",
            "sort: “revenu” is no column of this section",
            "Did you mean “revenue”?",
        ),
        (
            "kind: order\ncolumns: [id]\nlimit: ten\n",
            "limit: must be a whole number",
            None,
        ),
        ("kind: order\ncolumns: [id]\nchart: bar\n", "chart: a chart needs measures", None),
        (
            "kind: order\ngroup: [status]\nchart: pie\n",
            "chart: “pie” is not possible here",
            "Possible: bar.",
        ),
        ("title: {fr: Ventes}\nmodel: rfm\n", "title.fr: there is no such key", None),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(
    text: str, message: str, hint: str | None
) -> None:
    assert refused(text) == (message, hint)
