"""What a kept table says of one customer is replaced, and is then as if all had been made anew."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from crmctl.facts.definitions import AREAS, facts_of
from crmctl.facts.tables import Facts
from crmctl.index import derived
from crmctl.workspace import Workspace
from tests.conftest import NOW, Book

SOURCES = {fact.source.name: fact.source for kind in AREAS for fact in facts_of(kind)}
Tables = dict[str, list[str]]

# Things done in a day; some give records to another customer, take them away, or come back.
DAY = [
    [
        "log bodensee-pharma 'called back' --kind call --promise 'friday: certificates'",
        "log nordlys 'asks for a price' --kind message --direction in --next '3d: offer'",
        "task add Report -s customer=nordlys -s due=2026-12-01 -s owner=max-weber",
        "log bellavista 'Wobbles' --kind complaint",
    ],
    [
        "log nordlys 'here it is' --kind message --direction out",
        "undo",
        "task set --where title:report customer=duvalier --yes",
        "customer set bellavista cadence_days=9 level=vip",
    ],
    [
        "interaction set --where 'customer:bellavista at:2026-11' customer=nordlys --yes",
        "interaction rm int-20260212-bkqd58sq int-20261103-azpr90q6 --yes",
        "ticket add 'Stays dark' -s customer=nordlys -s kind=complaint",
        "customer add Neu",
        "log neu 'first word' --direction in",
    ],
    [
        "ticket set --where subject:dark status=waiting customer=duvalier --yes",
        "customer rename duvalier duvalier-sa",
        "order add -s customer=nordlys -s amount=100 -s date=2026-11-20",
    ],
    ["user set max-weber role=service", "dedupe merge zhang-wei zhang-wei-2 --yes"],
]


def kept(root: Path) -> Tables:
    """The rows of every table of facts that rest on one customer each."""
    workspace = Workspace(root)
    facts = Facts(workspace, workspace.today)
    found = {}
    for name, source in SOURCES.items():
        if not source.is_singly(facts):
            continue
        facts.make(source)
        columns = [row[1] for row in workspace.index.rows(f'PRAGMA table_info("{name}")')]
        told = ", ".join(f'"{column}"' for column in columns if column != "rid")
        found[name] = sorted(map(repr, workspace.index.rows(f'SELECT {told} FROM "{name}"')))
    workspace.index.close()
    return found


def fresh(root: Path, folder: Path) -> Tables:
    """The same out of an index that is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns(".crmctl", ".git"))
    return kept(folder)


def test_as_if_made_anew(
    sample_copy: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMCTL_NOW", NOW)
    kept(sample_copy.root)
    for commands in DAY:
        for command in commands:
            sample_copy.run(command)
        now, anew = kept(sample_copy.root), fresh(sample_copy.root, tmp_path / "anew")
        assert now == anew, commands


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tables that are made whole."""
    names: list[str] = []
    keep = derived.keep

    def noted(connection: Any, name: str, *more: Any) -> None:
        names.append(name)
        keep(connection, name, *more)

    monkeypatch.setenv("CRMCTL_NOW", NOW)
    monkeypatch.setattr(derived, "keep", noted)
    return names


def test_a_word_with_one_customer_makes_nothing_of_the_others_anew(
    sample_copy: Book, made: list[str]
) -> None:
    kept(sample_copy.root)
    made.clear()
    sample_copy.run("log nordlys 'called back' --kind call")
    kept(sample_copy.root)
    assert {"touch_facts", "cadence_facts", "reply_facts", "inbound_facts"}.isdisjoint(made)


@pytest.mark.parametrize(
    ("few", "commands", "whole"),
    [
        (
            1,
            ["interaction set --where at:2026-11 archived=2026-11-20 --yes"],
            {"touch_facts", "cadence_facts", "reply_facts", "inbound_facts"},
        ),
        (
            2,
            [
                f"task add Report -s customer={id} -s due=2026-12-01 -s owner=max-weber"
                for id in ("nordlys", "bellavista", "duvalier")
            ],
            {"task_facts"},
        ),
    ],
    ids=["at once", "one by one"],
)
def test_what_changes_for_many_is_made_anew(
    few: int,
    commands: list[str],
    whole: set[str],
    sample_copy: Book,
    made: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept(sample_copy.root)
    made.clear()
    monkeypatch.setattr(derived, "FEW", few)
    for command in commands:
        sample_copy.run(command)
    now = kept(sample_copy.root)
    assert whole <= {*made}
    assert now == fresh(sample_copy.root, tmp_path / "anew")
