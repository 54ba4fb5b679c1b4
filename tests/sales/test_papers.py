"""Refunds, invoices, payments and renewals, each made out of another paper."""

from __future__ import annotations

from tests.conftest import Book
from tests.sales.conftest import made

LINES = (
    "-s 'lines+={id: a, product: pump, quantity: 4, price: 100, discount: 10}'"
    " -s 'lines+={id: b, product: hose, quantity: 2, price: 10}'"
)


def bought(book: Book, rest: str = LINES) -> str:
    return made(book, f"order add acme -s date=2026-11-01 {rest}")


def order(book: Book, id: str) -> dict[str, object]:
    found: dict[str, object] = book.run(f"order show {id} -o json").json
    return found


def test_an_order_is_given_back_line_by_line(firm: Book) -> None:
    id = bought(firm)
    back = order(firm, made(firm, f"order refund {id} --line a=1 --line hose"))
    assert (back["refund_of"], back["amount"], back["quantity"]) == (id, -100, -2)
    assert "4 were bought" in firm.run(f"order refund {id} --line a=5", code=2).err
    firm.run(f"order refund {id} --line c", code=4)
    # All that is left, however it was made up.
    assert order(firm, made(firm, f"order refund {id}"))["amount"] == -280
    assert "Nothing of" in firm.run(f"order refund {id}", code=2).err
    assert firm.run("customer list id:acme --columns spend -o csv").lines[1] == "0"


def test_a_whole_order_is_given_back_with_its_lines(firm: Book) -> None:
    back = order(firm, made(firm, f"order refund {bought(firm)}"))
    assert (back["amount"], back["quantity"]) == (-380, -6)
    assert firm.run("check -o json").json == []


def test_an_overdrawn_refund_is_refused(firm: Book) -> None:
    id = bought(firm, "-s amount=100")
    before = firm.files()
    refused = firm.run(f"order refund {id} --amount 100.01", code=2).err
    assert "100.00 USD are left" in refused
    assert firm.files() == before
    firm.run(f"order refund {id} --amount -5", code=2)


def test_an_order_is_invoiced_as_far_as_it_was_not(firm: Book) -> None:
    firm.run("customer set acme profile.trading.payment_days=14")
    id = bought(firm, "-s amount=100 -s currency=EUR")
    first = made(firm, f"order invoice {id} --amount 30 number=R-1")
    found = firm.run("invoice show R-1 -o json").json
    assert (found["id"], found["due"], found["currency"]) == (first, "2026-12-05", "EUR")
    firm.run(f"order refund {id} --amount 20")
    rest = firm.run(f"invoice show {made(firm, f'order invoice {id}')} -o json").json
    assert rest["amount"] == 50
    assert "left to ask for" in firm.run(f"order invoice {id}", code=2).err
    firm.run("customer set acme profile.trading.payment_days=")
    later = made(firm, f"order invoice {bought(firm)} due=2027-01-31")
    assert firm.run(f"invoice show {later} -o json").json["due"] == "2027-01-31"


def test_a_planned_payment_that_comes_in_part_leaves_the_rest_planned(firm: Book) -> None:
    firm.run("invoice add acme -s number=R-1 -s amount=100")
    planned = made(
        firm, "payment add acme -s status=planned -s due=2026-12-01 -s amount=100 -s invoice=R-1"
    )
    result = firm.run(f"payment receive {planned} --amount 40 method=transfer")
    assert result.lines == [planned]
    assert "60.00 USD of it stay planned." in result.err
    listed = "payment list --columns status,date,due,amount,method --sort -amount -o csv"
    assert firm.run(listed).lines[1:] == [
        "planned,,2026-12-01,60,",
        "received,2026-11-21,2026-12-01,40,transfer",
    ]
    assert "received already" in firm.run(f"payment receive {planned}", code=2).err
    balance = "invoice list --columns paid,balance -o csv"
    assert firm.run(balance).lines[1] == "40,60"
    firm.run("undo")
    assert firm.run(balance).lines[1] == "0,100"


