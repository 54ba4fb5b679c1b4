"""Why a customer has the label that a model gave it, and what would change it, in words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from crmctl.analytics.abc import CLASSES
from crmctl.analytics.result import ModelResult
from crmctl.analytics.rfm import PROSPECT, SEGMENTS, segment
from crmctl.locale import _, ngettext
from crmctl.values.money import format_amount

Row = dict[str, Any]


def of_rfm(result: ModelResult) -> ModelResult:
    """The result of `rfm`, by cut points or by fifths of the buyers, with reasons for its rows."""
    cuts = result.parameters.get("cut_points", {})
    return result.replaced(reasons=lambda row: [*_rfm(row, cuts, result.as_of)])


def _rfm(row: Row, cuts: dict[str, list[Any]], as_of: date) -> Iterator[str]:
    if row["segment"] == PROSPECT:
        yield _("It has never bought; the first purchase makes it a buyer.")
        return
    said = _("{letter} {score}: {value}, by fifths of the buyers.")
    if cuts:
        said = _("{letter} {score}: {value}; the scores are parted at {cuts}.")
    days, events = row["recency"], row["frequency"]
    for letter, name, text in (
        (
            "R",
            "recency",
            ngettext(
                "{value} day since the last purchase",
                "{value} days since the last purchase",
                days,
            ),
        ),
        ("F", "frequency", ngettext("{value} purchase", "{value} purchases", events)),
        ("M", "monetary", _("a spend of {value}")),
    ):
        money = name == "monetary"
        yield said.format(
            letter=letter,
            score=row[letter.lower()],
            value=text.format(value=_plain(row[name], money)),
            cuts=", ".join(_plain(cut, money) for cut in cuts.get(name, ())),
        )
    # Where each score has its share of the buyers, it hangs on all of them what comes next.
    if cuts:
        yield from _coming(row, cuts, as_of)


def _coming(row: Row, cuts: dict[str, list[Any]], as_of: date) -> Iterator[str]:
    """What time alone would change, and what one more purchase."""
    score = row["f"]
    for cut in (cut for cut in cuts["recency"] if cut >= row["recency"]):
        days = int(cut) + 1
        later = segment(5 - bisect_left(cuts["recency"], days), score)
        if later != row["segment"]:
            day = as_of + timedelta(days - row["recency"])
            text = _(
                "Without another purchase, and parted there still, it is “{segment}” from {day} on."
            )
            yield text.format(segment=_(SEGMENTS[later]), day=day.isoformat())
            break
    more = segment(5, 1 + bisect_left(cuts["frequency"], row["frequency"] + 1))
    if more != row["segment"]:
        text = _("With one more purchase now, and parted there still, it would be “{segment}”.")
        yield text.format(segment=_(SEGMENTS[more]))


def of_abc(result: ModelResult) -> ModelResult:
    """The result of `abc` with reasons for its rows."""
    lowest: dict[str, Any] = {}
    highest: dict[str, Any] = {}
    for row in result.rows:
        if row["class"] is not None:
            lowest[row["class"]] = row["value"]
            highest.setdefault(row["class"], row["value"])
    return result.replaced(reasons=lambda row: [*_abc(row, lowest, highest)])


def _abc(row: Row, lowest: dict[str, Any], highest: dict[str, Any]) -> Iterator[str]:
    if row["class"] is None:
        return
    before = row["cumulative"] - row["share"]
    yield _("Its value of {value} is {share} % of all; greater ones make {before} %.").format(
        value=_plain(row["value"], True), share=f"{row['share']:.1f}", before=f"{before:.1f}"
    )
    place = CLASSES.index(row["class"])
    for name in CLASSES[:place][-1:]:
        if name in lowest:
            text = _("Class {name} ends with a value of {value} now.")
            yield text.format(name=name, value=_plain(lowest[name], True))
    for name in CLASSES[place + 1 :][:1]:
        if name in highest:
            text = _("Class {name} begins with a value of {value} now.")
            yield text.format(name=name, value=_plain(highest[name], True))


def _plain(value: Any, money: bool) -> str:
    """A number as in the tables, without more digits than anybody needs."""
    if money:
        return format_amount(round(value, 2), None)
    return f"{float(value):g}"
