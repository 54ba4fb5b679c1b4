"""Tickets against their times: due, overdue, used up, on any day."""

from __future__ import annotations

from tests.conftest import Book, Result
from tests.service.conftest import NOW


def ticket(book: Book, *records: str, customer: str = "acme") -> None:
    texts = [f"{{customer: {customer}, subject: S, {record}}}\n" for record in records]
    book.write(f"records/tickets/{customer}.yaml", "---\n".join(texts))


def at(book: Book, now: str, command: str, code: int = 0) -> Result:
    return book.run(command, env={"CRMCTL_NOW": now}, code=code)


def shown(book: Book, columns: str, *more: str, now: str = NOW) -> list[str]:
    command = ["ticket", "list", "-o", "csv", "--columns", columns, "--sort", "id", *more]
    return book.run(command, env={"CRMCTL_NOW": now}).lines[1:]


MONDAY = "opened: '2026-03-02T16:00+00:00'"


def test_times_go_by_level_and_priority_in_working_time(desk: Book) -> None:
    ticket(
        desk,
        f"id: a, {MONDAY}",
        f"id: b, priority: urgent, {MONDAY}",
        "id: c, opened: '2026-03-06T17:30+00:00'",
    )
    ticket(desk, f"id: d, {MONDAY}", customer="star")
    assert shown(desk, "id,response_due,resolution_due", now="2026-03-09T00:00") == [
        "a,2026-03-03T11:00+00:00,2026-03-09T16:00+00:00",
        "b,2026-03-02T17:00+00:00,2026-03-03T16:00+00:00",
        "c,2026-03-09T12:30+00:00,2026-03-13T17:30+00:00",
        "d,2026-03-02T18:00+00:00,2026-03-04T16:00+00:00",
    ]


def test_holidays_of_the_calendar_do_not_count(desk: Book) -> None:
    desk.config(calendar={"holidays": ["2026-03-03"]})
    ticket(desk, f"id: a, {MONDAY}")
    assert shown(desk, "response_due") == ["2026-03-04T11:00+00:00"]


def test_the_level_that_counts_is_that_of_the_day_it_was_opened(desk: Book) -> None:
    ticket(desk, f"id: a, {MONDAY}")
    before = shown(desk, "response_due")
    at(desk, "2026-03-03", "customer set acme level=vip")
    assert shown(desk, "response_due") == before
    at(desk, "2026-03-04T10:00", "ticket add New -s customer=acme --id b")
    assert shown(desk, "response_due", "subject:New") == ["2026-03-04T12:00+00:00"]


def test_overdue_is_what_nobody_answered_or_settled(desk: Book) -> None:
    opened = "opened: '2026-02-20T16:00+00:00'"
    ticket(
        desk,
        f"id: a, {MONDAY}",
        f"id: b, {MONDAY}, first_response: '2026-03-02T17:00+00:00'",
        f"id: c, {opened}",
        f"id: d, {opened}, status: resolved, resolved: '2026-03-03T16:00+00:00'",
        f"id: e, {opened}, status: waiting, status_history:"
        " [{value: waiting, was: open, at: '2026-02-20T16:30+00:00'}]",
    )
    columns = "id,overdue,breach,response_minutes,resolution_minutes,paused_minutes"
    assert shown(desk, columns) == [
        "a,response,350,,,0",
        "b,none,31,60,,0",
        "c,resolution,1700,,,0",
        "d,none,1575,3780,3780,0",
        "e,none,12,,,4050",
    ]
    assert desk.run(
        "ticket list overdue:response,resolution -o ids", env={"CRMCTL_NOW": NOW}
    ).lines == ["a", "c"]
    # As of an earlier day the ticket that was settled later is open.
    assert shown(desk, "id,overdue", "--as-of", "2026-03-02") == [
        "a,none",
        "b,none",
        "c,resolution",
        "d,resolution",
        "e,none",
    ]


def test_the_first_human_answer_that_names_the_ticket_stops_the_first_clock(desk: Book) -> None:
    ticket(desk, f"id: tck-1, {MONDAY}")
    at(desk, "2026-03-02T16:05", "log tck-1 'We got it' --direction out -s automatic=true")
    at(desk, "2026-03-02T16:30", "log acme 'About the offer' --direction out")
    at(desk, "2026-03-02T17:00", "log tck-1 'Still waiting' --direction in")
    assert shown(desk, "answered") == ['""']
    made = at(desk, "2026-03-03T09:30", "log tck-1 'Try this' --direction out").lines[0]
    assert shown(desk, "answered,response_minutes") == ["2026-03-03T09:30+00:00,150"]
    assert shown(desk, "answered", "--as-of", "2026-03-02") == ['""']
    record = desk.run(f"interaction show {made} -o json").json
    assert (record["customer"], record["ticket"], record["subject"]) == (
        "acme",
        "tck-1",
        "Try this",
    )


