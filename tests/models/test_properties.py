"""What holds for every model, through the command line, on a book that has something for each.

The book is the sample book with twins, with everything of one customer written down twice, and with
a year that is yet to come.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import pytest

from crmctl.models.catalog import CATALOG
from tests.conftest import REPOSITORY, Book, new_book
from tests.models import books
from tests.models.books import Records

WHO = "shanghai-zhiyun"  # has something of every kind
TWICE = "suzhou-qingyuan"
FOREIGN = "JPY"  # the book has no rate of it
DAYS = (date(2026, 4, 10), date(2026, 9, 30))
MONTHS = ["2025-11", "2025-12", *(f"2026-{month:02}" for month in range(1, 12))]

# What a model counts on purpose, where a law cannot hold.
COUNTS_BOTH = {
    "performance": "an order is made on its day and a refund on its own, as sums of a period say",
    "targets": "a refund counts at the rate of its own day, as sums of a period say",
}


class Books(NamedTuple):
    """Makes books out of records, and keeps what was asked of each."""

    records: Records
    make: Callable[[str], Book]

    def book(self, name: str, *more: Records) -> Book:
        return books.write(self.make(name), books.joined(self.records, *more))

    def orders(self, mark: str, **fields: Any) -> Records:
        """The orders of a customer once more."""
        orders = books.copied(books.of(self.records, WHO), mark)["orders"]
        kept = [one for one in orders if one.get("status") not in ("draft", "cancelled")]
        return {"orders": [{**one, **fields} for one in kept if one["date"] <= "2026-11-21"]}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """The records of the full book, and how further books are made."""
    folder = tmp_path_factory.mktemp("properties")

    @cache
    def make(name: str) -> Book:
        book = new_book(folder / name)
        for file in ("crmctl.yaml", "rates.yaml"):
            shutil.copy2(REPOSITORY / file, book.root / file)
        return book

    sample = books.read(REPOSITORY)
    of_one = books.of(sample, WHO)
    themselves = [one for one in sample["customers"] if one["id"] == WHO]
    return Books(
        books.joined(
            sample,
            books.copied(books.joined(of_one, {"customers": themselves}), "-twin"),
            books.copied(books.of(sample, TWICE), "-again"),
            books.copied(of_one, "-later", days=400),
        ),
        make,
    )


@pytest.fixture(scope="session")
def full(made: Books) -> Book:
    return made.book("full")


@cache
def analyze(book: Book, command: str, **env: str) -> str:
    """What a model says, as JSON; the books stay as they are, so each is asked once."""
    return book.run(f"analyze {command} -o json", env=env).out


every_model = pytest.mark.parametrize("model", CATALOG)


@pytest.fixture(scope="session")
def shuffled(made: Books) -> Book:
    return books.write(made.make("shuffled"), made.records, shuffled=True)


@every_model
def test_the_order_of_records_changes_nothing(full: Book, shuffled: Book, model: str) -> None:
    assert analyze(shuffled, model) == analyze(full, model)


@pytest.fixture(scope="session")
def cut(made: Books) -> Mapping[date, Book]:
    return {
        day: books.write(made.make(f"until-{day}"), books.cut(made.records, day)) for day in DAYS
    }


@every_model
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_as_of_a_day_is_a_book_that_ends_there(
    full: Book, cut: Mapping[date, Book], day: date, model: str
) -> None:
    then = {"CRMCTL_NOW": f"{day}T23:59:59"}
    expected = analyze(cut[day], model, **then)
    assert analyze(full, f"{model} --as-of {day}") == expected
    # On that day, what is yet to come changes nothing.
    assert analyze(full, model, **then) == expected


@every_model
def test_ties_are_decided_by_id(full: Book, model: str) -> None:
    rows = json.loads(analyze(full, model))["rows"]
    twins = [one["customer"] for one in rows if one.get("customer") in (WHO, f"{WHO}-twin")]
    assert twins == sorted(twins)


@pytest.fixture(scope="session")
def rates(made: Books) -> Mapping[str, Book]:
    """The orders of a customer again, in a currency; in the book's own, for as much of it."""
    foreign = made.orders("-foreign", currency=FOREIGN)
    found = {
        "unrated": made.book("unrated", foreign),
        "rated": made.book("rated", foreign),
        "own": made.book("own", made.orders("-foreign")),
    }
    rated(found["rated"], dict.fromkeys(MONTHS, 1))
    return found


