"""Tasks: their states, what recurs, and doing one with a word on it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.recurring import following
from crmctl.values.dates import Offset
from tests.conftest import Book


def task(book: Book, **fields: Any) -> str:
    """A task with Acme; its id."""
    sets = [word for name, value in fields.items() for word in ("-s", f"{name}={value}")]
    return book.run(["task", "add", "report", "-s", "customer=acme", *sets]).out.strip()


def tasks(book: Book) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = book.run("task list --sort created,due,id -o json").json
    return found


@pytest.mark.parametrize(
    ("due", "every", "today", "expected"),
    [
        ("2026-11-20", "1w", "2026-11-21", "2026-11-27"),
        ("2026-11-25", "1w", "2026-11-21", "2026-12-02"),  # done before it was due
        ("2026-10-01", "1w", "2026-11-21", "2026-11-26"),  # what was missed stays missed
        ("2026-11-14", "1w", "2026-11-21", "2026-11-21"),  # the next one is today's
        ("2026-10-31", "1m", "2026-10-31", "2026-11-30"),
        ("2026-01-31", "1m", "2026-02-01", "2026-02-28"),
        ("2028-02-29", "1y", "2028-02-29", "2029-02-28"),
        ("2026-11-20", "3d", "2026-11-20", "2026-11-23"),
    ],
)
def test_when_the_next_one_is_due(
    shop: Book, due: str, every: str, today: str, expected: str
) -> None:
    id = task(shop, due=due, recurrence=every)
    shop.run(f"task set {id} status=done", env={"CRMCTL_NOW": f"{today}T09:00"})
    states = {one["id"]: (one["status"], one["due"]) for one in tasks(shop)}
    assert states.pop(id) == ("done", due)
    assert [*states.values()] == [("open", expected)]


def test_the_last_of_the_month_comes_back_after_a_shorter_one(shop: Book) -> None:
    id = task(shop, due="2026-12-31", recurrence="1m")
    days = []
    for _time in range(4):
        shop.run(f"task done {id}", env={"CRMCTL_NOW": "2026-11-21T09:00"})
        (left,) = shop.run("task list status:open -o json").json
        id = left["id"]
        days.append(left["due"])
    assert days == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    assert left["first_due"] == "2026-12-31"


def test_all_of_it_in_one_change(shop: Book) -> None:
    id = task(shop, due="2026-11-20", recurrence="1w", owner="max", priority="high", notes="n")
    before = shop.files()
    result = shop.run(f"task set {id} status=done -o json").json
    assert (len(result["created"]), result["updated"]) == (1, [id])
    _old, new = tasks(shop)
    assert {new[k] for k in ("owner", "priority", "notes", "recurrence")} == {
        "max", "high", "n", "1w",
    }  # fmt: skip
    assert "status_history" not in new
    shop.run("undo")
    assert shop.files() == before


def test_an_appointment_keeps_its_hour(shop: Book) -> None:
    shop.config(timezone="Europe/Berlin")
    id = task(shop, at="2026-10-20T10:00", recurrence="1w", duration=30)
    shop.run(f"task done {id}", env={"CRMCTL_NOW": "2026-10-20T12:00"})
    (left,) = shop.run("task list status:open -o json").json
    assert (left["at"], left.get("due")) == ("2026-10-27T10:00+01:00", None)


def test_only_what_is_done_comes_again(shop: Book) -> None:
    id = task(shop, due="2026-11-20", recurrence="1w")
    shop.run(f"task set {id} status=cancelled")
    assert len(tasks(shop)) == 1
    once = task(shop, due="2026-11-20")
    shop.run(f"task done {once}")
    assert len(tasks(shop)) == 2


@given(
    first=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    every=st.builds(Offset, st.integers(1, 30), st.sampled_from("dwmy")),
    late=st.integers(-400, 2000),
)
def test_the_next_day_is_the_first_of_the_series_that_fits(
    first: date, every: Offset, late: int
) -> None:
    today = Offset(abs(late), "d").after(first) if late > 0 else first
    found = following(first, every, first, today)
    assert found > first
    assert found >= today
    earlier = [Offset(n * every.count, every.unit).after(first) for n in range(1, 2100)]
    assert found in earlier
    assert all(day <= first or day < today or day >= found for day in earlier)


# States


def test_a_task_goes_only_where_it_may(shop: Book) -> None:
    id = task(shop, due="2026-11-20")
    shop.run(f"task move {id} cancelled")
    err = shop.run(f"task set {id} status=done", code=2).err
    assert "“Cancelled” to “Done”, only to open" in err
    shop.run(f"task move {id} open")
    shop.run(f"task done {id}")


# Done, and told


def test_doing_a_task_logs_what_was_said(shop: Book) -> None:
    id = task(shop, due="2026-11-20", kind="call_back", contact="Ann Lee")
    shop.run(f'task done {id} --log "happy with it" --feeling +2 --next "7d: send the report"')
    (said,) = shop.run("interaction list -o json").json
    assert (said["kind"], said["contact"], said["feeling"]) == ("call", "ann-lee", 2)
    assert said["next"]["action"] == "send the report"
    (done,) = tasks(shop)
    assert done["interaction"] == said["id"]


def test_several_at_once(shop: Book) -> None:
    ids = [task(shop, due="2026-11-20") for _time in range(2)]
    shop.run(["task", "done", *ids])
    assert {one["status"] for one in tasks(shop)} == {"done"}


def test_what_cannot_be_logged(shop: Book) -> None:
    id = shop.run("task add alone").out.strip()
    assert "belongs to no customer" in shop.run(f"task done {id} --log x", code=2).err
    assert "--log" in shop.run(f"task done {id} --feeling 1", code=2).err
    assert tasks(shop)[0]["status"] == "open"
