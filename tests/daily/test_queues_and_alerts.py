"""Whom to work on, what to do next with them, and what to be warned of."""

from __future__ import annotations

import pytest

from tests.conftest import Book


def orders(book: Book, *days: str) -> None:
    texts = (
        f"id: ord-{n}\ncustomer: acme\ndate: {day}\namount: 100\n" for n, day in enumerate(days)
    )
    book.write("records/orders/acme.yaml", "---\n".join(texts))


def test_the_queues_and_how_many_are_in_each(shop: Book) -> None:
    shop.run("customer set zhang-wei status=potential")
    shop.run("log acme x --at 2026-10-01")
    assert shop.run("queue").lines == [
        "Queue     Title     Customers  Due by now",
        "--------  --------  ---------  ----------",
        "acquire   Acquire           1           0",
        "maintain  Maintain          1           1",
        "win_back  Win back          0           0",
    ]
    assert shop.run("queue maintain").lines[2:] == [
        "Acme GmbH  Important, orders 0, spend 0.00 EUR  Ask how it goes and what comes next"
        "  2026-10-01  2026-10-31"
    ]
    assert shop.run("queue 维护老客户 -o ids").out == "acme\n"
    assert shop.run("queue maintain --owner max").out == ""
    assert "acquire" in shop.run("queue aquire", code=4).err


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ("status=potential", "greet"),
        ("status=potential log", "judge"),
        ("status=potential qualification.result=qualified log", "select"),
        ("status=target log", "discover"),
        ("status=active", "keep"),
        ("status=lost lost.reason=poor_service", "make_good"),
        ("status=lost lost.reason=unmet_need", "show_new"),
    ],
)
def test_the_step_that_fits(shop: Book, changes: str, step: str) -> None:
    words = changes.split()
    shop.write("records/customers/zhang-wei.yaml", "id: zhang-wei\nname: 张伟\nphones: ['1']\n")
    if "log" in words:
        shop.run("log zhang-wei x")
        words.remove("log")
    shop.run(["customer", "set", "zhang-wei", *words])
    found = shop.run("next zhang-wei -o json").json
    assert found["rule"].endswith(f".next.{step}")


def test_what_is_due_goes_first_in_the_order_of_the_rules(shop: Book) -> None:
    shop.run('log acme x --at 2026-10-01 --next "2026-10-20: call" --promise "2026-11-20: a visit"')
    assert shop.run("next acme").lines == [
        "Next step  Promise: a visit",
        "Why        overdue by 1 day",
        "Due        2026-11-20",
        "Rule       reminders.promise",
        f"Evidence   {shop.run('interaction list -o ids').out.strip()}",
    ]
    shop.run("promise keep acme")
    assert shop.run("next acme -o json").json["rule"] == "reminders.follow_up"


def test_a_touch_that_is_due_leaves_it_to_the_queue_to_say_for_what(shop: Book) -> None:
    shop.run("log acme x --at 2026-10-01")
    found = shop.run("next acme -o json").json
    assert (found["rule"], found["due"]) == ("queues.maintain.next.keep", "2026-10-31")
    assert "every 30 days" in found["reason_label"]
    assert len(found["evidence"]) == 1


def test_nothing_to_suggest(shop: Book) -> None:
    result = shop.run("next zhang-wei")
    assert result.out == ""
    assert "in no queue" in result.err
    assert shop.run("next zhang-wei -o json").json == {"customer": "zhang-wei"}


# Alerts


def test_nothing_to_warn_of(shop: Book) -> None:
    assert shop.run("alerts --fail-if-any").err == "No alerts.\n"


def test_the_gravest_come_first_and_cron_hears_of_it(shop: Book) -> None:
    shop.gen(
        {
            "records/invoices/acme.yaml": """
                id: inv-1
                customer: acme
                number: R1
                date: 2026-09-01
                due: 2026-09-30
                amount: 500
            """,
            "records/opportunities/acme.yaml": """
                id: opp-1
                customer: acme
                title: Whole plant
                stage: lead
                opened: 2026-11-15
                amount: 250000
            """,
        }
    )
    shop.run("customer set acme profile.trading.credit_limit=400 profile.trading.currency=EUR")
    result = shop.run("alerts --fail-if-any", code=1)
    assert result.lines[2:] == [
        "Critical  Over the credit limit  Acme GmbH  500.00 EUR unpaid, limit 400.00  acme",
        "Critical  Invoice overdue        Acme GmbH  R1: 500.00 EUR, 52 days late     inv-1",
        "Info      Large deal             Acme GmbH  Whole plant: 250,000.00 EUR      opp-1",
    ]
    assert shop.run("alerts --only large_deal -o json").json == [
        {
            "severity": "info",
            "rule": "large_deal",
            "rule_label": "Large deal",
            "kind": "opportunity",
            "ref": "opp-1",
            "customer": "acme",
            "owner": "li-na",
            "text": "Whole plant: 250000 EUR",
            "text_label": "Whole plant: 250,000.00 EUR",
        }
    ]
    assert shop.run("alerts --owner max --fail-if-any").out == ""
    assert "Did you mean “large_deal”?" in shop.run("alerts --only large", code=2).err


def test_a_customer_who_falls_silent(shop: Book) -> None:
    orders(shop, "2026-05-01", "2026-06-01", "2026-07-01")
    assert shop.run("customer list silence:* -o csv --columns purchase_interval,silence").lines == [
        "purchase_interval,silence",
        "30.5,4.69",
    ]
    assert "no order since 2026-07-01, usually every 30.5 days" in shop.run("alerts").out
    assert "alerts" not in shop.run("alerts --as-of 2026-08-01 --only churn").out
    orders(shop, "2026-05-01", "2026-06-01")
    assert shop.run("customer list silence:* -o ids").out == ""  # twice is no habit


def test_all_of_it_in_one_hand(shop: Book) -> None:
    for n in range(5):
        shop.run(f"log acme x{n} --by li-na")
    assert shop.run("alerts --only key_person -o json").json[0]["text"] == (
        "100 % of the touches by li-na"
    )
    shop.run("log acme y --by max")
    assert (
        shop.run("customer list main_user:* -o csv --columns main_user,main_user_share").lines[1]
        == "li-na,83"
    )
    assert shop.run("alerts --only key_person -o json").json == []


def test_a_book_sets_its_own_thresholds(shop: Book) -> None:
    shop.config(alerts={"large_deal": {"query": "open:true amount:>=10", "severity": "grave"}})
    assert "“grave” is none of critical" in shop.run("alerts", code=3).err
    shop.config(alerts={"large_deal": {"severity": "critical"}, "x": {"query": "levl:vip"}})
    assert "warning: crmctl.yaml: alerts.x" in shop.run("alerts").err
