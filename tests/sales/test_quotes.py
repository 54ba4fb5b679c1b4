"""Quotes that contradict each other, the price to quote, and the order that comes of it."""

from __future__ import annotations

from tests.conftest import Book
from tests.sales.conftest import made, quote


def sent(book: Book, customer: str, price: str, *more: str) -> str:
    id = quote(book, customer, price, *more)
    book.run(f"quote move {id} sent")
    return id


def test_two_people_two_prices_is_a_conflict(firm: Book) -> None:
    one = sent(firm, "acme", "100", "by=li")
    other = sent(firm, "acme", "95", "by=chen")
    (found,) = firm.run("quote check -o json", code=1).json
    assert {found["quote"], found["other_quote"]} == {one, other}
    assert (found["product"], found["apart"]) == ("pump", 5)
    assert (found["from"], found["until"]) == ("2026-11-21", "2026-12-21")
    table = firm.run("quote check", code=1)
    assert "100.00 USD" in table.out
    assert "Li Na" in table.out
    assert "1 conflict found." in table.err


def test_a_group_of_companies_is_one_customer(firm: Book) -> None:
    id = sent(firm, "acme", "100", "by=li")
    sent(firm, "acme-north", "95", "by=chen")
    sent(firm, "beta", "90", "by=chen")
    assert len(firm.run(f"quote check {id} -o json", code=1).json) == 1


def test_what_is_no_conflict(firm: Book) -> None:
    firm.run("quote check")
    sent(firm, "acme", "100", "by=li", "date=2026-11-01", "valid_until=2026-11-10")
    sent(firm, "acme", "100", "by=li", "valid_until=2026-12-01")
    sent(firm, "acme", "99.7", "by=chen")  # nearer than the tolerance
    later = sent(firm, "acme", "85", "by=wang", "valid_from=2027-01-01")
    sent(firm, "acme", "82", "by=wang", "valid_from=2027-01-01")  # who may change their mind
    assert firm.run("quote check").err.startswith("No quotes contradict")
    gone = sent(firm, "acme", "85", "by=wang")
    assert len(firm.run("quote check -o json", code=1).json) == 2
    firm.run(f"quote move {gone} withdrawn")
    firm.run("quote check")
    firm.run(f"quote check {later}")


def test_what_is_over_counts_only_when_it_is_asked_for(firm: Book) -> None:
    span = ("date=2026-10-01", "valid_until=2026-10-31")
    one = sent(firm, "acme", "100", "by=li", *span)
    sent(firm, "acme", "90", "by=chen", *span)
    firm.run("quote check")
    firm.run("quote check --as-of 2026-10-15", code=1)
    firm.run(f"quote check {one}", code=1)


def test_prices_in_two_currencies_are_compared(firm: Book) -> None:
    sent(firm, "acme", "100", "by=li")
    sent(firm, "acme", "80", "by=chen", "currency=EUR")
    firm.run("quote check")
    sent(firm, "acme", "72", "by=chen", "currency=EUR")
    assert firm.run("quote check -o json", code=1).json[0]["apart"] == 10


def order(book: Book, customer: str, price: str, date: str = "2026-10-01") -> None:
    line = f"'lines+={{product: pump, price: {price}}}'"
    book.run(f"order add {customer} -s date={date} -s {line}")


def advice(book: Book, rest: str) -> tuple[float, list[str]]:
    found = book.run(f"quote advise {rest} -o json").json
    return found["price"], found["reasons"]


def test_the_advice_for_somebody_new_is_list_price_less_discounts(firm: Book) -> None:
    assert advice(firm, "acme-north pump")[0] == 100
    assert advice(firm, "acme pump")[0] == 90  # vip
    price, reasons = advice(firm, "acme pump --quantity 10")
    assert (price, len(reasons)) == (86, 1)
    price, reasons = advice(firm, "acme pump --quantity 60")
    assert price == 82
    firm.run("config set sales.advice.discounts.vip 30")
    price, reasons = advice(firm, "acme pump")
    assert (price, reasons[-1]) == (80, "Not below the floor: 80.00 USD.")


def test_an_old_customer_pays_no_more_than_before_or_than_others(firm: Book) -> None:
    order(firm, "acme", "88")
    price, reasons = advice(firm, "acme pump")
    assert (price, reasons[-1]) == (88, "Not more than they paid on 2026-10-01: 88.00 USD.")
    for name in ("b1", "b2", "b3"):
        firm.run(f"customer add {name} --set level=vip")
        order(firm, name, "84")
    price, reasons = advice(firm, "acme pump")
    assert (price, "median of 3 others" in reasons[-1]) == (84, True)
    assert advice(firm, "acme pump --as-of 2026-09-01")[0] == 90
    assert advice(firm, "acme pump --currency EUR")[0] == 67.2


def test_a_quote_that_holds_is_not_contradicted(firm: Book) -> None:
    sent(firm, "acme", "99", "number=Q-1", "by=chen")
    price, reasons = advice(firm, "acme pump")
    assert (price, reasons) == (
        99,
        ["Q-1 names 99.00 USD and holds: another price would contradict it."],
    )
    assert advice(firm, "acme-north pump")[0] == 99


def test_without_anything_to_go_by_there_is_no_price(firm: Book) -> None:
    firm.write("records/products/new.yaml", "id: new\nname: New\n")
    result = firm.run("quote advise acme new")
    assert "There is no list price" in result.err
    assert "Suggestion" not in result.out


def test_an_accepted_quote_becomes_one_order(firm: Book) -> None:
    id = sent(firm, "acme", "90", "number=Q-7", "by=li", "currency=EUR")
    order_id = made(firm, "quote order Q-7 number=PO-1")
    found = firm.run(f"order show {order_id} -o json").json
    assert {name: found[name] for name in ("customer", "quote", "by", "currency", "number")} == {
        "customer": "acme",
        "quote": id,
        "by": "li",
        "currency": "EUR",
        "number": "PO-1",
    }
    assert found["lines"][0]["price"] == 90
    assert firm.run(f"quote show {id} -o json").json["status"] == "accepted"
    assert "was ordered already" in firm.run("quote order Q-7", code=2).err
    firm.run("undo")
    assert firm.run(f"quote show {id} -o json").json["status"] == "sent"
    draft = quote(firm, "acme", "90")
    assert "only to sent, withdrawn" in firm.run(f"quote order {draft}", code=2).err


def test_a_quote_expires_by_its_last_day(firm: Book) -> None:
    sent(firm, "acme", "90", "date=2026-10-01")
    sent(firm, "acme", "91", "date=2026-10-01", "valid_until=2026-12-01")
    listed = "quote list --columns holds_until,expired --sort holds_until -o csv"
    assert firm.run(listed).lines[1:] == ["2026-10-31,true", "2026-12-01,false"]
    assert firm.run("quote list expired:yes -o ids --as-of 2026-10-31").lines == []