def test_an_invoice_is_paid_bit_by_bit(firm: Book) -> None:
    firm.run("invoice add acme -s number=R-1 -s amount=100 -s currency=EUR")
    assert "70.00 EUR of" in firm.run("payment receive R-1 --amount 30").err
    assert "is paid." in firm.run("payment receive R-1").err
    assert "is paid." in firm.run("payment receive R-1", code=2).err
    assert "5.00 EUR more than" in firm.run("payment receive R-1 --amount 5").err
    amounts = firm.run("payment list --columns amount,currency -o csv --sort amount").lines[1:]
    assert amounts == ["5,EUR", "30,EUR", "70,EUR"]
    firm.run("payment receive nobody", code=4)


def test_a_contract_goes_into_its_next_term_in_one_step(firm: Book) -> None:
    add = "contract add Service -s customer=acme -s starts=2026-03-01"
    id = made(firm, f"{add} -s ends=2027-02-28 -s renewal_months=6")
    firm.run(f"contract renew {id} amount=500")
    found = firm.run(f"contract show {id} -o json").json
    assert (found["ends"], found["amount"]) == ("2027-08-31", 500)
    assert found["ends_history"] == [
        {"value": "2027-08-31", "at": "2026-11-21", "was": "2027-02-28"}
    ]
    assert "status_history" not in found
    firm.run(f"contract renew {id} --months 12")
    assert firm.run(f"contract show {id} -o json").json["ends"] == "2028-08-31"
    ends = "contract list --columns ends,days_left -o csv"
    assert firm.run(f"{ends} --as-of 2026-11-20").lines[1] == "2027-02-28,100"


def test_what_cannot_be_renewed(firm: Book) -> None:
    add = "contract add Service -s customer=acme -s starts=2025-03-01"
    open_ = made(firm, add)
    assert "has no last day" in firm.run(f"contract renew {open_}", code=2).err
    over = made(firm, f"{add} -s ends=2026-02-28 -s status=terminated")
    assert "cannot be renewed: Terminated" in firm.run(f"contract renew {over}", code=2).err
    ended = made(firm, f"{add} -s ends=2026-02-28 -s status=ended")
    firm.run(f"contract renew {ended}")
    found = firm.run(f"contract show {ended} -o json").json
    assert (found["ends"], found["status"]) == ("2027-02-28", "active")
    by_itself = made(firm, f"{add} -s ends=2026-02-28 -s auto_renew=true")
    firm.run(f"contract renew {by_itself}")
    assert firm.run(f"contract show {by_itself} -o json").json["ends"] == "2028-02-29"


def test_credit_is_the_limit_less_what_is_owed(firm: Book) -> None:
    limit = "profile.trading.credit_limit=100 profile.trading.currency=EUR"
    firm.run(f"customer set acme {limit}")
    firm.run("invoice add acme -s amount=150 -s date=2026-11-02")
    listed = "customer list credit_left:* --columns id,credit_left -o csv"
    assert firm.run(listed).lines[1:] == ["acme,-25"]
    assert firm.run(f"{listed} --as-of 2026-11-01").lines[1:] == ["acme,125"]


def test_ages_of_what_is_owed(firm: Book) -> None:
    for number, due in enumerate(("11-21", "11-20", "10-22", "10-21", "09-21", "08-22", "08-01")):
        firm.run(
            f"invoice add acme -s number=R{number} -s date=2026-07-01 -s amount=1 -s due=2026-{due}"
        )
    listed = "invoice list balance:>0 --columns ageing --sort number -o csv"
    assert firm.run(listed).lines[1:] == [
        "not_due", "days_30", "days_30", "days_60", "days_90", "older", "older",
    ]  # fmt: skip
    assert set(firm.run(f"{listed} --as-of 2026-08-01").lines[1:]) == {"not_due"}
    rows = firm.run("report run receivables -o json").json["sections"][1]["rows"]
    assert rows == [
        {"customer": "acme", "balance": 7, "not_due": 1, "days_30": 2, "days_60": 1, "days_90": 1,
         "older": 2}
    ]  # fmt: skip
