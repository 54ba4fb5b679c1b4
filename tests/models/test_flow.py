"""The models of flow through the command line: what they read out of the records of a book."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Book

ACME = """
    id: acme
    name: Acme
    party: customer
    status: target
    owner: li
    contacts: [{id: c1, name: Ann, role: decision_maker}]
"""
BETA = """
    id: beta
    name: Beta
    party: customer
    qualification: {result: disqualified, at: 2026-03-01}
"""
DEALS = """
    id: opp-1
    customer: acme
    title: One
    pipeline: inbound
    stage: won
    stage_history:
      - {value: quoted, was: lead, at: 2026-02-01}
      - {value: won, at: 2026-04-01}
    opened: 2026-01-10
    amount: 3000
    owner: li
    closed: {at: 2026-04-01, reason: price}
    ---
    id: opp-2
    customer: acme
    title: Two
    pipeline: inbound
    stage: quoted
    stage_history:
      - {value: lost, was: lead, at: 2026-03-01}
      - {value: quoted, at: 2026-05-01}
    opened: 2026-01-20
    amount: 1000
    expected_close: 2026-06-01
    owner: max
    campaign: fair
    ---
    id: opp-3
    customer: acme
    title: Three
    opened: 2026-12-01
    stage: lead
    amount: 9999
"""
TALKS = """
    id: int-1
    customer: acme
    at: 2026-03-02T10:00Z
    kind: inquiry
    direction: in
    by: li
    campaign: fair
    ---
    id: int-2
    customer: acme
    at: 2026-04-01T10:00Z
    kind: call
    direction: out
    by: li
    opportunity: opp-1
    duration: 30
    cost: 40
    ---
    id: int-3
    customer: acme
    at: 2026-12-01T10:00Z
    kind: inquiry
    direction: in
"""
ORDERS = """
    id: ord-1
    customer: acme
    date: 2026-04-01
    by: li
    amount: 3000
    cost: 1000
    lines: [{id: l1, product: p20}, {id: l2, product: c30}]
    ---
    id: ord-2
    customer: acme
    date: 2026-04-20
    by: li
    amount: -600
    refund_of: ord-1
    ---
    id: ord-3
    customer: acme
    date: 2026-12-24
    amount: 100000
"""
CAMPAIGN = """
    id: fair
    name: Fair
    starts: 2026-03-01
    expenses:
      - {id: stand, date: 2026-02-01, amount: 800}
      - {id: later, date: 2026-12-01, amount: 5000}
    participants:
      - {customer: acme, attended: 2026-03-30}
    created: 2026-01-01
"""
TICKETS = """
    id: tck-1
    customer: acme
    subject: Drift
    opened: 2026-03-02T09:00Z
    first_response: 2026-03-02T10:00Z
    resolved: 2026-03-03T10:00Z
    status: resolved
    status_history: [{value: resolved, was: open, at: 2026-03-03T10:00Z}]
    assignee: li
    cause: drift
    ---
    id: tck-2
    customer: acme
    subject: Stuck
    opened: 2026-06-01T09:00Z
    assignee: li
"""
SURVEY = """
    id: srv-1
    customer: acme
    template: csat
    at: 2026-03-05
    ticket: tck-1
    answers: {overall: 5}