def rated(book: Book, rates: Mapping[str, int]) -> None:
    """Gives a book the rate of the foreign currency for each month."""
    lines = (
        f"- {{date: {month}-01, currency: {FOREIGN}, rate: {rate}}}\n"
        for month, rate in rates.items()
    )
    book.write("rates.yaml", book.read("rates.yaml") + "".join(lines))


@every_model
def test_orders_without_a_rate_are_left_out_and_said(
    full: Book, rates: Mapping[str, Book], model: str
) -> None:
    without, unrated = (
        json.loads(analyze(full, model)),
        json.loads(analyze(rates["unrated"], model)),
    )
    said = [note for note in unrated["notes"] if "without an exchange rate" in note]
    unrated["notes"] = [note for note in unrated["notes"] if note not in said]
    assert unrated == without
    rated = analyze(rates["rated"], model)
    assert rated == analyze(rates["own"], model)
    if json.loads(rated) != without:
        assert said, "a model that would count these orders says that it does not"


@pytest.fixture(scope="session")
def amounts(made: Books) -> tuple[Book, Book]:
    """A customer's papers again: with amounts in a currency without a rate, and without amounts."""

    def stripped(tree: Any) -> Any:
        if isinstance(tree, dict):
            names = tree.keys() - {"amount", "cost", "currency", "margin", "price"}
            return {name: stripped(tree[name]) for name in tree if name in names}
        return [stripped(one) for one in tree] if isinstance(tree, list) else tree

    again = books.copied(books.of(made.records, WHO), "-foreign")
    papers = {name: again[name] for name in ("contracts", "invoices", "opportunities", "quotes")}
    foreign = {
        folder: [{**one, "currency": FOREIGN} for one in many] for folder, many in papers.items()
    }
    return made.book("foreign", foreign), made.book("bare", stripped(papers))


@every_model
def test_an_amount_without_a_rate_is_none(amounts: tuple[Book, Book], model: str) -> None:
    foreign, bare = (json.loads(analyze(book, model)) for book in amounts)
    del foreign["notes"], bare["notes"]
    assert foreign == bare


@pytest.fixture(scope="session")
def refunded(made: Books) -> Book:
    """A customer's orders again, given back, in a currency that is worth less each month."""
    orders = made.orders("-back", currency=FOREIGN)["orders"]
    whole = [one for one in orders if "refund_of" not in one and one["date"] >= "2026-01-01"]
    refunds = [
        {
            "id": f"{one['id']}-refund",
            "customer": WHO,
            "date": "2026-11-20",
            "amount": -abs(one["amount"]),
            "currency": FOREIGN,
            "refund_of": one["id"],
            "by": one["by"],
        }
        for one in whole
    ]
    book = made.book("refunded", {"orders": [*whole, *refunds]})
    rated(book, {month: 30 - place for place, month in enumerate(MONTHS)})
    return book


@every_model
def test_a_refund_in_full_is_an_order_never_made(full: Book, refunded: Book, model: str) -> None:
    if model in COUNTS_BOTH:
        pytest.skip(COUNTS_BOTH[model])
    assert analyze(refunded, model) == analyze(full, model)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return new_book(tmp_path_factory.mktemp("empty") / "book")


@every_model
@pytest.mark.parametrize("language", ["en_US.UTF-8", "zh_CN.UTF-8"])
def test_a_book_without_records_has_nothing_to_tell(empty: Book, model: str, language: str) -> None:
    result = json.loads(analyze(empty, model))
    assert result["n"] == (model == "targets")  # one is shipped
    for row in result["rows"]:  # such as the stages that there are
        assert {row.get("n", 0), row.get("rate") or 0} == {0}
    said = empty.run(f"analyze {model}", env={"LANG": language})
    assert model in said.err.splitlines()[0]
