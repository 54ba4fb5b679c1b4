"""Rules that other records decide: floors of prices, refunds, refusals with a reason."""

from __future__ import annotations

import pytest

from tests.conftest import Book
from tests.sales.conftest import made, quote

BELOW = "pump at 70.00 USD is below its floor of 80.00 USD"


def test_a_price_below_the_floor_waits_for_a_manager(firm: Book) -> None:
    id = quote(firm, "acme", "70")
    before = firm.files()
    assert BELOW in firm.run(f"quote move {id} sent", code=2).err
    assert "“li” may not approve" in firm.run(f"quote move {id} sent approved_by=li", code=2).err
    assert firm.files() == before
    firm.run(f"quote move {id} sent approved_by=wang")


@pytest.mark.parametrize(
    ("line", "floor"),
    [
        ("{product: pump, price: 100, discount: 25}", "at 75.00 USD is below its floor of 80.00"),
        ("{product: hose, price: 10}", "at 10.00 USD is below its floor of 10.59"),
        ("{product: hose, price: 10.6}", None),
        ("{product: pump, price: 80}", None),
        ("{description: advice, price: 1}", None),
    ],
)
def test_the_net_price_counts_against_the_floor_or_the_least_margin(
    firm: Book, line: str, floor: str | None
) -> None:
    command = ["quote", "add", "acme", "-s", "status=sent", "-s", f"lines+={line}"]
    result = firm.run(command, code=2 if floor else 0)
    assert floor is None or floor in result.err


def test_the_floor_holds_in_another_currency_and_after_sending(firm: Book) -> None:
    assert (
        "63.00 EUR is below its floor of 64.00 EUR"
        in firm.run(
            "quote add acme -s status=sent -s currency=EUR -s 'lines+={product: pump, price: 63}'",
            code=2,
        ).err
    )
    id = quote(firm, "acme", "90")
    firm.run(f"quote move {id} sent")
    firm.run(f"quote set {id} lines.pump.price=70", code=2)


def test_what_was_written_by_hand_is_found_by_check(firm: Book) -> None:
    text = "id: q\ncustomer: acme\ndate: 2026-11-01\nstatus: sent\nlines:\n"
    firm.write("records/quotes/acme.yaml", text + "  - {id: a, product: pump, price: 70}\n")
    (problem,) = firm.run("check -o json").json
    assert (problem["code"], problem["severity"], problem["line"]) == ("below-floor", "warning", 6)
    assert problem["message"] == BELOW
    # What is wrong already may stay so while something else is changed.
    firm.run("quote set q notes=old")


def test_states_of_a_quote_follow_each_other(firm: Book) -> None:
    id = quote(firm, "acme", "90")
    assert "only to sent, withdrawn" in firm.run(f"quote set {id} status=accepted", code=2).err
    bare = made(firm, "quote add acme")
    assert "asks for more: a price" in firm.run(f"quote move {bare} sent", code=2).err


def test_no_more_is_given_back_than_was_bought(firm: Book) -> None:
    order = made(firm, "order add acme -s amount=100 -s date=2026-11-01")
    again = f"order add acme -s date=today -s refund_of={order} -s amount="
    made(firm, f"{again}-60")
    refused = firm.run(f"{again}-50", code=2).err
    assert "come to 110.00 USD, it amounts to 100.00 USD: 40.00 USD are left" in refused
    made(firm, f"{again}-50 -s status=cancelled")
    part = made(firm, f"{again}-40")
    assert (
        "is a refund itself"
        in firm.run(f"order add acme -s date=today -s amount=-1 -s refund_of={part}", code=2).err
    )
    # Nor may the order shrink below what was given back.
    firm.run(f"order set {order} amount=99", code=2)
    assert firm.run("check -o json").json == []


def test_refunds_of_one_batch_count_together(firm: Book) -> None:
    order = made(firm, "order add acme -s amount=100 -s date=2026-11-01")
    one = f"customer: acme\ndate: 2026-11-02\nrefund_of: {order}\namount: -60\n"
    firm.run("order add -f -", input=f"{one}---\n{one}", code=2)
    firm.run("order add -f -", input=f"{one}---\n{one.replace('60', '40')}")


def test_an_import_brings_the_past_as_it_was(firm: Book) -> None:
    firm.write("orders.csv", "id,customer,date,amount,refund_of\no1,acme,2026-01-01,10,\n")
    firm.run("import orders.csv --kind order")
    firm.write("back.csv", "id,customer,date,amount,refund_of\no2,acme,2026-01-02,-11,o1\n")
    firm.run("import back.csv --kind order")
    (problem,) = firm.run("check -o json").json
    assert problem["code"] == "overdrawn-refund"


def test_whoever_is_refused_is_told_why(firm: Book) -> None:
    refused = "customer set beta qualification.result=rejected"
    assert "qualification.reason" in firm.run(refused, code=2).err
    firm.run(f"{refused} qualification.reason=student")


def test_a_schema_names_guards_that_there_are(firm: Book) -> None:
    firm.write("schemas/machine.yaml", "x-crmctl: {guards: [flor]}\n")
    (problem,) = firm.run("check -o json", code=1).json
    assert "“guards” must be some of questionnaire, price_floor" in problem["message"]
    firm.write("schemas/machine.yaml", "properties: {a: {type: string}}\n")
    firm.write("schemas/quote.yaml", "x-crmctl: {guards: []}\n")