def test_a_customer_whose_id_looks_like_a_ticket_can_be_logged(desk: Book) -> None:
    desk.write("records/customers/tck-1.yaml", "id: tck-1\nname: Tck 1\n")
    made = desk.run("log tck-1 Hello").lines[0]
    assert desk.run(f"interaction show {made} -o json").json["customer"] == "tck-1"


def test_states_may_only_follow_as_the_schema_says(desk: Book) -> None:
    id = at(desk, "2026-03-02T09:00", "ticket add Broken -s customer=acme -s kind=repair").lines[0]
    assert "the remedy or the solution" in desk.run(f"ticket move {id} resolved", code=2).err
    at(desk, "2026-03-02T10:00", f"ticket move {id} waiting")
    at(desk, "2026-03-02T14:00", f"ticket move {id} resolved remedy='New fuse'")
    assert "“Resolved” to “Waiting" in desk.run(f"ticket move {id} waiting", code=2).err
    assert "the cause of a complaint" in desk.run(f"ticket move {id} closed", code=2).err
    at(desk, "2026-03-02T15:00", f"ticket move {id} closed cause=fuse")
    assert shown(desk, "resolved,closed,resolution_minutes,paused_minutes") == [
        "2026-03-02T14:00+00:00,2026-03-02T15:00+00:00,60,240"
    ]
    at(desk, "2026-03-03T09:00", f"ticket move {id} in_progress")
    assert shown(desk, "resolved,closed,settled,reopened") == [",,,1"]
    at(desk, "2026-03-03T11:00", f"ticket move {id} resolved")
    # One hour, then the two after it was opened again.
    assert shown(desk, "resolution_minutes,reopened") == ["180,1"]


def test_a_book_has_times_of_its_own_and_none_where_none_are_said(desk: Book) -> None:
    desk.config(service={"targets": {"any": {"normal": {"response": "30m", "resolution": ""}}}})
    ticket(desk, f"id: a, {MONDAY}")
    assert shown(desk, "response_due,resolution_due,overdue") == [
        "2026-03-02T16:30+00:00,,response"
    ]


def test_faults_of_the_policy_are_told(desk: Book) -> None:
    desk.config(
        service={
            "targets": {"vip": {"high": {"response": "2d"}}},
        }
    )
    assert "working time looks like 30m" in desk.run("check", code=1).out
    for section, message in (
        ({"escalation": {"first": {"target": "response", "percent": "100"}}}, "numbered from 1"),
        ({"escalation": {"1": {"target": "answer"}}}, "“answer” is not possible"),
        ({"escalation": {"1": {"percent": "0"}}}, "must be more than 0"),
        ({"routing": {"all": {"query": "kin:repair", "to": "owner"}}}, "kin"),
        ({"answers": {"query": "direction:sideways"}}, "sideways"),
    ):
        desk.config(service=section)
        assert message in desk.run("check", code=1).out
    desk.config(service={"answers": {"query": "answer:overdue"}})
    assert "because of its answer" in desk.run("interaction list answer:given", code=3).err


def test_messages_want_an_answer_in_time(desk: Book) -> None:
    lines = [
        "{customer: acme, id: a, kind: email, direction: in, at: '2026-03-02T17:00'}",
        "{customer: acme, id: b, kind: call, direction: in, at: '2026-03-02T17:10'}",
        "{customer: acme, id: c, kind: email, automatic: true, direction: out,"
        " at: '2026-03-02T17:11'}",
        "{customer: acme, id: d, kind: email, direction: out, at: '2026-03-03T10:00'}",
        "{customer: acme, id: e, kind: message, direction: in, at: '2026-03-04T11:00'}",
    ]
    desk.write("records/interactions/acme.yaml", "\n---\n".join(lines) + "\n")
    desk.write(
        "records/interactions/star.yaml",
        "{customer: star, id: f, kind: message, direction: in, at: '2026-03-04T09:00'}\n",
    )

    def answers(*more: str) -> list[str]:
        columns = "id,answer,answer_due,answer_minutes"
        command = ["interaction", "list", "answer:*", "-o", "csv", "--columns", columns]
        return desk.run([*command, "--sort", "id", *more], env={"CRMCTL_NOW": NOW}).lines[1:]

    assert answers() == [
        "a,given,2026-03-03T17:00+00:00,120",
        "e,pending,2026-03-05T11:00+00:00,",
        "f,overdue,2026-03-04T11:00+00:00,",
    ]
    assert answers("--as-of", "2026-03-02") == ["a,pending,2026-03-03T17:00+00:00,"]
    report = desk.run("report run unanswered -o json", env={"CRMCTL_NOW": NOW}).json
    assert [row["id"] for row in report["sections"][0]["rows"]] == ["f"]