"""
FLOW = {
    "targets": {
        "sales": {
            "kind": "order", "measure": "sum amount", "date": "date", "goal": "5000",
            "by": "by", "goals": {"li": "2000", "max": "1000"},
        }
    }
}  # fmt: skip
TODAY = "2026-06-30T12:00"


@pytest.fixture
def full(book: Book) -> Book:
    book.config(flow=FLOW)
    book.gen(
        {
            "records/customers/acme.yaml": ACME,
            "records/customers/beta.yaml": BETA,
            "records/opportunities/acme.yaml": DEALS,
            "records/interactions/acme.yaml": TALKS,
            "records/orders/acme.yaml": ORDERS,
            "records/campaigns/fair.yaml": CAMPAIGN,
            "records/tickets/acme.yaml": TICKETS,
            "records/surveys/acme.yaml": SURVEY,
            "records/products/p20.yaml": "id: p20\nname: P20\n",
            "records/products/c30.yaml": "id: c30\nname: C30\n",
            "records/users/li.yaml": "id: li\nname: Li\n",
            "records/users/max.yaml": "id: max\nname: Max\n",
        }
    )
    return book


def analyze(book: Book, command: str, now: str = TODAY) -> Any:
    return book.run(f"analyze {command} -o json", env={"CRMCTL_NOW": now}).json


def rows(book: Book, command: str, *names: str, now: str = TODAY) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in analyze(book, command, now)["rows"]]


def test_the_funnel_knows_nothing_of_tomorrow(full: Book) -> None:
    found = rows(full, "funnel", "stage", "entered", "reached", "waiting", "lost")
    # opp-1 was won, opp-2 lost as a lead and then opened again as quoted
    assert found == [
        ("lead", 3, 2, 0, 1),
        ("verified", 2, 2, 0, 0),
        ("quoted", 2, 1, 1, 0),
        ("negotiation", 1, 1, 0, 0),
        ("won", 1, None, None, None),
    ]
    then = rows(full, "funnel --as-of 2026-02-15", "stage", "entered", "waiting", "lost")
    assert then[0] == ("lead", 2, 1, 0)
    assert then[-1] == ("won", 0, None, None)


def test_the_win_rate_by_a_field_and_of_some_deals(full: Book) -> None:
    assert rows(full, "win-rate --by owner", "owner", "won", "lost") == [
        ("li", 1, 0),
        ("max", 0, 1),
    ]
    found = rows(full, "win-rate --by closed.at.month --where owner:li", "closed.at.month", "n")
    assert found == [("2026-04", 1)]
    assert rows(full, "win-rate --as-of 2026-03-31", "won", "lost") == [(0, 1)]


def test_cycle_velocity_and_cost_of_deals(full: Book) -> None:
    median = dict(rows(full, "cycle", "step", "median"))
    assert (median["won"], median["lost"]) == (81, 40)
    (row,) = analyze(full, "velocity")["rows"]
    assert (row["open"], row["win_rate"], row["won_value"], row["cycle"]) == (1, 50, 3000, 81)
    found = rows(full, "deal-cost --set period=year", "won", "cost", "cost_per_won")
    assert found == [(1, 40, 40)]
    found = rows(full, "deal-cost --set period=year --set hour=60", "cost", "minutes_per_won")
    assert found == [(70, 30)]


def test_the_forecast_shows_what_is_late_and_grades_itself(full: Book) -> None:
    result = analyze(full, "forecast")
    (row,) = result["rows"]
    assert (row["opportunity"], row["weighted"], row["late"]) == ("opp-2", 400, 29)
    assert (row["basis"], row["n"]) == ("configured", 1)
    assert result["parameters"]["past_due"] == 400
    scored = analyze(full, "forecast-score")
    assert result["parameters"]["past"] == scored["parameters"]
    by_day = {row["made"]: (row["forecast"], row["won"]) for row in scored["rows"]}
    assert by_day["2026-01-31"] == (400, 3000)  # two leads at 10 %; then one was won, one lost
    assert by_day["2026-03-31"] == (1200, 3000)  # opp-1 quoted: 40 %
    measured = analyze(full, "forecast --set least=1")["rows"][0]
    assert (measured["basis"], measured["chance"]) == ("measured", 66.666667)


def test_an_archived_deal_is_no_longer_forecast(full: Book) -> None:
    full.run("opportunity archive opp-2", env={"CRMCTL_NOW": TODAY})
    assert analyze(full, "forecast")["rows"] == []
    assert len(analyze(full, "forecast --as-of 2026-06-29")["rows"]) == 1


def test_leads_have_scores_with_reasons(full: Book) -> None:
    result = analyze(full, "leads --set who=")
    acme, beta = result["rows"]
    assert (acme["customer"], acme["fit"]) == ("acme", 25)
    # an inquiry 120 days ago: 20 / 2^4
    assert acme["behavior"] == 1.2
    assert acme["reasons"] == [
        "found to qualify +15", "we know who decides +10", "asked us +1.2",
    ]  # fmt: skip
    assert acme["evidence"] == ["int-1"]
    assert (beta["score"], beta["grade"], beta["blocked"]) == (0, "d", "can never buy")
    # before anybody found out
    then = analyze(full, "leads --set who= --as-of 2026-02-28")["rows"]
    assert [row["blocked"] for row in then] == [None, None]


def test_scores_can_be_asked_for(full: Book) -> None:
    listed = full.run(
        "customer list lead_score:>20 lead_grade:c -o csv --columns id,lead_score,lead_grade",
        env={"CRMCTL_NOW": TODAY},
    )
    assert listed.lines[1:] == ["acme,26.2,c"]
    nobody = full.run("customer list -lead_score:* -o ids", env={"CRMCTL_NOW": TODAY})
    assert nobody.lines == []


def test_a_score_cannot_ask_for_itself(full: Book) -> None:
    full.config(flow={"leads": {"fit": {"good": {"query": "lead_score:>1", "points": "5"}}}})
    failed = full.run("analyze leads", code=3)
    assert "flow.leads.fit.good.query: a score cannot be asked for" in failed.err


def test_the_check_scores_leads_on_the_day_their_deal_was_opened(full: Book) -> None:
    result = analyze(full, "lead-check")
    assert result["n"] == 2
    # On 10 and 20 January nobody had asked us yet: 25 points of fit, grade C.
    assert {row["grade"]: (row["won"], row["lost"]) for row in result["rows"]}["c"] == (1, 1)
    assert "A regression needs 100 outcomes; there are 2." in result["notes"]


def test_campaigns_share_what_was_bought_less_refunds(full: Book) -> None:
    (row,) = analyze(full, "campaigns")["rows"]
    assert (row["cost"], row["revenue"], row["profit"], row["roi"]) == (800, 2400, 1600, 100)
    assert (row["leads"], row["cpl"], row["new_customers"], row["cac"]) == (1, 800, 1, 800)
    missed = analyze(full, "campaigns --set window=1")
    assert missed["rows"][0]["revenue"] == 0
    assert missed["parameters"]["unattributed"]["orders"] == 1
    # before the refund
    (row,) = analyze(full, "campaigns --as-of 2026-04-19")["rows"]
    assert (row["revenue"], row["profit"]) == (3000, 2000)


def test_a_cost_that_nobody_knows_is_the_usual_share(full: Book) -> None:
    order = "id: o\ncustomer: acme\ndate: 2026-04-01\namount: 1000\n"
    full.write("records/orders/acme.yaml", order)
    result = analyze(full, "campaigns --set margin=20")
    assert result["rows"][0]["profit"] == 200
    assert "Of 1 order nobody knows the cost: 20 % of it counts as gross profit." in result["notes"]
    full.gen(
        {
            "records/products/p20.yaml": "id: p20\nname: P20\ncost: 150\n",
            "records/orders/acme.yaml": f"{order}lines: [{{id: l1, product: p20, quantity: 4}}]\n",
        }
    )
    assert analyze(full, "campaigns")["rows"][0]["profit"] == 400


def test_service_levels_count_what_is_unanswered_until_now(full: Book) -> None:
    found = rows(full, "service-levels --by opened.month", "opened.month", "response", "open")
    assert found[0] == ("2026-03", 60, 0)
    assert found[1][2] == 1
    assert rows(full, "service-levels", "priority", "tickets", "unanswered") == [("normal", 2, 1)]
    then = rows(full, "service-levels --as-of 2026-03-02", "tickets", "open", "resolution")
    assert then == [(1, 1, None)]


def test_deflection_knows_a_solution_from_its_day_on(full: Book) -> None:
    text = "id: drift\ntitle: Drift\ncauses: [drift]\nself_service: true\ncreated: 2026-04-01\n"
    full.gen({"records/solutions/drift.yaml": text})
    found = rows(full, "deflection", "solution", "before", "after", "deflected")
    assert found == [("drift", 1, 0, 100)]
    assert rows(full, "deflection --as-of 2026-03-31", "solution") == []


def test_performance_and_targets(full: Book) -> None:
    found = rows(full, "performance", "user", "revenue", "goal", "attainment", "won", "csat")
    assert found == [("li", 2400, 2000, 120, 1, 100), ("max", 0, 1000, 0, 0, None)]
    names = ("of", "actual", "goal", "state")
    assert rows(full, "targets", *names)[-3:] == [
        (None, 2400, 5000, "behind"),
        ("li", 2400, 2000, "reached"),
        ("max", 0, 1000, "behind"),
    ]
    assert rows(full, "targets --as-of 2026-03-31", "actual")[-3:] == [(0,), (0,), (0,)]
    failed = full.run("analyze targets --where id:acme", code=2)
    assert "--where says nothing here" in failed.err


def test_visitors(full: Book) -> None:
    assert rows(full, "visitors", "month", "visitors", "buyers", "days") == [("2026-03", 1, 1, 30)]
    assert rows(full, "visitors --as-of 2026-03-31", "visitors", "buyers") == [(1, 0)]


def test_what_one_customer_has_bought_is_a_basket(full: Book) -> None:
    found = rows(full, "basket --set unit=customer --set count=1", "if", "then", "lift")
    assert found == [(["c30"], "p20", 1), (["p20"], "c30", 1)]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("funnel --set period=day", "“day” is not possible here"),
        ("campaigns --set attribution=lats", "Did you mean “last”?"),
        ("campaigns --set half_life=0", "must be a number from 1 on"),
        ("win-rate --set dayz=3", "there is no such setting"),
        ("forecast --by owner", "cannot be told apart"),
        ("funnel --by onwer", "onwer"),
    ],
)
def test_what_a_model_cannot_be_told(book: Book, said: str, message: str) -> None:
    result = book.run(f"analyze {said}", code=2)
    assert message in result.err


def test_a_rule_without_its_query_is_named(book: Book) -> None:
    book.config(flow={"leads": {"fit": {"good": {"points": "5"}}}})
    failed = book.run("analyze leads", code=3)
    assert "flow.leads.fit.good.query: this is missing" in failed.err
