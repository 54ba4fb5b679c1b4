"""Three versions of a record into one, in a table: what becomes of it, and what is a conflict."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmctl.merging.values import Conflict, for_base, merge
from crmctl.schema.model import Registry
from crmctl.storage.reader import parse_document

ZONE = ZoneInfo("Asia/Shanghai")


def record(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    tree, faults = parse_document(text.replace("; ", "\n"))
    assert not faults, text
    return tree or {}


def merged(
    registry: Registry, base: str | None, ours: str | None, theirs: str | None, kind: str
) -> tuple[dict[str, Any] | None, list[str]]:
    values, conflicts = merge(
        registry.kinds[kind], record(base), record(ours), record(theirs), ZONE
    )
    return values, [".".join(conflict.path) for conflict in conflicts]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ("level: vip", "level: basic", "level: vip; wechat: x", "level: basic; wechat: x"),
        ("level: vip", "wechat: x", "level: vip", "wechat: x"),
        ("level: vip", "level: basic", "level: basic", "level: basic"),
        ("", "owner: li", "owner: li; region: DACH", "owner: li; region: DACH"),
        ("x-own: 1", "x-own: 2", "x-own: 1; x-other: 3", "x-own: 2; x-other: 3"),
        # what is only spelled differently is no change
        ("importance: 3", "importance: 03", "importance: 4", "importance: 4"),
        ("importance: 3", "importance: 03", "importance: 3", "importance: 03"),
        ("importance: 3", "importance: 4", "importance: 04", "importance: 4"),
        ("wechat:", "wechat:", "wechat: x", "wechat: x"),
        # lists are sets
        ("tags: [a, b]", "tags: [a, b, c]", "tags: [b, d]", "tags: [b, c, d]"),
        ("tags: [a]", "level: vip", "tags: [a, b]", "level: vip; tags: [b]"),
        ("tags: [a, b]", "tags: [b, a]", "tags: [a, b, c]", "tags: [b, a, c]"),
        ("", "tags: [x, a]", "tags: [b, x]", "tags: [x, a, b]"),
        ("x-list: [1]", "x-list: [1, 2]", "x-list: [3]", "x-list: [2, 3]"),
        # mappings field by field
        (
            "source: {kind: fair}",
            "source: {kind: web}",
            "source: {kind: fair, detail: Hannover}",
            "source: {kind: web, detail: Hannover}",
        ),
        ("x: {a: 1, b: 2}", "x: {a: 3, b: 2}", "x: {a: 1}", "x: {a: 3}"),
        # keyed lists item by item
        (
            "contacts: [{id: li, name: 李四, title: 经理}]",
            "contacts: [{id: li, name: 李四, title: 总监}]",
            "contacts: [{id: li, name: 李四, title: 经理, phones: ['1']}, {id: wu, name: 吴}]",
            "contacts: [{id: li, name: 李四, title: 总监, phones: ['1']}, {id: wu, name: 吴}]",
        ),
        (
            "contacts: [{id: li, name: 李四}, {id: wu, name: 吴}]",
            "contacts: [{id: wu, name: 吴}]",
            "contacts: [{id: li, name: 李四}, {id: wu, name: 吴, title: 经理}]",
            "contacts: [{id: wu, name: 吴, title: 经理}]",
        ),
        (
            "consent: [{channel: email, status: granted}]",
            "consent: [{channel: email, status: refused}]",
            "consent: [{channel: email, status: granted}, {channel: sms, status: granted}]",
            "consent: [{channel: email, status: refused}, {channel: sms, status: granted}]",
        ),
        # lists of mappings without a key
        (
            "x: [{a: 1}, {a: 2}]",
            "x: [{a: 2}, {a: 3}]",
            "x: [{a: 1}, {a: 2}, {a: 4}]",
            "x: [{a: 2}, {a: 3}, {a: 4}]",
        ),
        # histories in the order of time
        (
            "level: vip; level_history: [{value: vip, at: 2026-01-01}]",
            "level: basic; level_history: [{value: vip, at: 2026-01-01}, "
            "{value: basic, at: 2026-03-01}]",
            "level: vip; level_history: [{value: vip, at: 2026-01-01}, "
            "{value: basic, at: 2026-02-01}, {value: vip, at: 2026-02-02}]",
            "level: basic; level_history: [{value: vip, at: 2026-01-01}, "
            "{value: basic, at: 2026-02-01}, {value: vip, at: 2026-02-02}, "
            "{value: basic, at: 2026-03-01}]",
        ),
    ],
)
def test_what_needs_nobody(
    registry: Registry, base: str, ours: str, theirs: str, expected: str
) -> None:
    assert merged(registry, base, ours, theirs, "customer") == (record(expected), [])


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "places", "expected"),
    [
        ("level: vip", "level: basic", "level: important", ["level"], "level: basic"),
        ("level: vip", "", "level: basic", ["level"], ""),
        ("", "level: vip", "level: basic; wechat: x", ["level"], "level: vip; wechat: x"),
        ("x: 1", "x: 2", "x: 3", ["x"], "x: 2"),
        ("x: {a: 1}", "x: {a: 2}", "x: {a: 3, b: 1}", ["x.a"], "x: {a: 2, b: 1}"),
        ("x: [1]", "x: {a: 2}", "x: [1, 2]", ["x"], "x: {a: 2}"),
        (
            "contacts: [{id: li, name: 李四}]",
            "contacts: [{id: li, name: 李思}]",
            "contacts: [{id: li, name: 李丝}]",
            ["contacts.li.name"],
            "contacts: [{id: li, name: 李思}]",
        ),
        (
            "contacts: [{id: li, name: 李四}]",
            "x: 1",
            "contacts: [{id: li, name: 李四, title: 经理}]",
            ["contacts.li"],
            "x: 1",
        ),
        (  # two people who happen to have one short id
            "x: 1",
            "x: 1; contacts: [{id: li, name: 李四}]",
            "x: 1; contacts: [{id: li, name: 李斯}]",
            ["contacts.li"],
            "x: 1; contacts: [{id: li, name: 李四}]",
        ),
        (  # an entry that both changed is not two entries
            "x: [{a: 1}]",
            "x: [{a: 2}]",
            "x: [{a: 3}]",
            ["x"],
            "x: [{a: 2}]",
        ),
        (
            "level: vip",
            "level: basic; level_history: [{value: basic, at: 2026-02-02}]",
            "level: important; level_history: [{value: important, at: 2026-02-01}]",
            ["level"],
            "level: basic; level_history: [{value: important, at: 2026-02-01}, "
            "{value: basic, at: 2026-02-02}]",
        ),
    ],
)
def test_what_a_person_must_decide(
    registry: Registry, base: str, ours: str, theirs: str, places: list[str], expected: str
) -> None:
    assert merged(registry, base, ours, theirs, "customer") == (record(expected), places)


A, B = "id: li; name: 李; uid: aaaaaaaa", "id: li; name: 黎; uid: bbbbbbbb"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected", "places"),
    [
        (A, None, None, None, []),
        (A, None, A, None, []),
        (A, A, None, None, []),
        (A, None, f"{A}; level: vip", None, [""]),
        (A, f"{A}; level: vip", None, f"{A}; level: vip", [""]),
        (None, A, None, A, []),
        (None, A, A, A, []),
        # never one out of two
        (None, A, B, A, [""]),
        (None, "id: li; name: 李", "id: li; name: 李; level: vip", "id: li; name: 李", [""]),
        (A, f"{A}; level: vip", B, f"{A}; level: vip", [""]),
        (A, A, B, B, []),
        # one import in two clones, on two days
        (
            None,
            f"{A}; created: 2026-02-02; level: vip",
            f"{A}; created: 2026-02-01; wechat: x",
            f"{A}; created: 2026-02-01; level: vip; wechat: x",
            [],
        ),
    ],
)
def test_whole_records(
    registry: Registry,
    base: str | None,
    ours: str | None,
    theirs: str | None,
    expected: str | None,
    places: list[str],
) -> None:
    assert merged(registry, base, ours, theirs, "customer") == (record(expected), places)


def test_an_event_has_an_id_of_its_own(registry: Registry) -> None:
    event = "id: ord-20260102-abcd1234; customer: acme; date: 2026-01-02"
    ours, theirs = f"{event}; number: X1", f"{event}; amount: 5"
    assert merged(registry, None, ours, theirs, "order") == (
        record(f"{event}; number: X1; amount: 5"),
        [],
    )
    own = event.replace("ord-20260102-abcd1234", "first")
    assert merged(registry, None, own, f"{own}; amount: 5", "order")[1] == [""]


def test_amounts_are_compared_as_amounts(registry: Registry) -> None:
    assert merged(registry, "amount: 12", "amount: 12.00", "amount: 13", "order") == (
        {"amount": "13"},
        [],
    )


def test_a_conflict_says_all_three_values_and_can_be_settled(registry: Registry) -> None:
    base, ours, theirs = ({"level": value} for value in ("vip", "basic", "important"))
    values, conflicts = merge(registry.kinds["customer"], base, ours, theirs, ZONE, for_base)
    assert values == {"level": "vip"}
    assert conflicts == [Conflict(("level",), "vip", "basic", "important")]


def test_free_keys_are_merged_one_by_one(registry: Registry) -> None:
    base, ours = "answers: {a: 1, b: 2}", "answers: {a: 5, b: 2.0}"
    values, conflicts = merged(registry, base, ours, "answers: {a: 1, b: 4, c: 3}", "survey")
    assert (values, conflicts) == (record("answers: {a: 5, b: 4, c: 3}"), [])
    _values, conflicts = merged(registry, base, ours, "answers: {a: 3, b: 2}", "survey")
    assert conflicts == ["answers.a"]
