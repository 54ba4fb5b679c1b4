"""Levels of escalation: each fires once for a ticket, however often cron comes by."""

from __future__ import annotations

import json
import shutil
import subprocess

from tests.conftest import Book
from tests.processes import at_once
from tests.service.test_tickets import MONDAY, at, shown, ticket


def test_each_level_fires_once(desk: Book) -> None:
    ticket(desk, f"id: a, assignee: ada, {MONDAY}")
    assert at(desk, "2026-03-03T10:59", "ticket escalate").err == "Nothing to escalate.\n"
    # Only looked at: nothing is written, and the exit code tells.
    found = at(desk, "2026-03-03T11:00", "ticket escalate --fail-if-any -o json", code=1).json
    assert found == [
        {
            "ticket": "a",
            "customer": "acme",
            "subject": "S",
            "level": 1,
            "target": "response",
            "percent": 100,
            "due": "2026-03-03T11:00+00:00",
            "tell": [{"id": "ada", "name": "Ada", "email": "ada@x.example"}],
        }
    ]
    assert "escalations" not in desk.read("records/tickets/acme.yaml")
    run = "ticket escalate --run --fail-if-any -o csv"
    assert at(desk, "2026-03-03T11:30", run, code=1).lines[1:] == [
        "a,acme,S,1,response,100,2026-03-03T11:00+00:00,ada"
    ]
    files = desk.files()
    again = at(desk, "2026-03-03T11:30", run)
    assert (again.lines[1:], again.err) == ([], "Nothing to escalate.\n")
    assert desk.files() == files
    assert at(desk, "2026-03-03T13:00", run, code=1).lines[1:] == [
        "a,acme,S,2,response,150,2026-03-03T13:00+00:00,max"
    ]
    assert shown(desk, "escalated") == ["2"]
    assert shown(desk, "escalated", "--as-of", "2026-03-02") == ["0"]
    history = desk.run("ticket show a -o json").json["escalations"]
    assert history == [
        {"level": 1, "at": "2026-03-03T11:00+00:00", "target": "response", "to": ["ada"]},
        {"level": 2, "at": "2026-03-03T13:00+00:00", "target": "response", "to": ["max"]},
    ]
    desk.run("check")


def test_levels_that_cron_missed_fire_together_in_one_change(desk: Book) -> None:
    ticket(desk, "id: a, assignee: ada, opened: '2026-01-05T09:00+00:00'")
    ticket(desk, "id: b, opened: '2026-01-05T09:00+00:00', priority: low", customer="star")
    result = at(desk, "2026-03-03T11:00", "ticket escalate --run -o ids")
    assert result.lines == ["a", "b"]
    assert result.err.count("change chg-") == 1
    assert shown(desk, "id,escalated") == ["a,4", "b,4"]
    desk.run("undo")
    assert shown(desk, "id,escalated") == ["a,0", "b,0"]


def test_an_answer_ends_the_first_levels_and_settling_all(desk: Book) -> None:
    ticket(desk, f"id: tck-1, assignee: ada, {MONDAY}")
    at(desk, "2026-03-03T10:00", "log tck-1 'We look into it' --direction out")
    assert at(desk, "2026-03-04T10:00", "ticket escalate -o ids").lines == []
    assert at(desk, "2026-03-09T16:00", "ticket escalate -o ids").lines == ["tck-1"]
    at(desk, "2026-03-09T15:00", "ticket move tck-1 resolved")
    assert at(desk, "2026-03-09T16:00", "ticket escalate -o ids").lines == []


def test_while_it_waits_nothing_fires(desk: Book) -> None:
    ticket(desk, f"id: a, {MONDAY}")
    at(desk, "2026-03-02T17:00", "ticket move a waiting")
    assert at(desk, "2026-05-01T10:00", "ticket escalate -o ids").lines == []
    at(desk, "2026-05-04T09:00", "ticket move a in_progress")
    assert at(desk, "2026-05-04T11:59", "ticket escalate -o ids").lines == []
    assert at(desk, "2026-05-04T12:00", "ticket escalate -o ids").lines == ["a"]


def test_who_is_told(desk: Book) -> None:
    desk.config(
        service={
            "escalation": {
                "1": {"tell": ["assignee", "owner"]},
                "2": {"tell": ["manager"]},
                "3": {"tell": ["role:service", "Max"]},
                "4": {"tell": ["role:marketing"]},
            }
        }
    )
    opened = "opened: '2026-01-05T09:00+00:00'"
    ticket(desk, f"id: a, assignee: ada, {opened}", f"id: b, {opened}")
    rows = at(desk, "2026-03-03T11:00", "ticket escalate -o jsonl").lines
    told = {
        (one["ticket"], one["level"]): [user["id"] for user in one["tell"]]
        for one in map(json.loads, rows)
    }
    assert told == {
        ("a", 1): ["ada", "sue"],
        ("a", 2): ["max"],
        ("a", 3): ["ada", "bob", "max"],
        ("a", 4): ["sue"],  # no marketing here: whoever owns the customer hears of it
        ("b", 1): ["sue"],
        ("b", 2): ["sue"],
        ("b", 3): ["ada", "bob", "max"],
        ("b", 4): ["sue"],
    }
    # Who has left hears nothing any more.
    desk.run("user set ada active=false")
    first = at(desk, "2026-03-03T11:00", "ticket escalate -o csv").lines[1:]
    assert [line.rsplit(",", 1)[1] for line in first if line.startswith("a,acme,S,1")] == ["sue"]


def test_nobody_to_tell_is_said(desk: Book) -> None:
    desk.run("customer set acme owner=")
    ticket(desk, f"id: a, {MONDAY}")
    result = at(desk, "2026-03-03T11:00", "ticket escalate --run")
    assert "warning: of 1 level nobody is to be told" in result.err
    assert shown(desk, "escalated") == ["1"]


RUN = """
import sys
from crmctl.cli.main import main
code = main(["ticket", "escalate", "--run", "--quiet"])
assert code in (0, 5), code
"""


def test_two_runs_at_once_fire_a_level_once(desk: Book) -> None:
    ticket(desk, "id: a, assignee: ada, opened: '2026-01-05T09:00+00:00'")
    at_once(desk, RUN, [[], [], []])
    levels = desk.run("ticket show a -o json").json["escalations"]
    assert [one["level"] for one in levels] == [1, 2, 3, 4]
    assert desk.run("check").out == ""


def test_two_clones_that_fired_the_same_level_merge(desk: Book) -> None:
    def git(book: Book, *words: str) -> None:
        subprocess.run(
            ["git", *words], cwd=book.root, env=book.environment(), check=True, capture_output=True
        )

    ticket(desk, f"id: a, assignee: ada, {MONDAY}")
    git(desk, "init", "-q")
    git(desk, "config", "user.email", "a@b.example")
    git(desk, "config", "user.name", "A")
    desk.run("git setup")
    git(desk, "add", "-A")
    git(desk, "commit", "-qm", "All")
    shutil.copytree(desk.root, desk.root.parent / "other")
    other = Book(desk.root.parent / "other")
    for book, now in ((desk, "2026-03-03T11:05"), (other, "2026-03-03T11:20")):
        at(book, now, "ticket escalate --run")
        git(book, "commit", "-qam", now, "--allow-empty")
    git(desk, "pull", "-q", "--no-rebase", str(other.root), "HEAD")
    assert len(desk.run("ticket show a -o json").json["escalations"]) == 1
