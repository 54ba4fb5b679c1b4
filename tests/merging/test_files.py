"""Three texts of a record file into one: whose comments stay, and where markers stand."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from crmctl.merging.document import Merger
from crmctl.merging.files import Merged, merge_files
from crmctl.schema.model import Registry

BASE = """\
# Our oldest customer.
id: acme
name: 阿克梅   # as in the register
status: potential
level: basic
contacts:
  # the boss
  - id: li-si
    name: 李四
    title: 经理
  - {id: wu, name: 吴}
tags: [a, b]   # two
# the end
"""


@pytest.fixture
def merger(registry: Registry) -> Merger:
    return Merger(registry.kinds["customer"], ZoneInfo("UTC"))


@pytest.fixture
def stream(registry: Registry) -> Merger:
    return Merger(registry.kinds["order"], ZoneInfo("UTC"))


def changed(*pairs: tuple[str, str], text: str = BASE) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def places(merged: Merged) -> list[str]:
    return [":".join((id, ".".join(conflict.path))) for id, conflict in merged.conflicts]


def test_adjacent_lines_are_different_fields(merger: Merger) -> None:
    ours = [("potential\n", "active   # 签了\n")]
    theirs = [("level: basic\n", "# rated\nlevel: vip   # 很好\n"), ("title: 经理", "title: 总监")]
    merged = merge_files(merger, BASE, changed(*ours), changed(*theirs))
    assert merged == Merged(changed(*ours, *theirs))


def test_both_sides_add_fields_with_remarks(merger: Merger) -> None:
    ours = changed(("level: basic\n", "level: basic\nowner: li   # since May\n"))
    theirs = changed(("level: basic\n", "level: basic\nindustry: food   # mostly\n"))
    assert merge_files(merger, BASE, ours, theirs).text == changed(
        ("level: basic\n", "level: basic\nowner: li   # since May\nindustry: food   # mostly\n")
    )


def test_a_list_that_both_changed_keeps_what_stands_around_it(merger: Merger) -> None:
    ours = changed(("[a, b]", "[a, b, c]"), ("# the boss", "# our friend"))
    theirs = changed(("[a, b]", "[b, d]"), ("# the end", "# the very end"))
    assert merge_files(merger, BASE, ours, theirs).text == changed(
        ("[a, b]", "[b, c, d]"), ("# the boss", "# our friend"), ("# the end", "# the very end")
    )


def test_items_of_a_keyed_list(merger: Merger) -> None:
    ours = changed(("  - id: li-si\n    name: 李四\n    title: 经理\n", ""))
    theirs = changed(
        ("  - {id: wu, name: 吴}\n", "  - {id: wu, name: 吴, title: 秘书}\n  - {id: x, name: 徐}\n")
    )
    merged = merge_files(merger, BASE, ours, theirs)
    assert merged.conflicts == []
    assert (
        "  # the boss\n  - {id: wu, name: 吴, title: 秘书}\n  - {id: x, name: 徐}\ntags"
        in merged.text
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_breaks_of_ours_stay(merger: Merger, newline: str) -> None:
    ours = changed(("potential", "active")).replace("\n", newline)
    theirs = changed(("basic", "vip   # 很好"))
    merged = merge_files(merger, BASE, ours, theirs)
    assert merged.text == changed(("potential", "active"), ("basic", "vip   # 很好")).replace(
        "\n", newline
    )
    conflict = merge_files(merger, BASE, ours, changed(("potential", "lost"))).text
    assert conflict.split(newline) == conflict.splitlines() + [""]


def test_mixed_line_breaks_and_a_missing_last_one_stay(merger: Merger) -> None:
    ours = changed(("potential\n", "active\r\n")).removesuffix("\n")
    merged = merge_files(merger, BASE.removesuffix("\n"), ours, changed(("basic", "vip")))
    assert merged.text == changed(("potential\n", "active\r\n"), ("basic", "vip"))[:-1]


def test_a_conflict_is_marked_around_its_lines(merger: Merger) -> None:
    ours = changed(("basic", "vip"), ("title: 经理", "title: 总监"), ("[a, b]", "[a]"))
    theirs = changed(
        ("basic", "important"), ("title: 经理", "title: 董事长"), ("# the end", "wechat: x\n# end")
    )
    merged = merge_files(merger, BASE, ours, theirs)
    assert places(merged) == ["acme:level", "acme:contacts.li-si.title"]
    assert merged.text == changed(
        (
            "level: basic\n",
            "<<<<<<< ours\nlevel: vip\n=======\nlevel: important\n>>>>>>> theirs\n",
        ),
        (
            "    title: 经理\n",
            "<<<<<<< ours\n    title: 总监\n=======\n    title: 董事长\n>>>>>>> theirs\n",
        ),
        ("[a, b]", "[a]"),
        ("# the end", "wechat: x\n# end"),
    )


def test_removed_on_one_side_changed_on_the_other(merger: Merger) -> None:
    ours = changed(("  - {id: wu, name: 吴}\n", ""), ("level: basic\n", ""))
    theirs = changed(("{id: wu, name: 吴}", "{id: wu, name: 吴, title: 秘书}"), ("basic", "vip"))
    merged = merge_files(merger, BASE, ours, theirs)
    assert places(merged) == ["acme:contacts.wu", "acme:level"]
    assert "<<<<<<< ours\n=======\nlevel: vip\n>>>>>>> theirs\n" in merged.text
    assert (
        "<<<<<<< ours\n=======\n  - {id: wu, name: 吴, title: 秘书}\n>>>>>>> theirs\n"
        in merged.text
    )


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_whatever_side_is_kept_the_rest_is_merged(merger: Merger, side: str) -> None:
    merged = merge_files(
        merger,
        BASE,
        changed(("basic", "vip"), ("potential", "active"), ("经理", "总监")),
        changed(("basic", "important"), ("[a, b]", "[b]"), ("经理", "秘书")),
    )
    kept, keep = [], True
    for line in merged.text.splitlines(keepends=True):
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            keep = line.startswith(">") or (line.startswith("<") == (side == "ours"))
        elif keep:
            kept.append(line)
    level, title = {"ours": ("vip", "总监"), "theirs": ("important", "秘书")}[side]
    assert "".join(kept) == changed(
        ("basic", level), ("potential", "active"), ("[a, b]", "[b]"), ("经理", title)
    )


PAIR = """\
id: acme
name: 阿克梅
contacts:
  - id: li
    name: 李
  - id: wu
    name: 吴   # 老朋友
"""


def test_conflicts_that_leave_nothing_of_a_list_are_settled_together(merger: Merger) -> None:
    li, wu = "  - id: li\n    name: 李\n", "  - id: wu\n    name: 吴   # 老朋友\n"
    ours = changed((wu, ""), ("name: 李", "name: 黎   # 新名片"), text=PAIR)
    theirs = changed((li, ""), ("name: 吴", "name: 武"), text=PAIR)
    merged = merge_files(merger, PAIR, ours, theirs)
    assert places(merged) == ["acme:contacts.li", "acme:contacts.wu"]
    # Were each marked by itself, the key of the list would go with the first and not the second.
    assert merged.text == (
        "id: acme\nname: 阿克梅\ncontacts:\n"
        "<<<<<<< ours\n  - id: li\n    name: 黎   # 新名片\n"
        "=======\n  - id: wu\n    name: 武\n>>>>>>> theirs\n"
    )


def test_remarks_stay_with_their_entries_whatever_the_order(merger: Merger) -> None:
    head = "id: acme\nname: 阿克梅\n"
    ours = "contacts:\n  - id: k\n    # ours\n    name: 李   # here\n    title: 总监   # too\n"
    theirs = "contacts:\n  - id: t\n    # theirs\n    name: 吴\n  - id: k\n    name: 黎\n"
    merged = merge_files(merger, head, head + ours, head + theirs)
    assert merged.text == (
        f"{head}contacts:\n  - id: t\n    # theirs\n    name: 吴\n  - id: k\n    # ours\n"
        "<<<<<<< ours\n    name: 李   # here\n    title: 总监   # too\n"
        "=======\n    name: 黎   # here\n>>>>>>> theirs\n"
    )


def test_an_entry_that_was_moved_takes_its_remarks_along(merger: Merger) -> None:
    li, wu = "  - id: li\n    name: 李\n", "  - id: wu\n    name: 吴   # 老朋友\n"
    ours = changed((li + wu, wu + li.replace("李", "李   # 新名片")), text=PAIR)
    theirs = changed((li, f"{li}    title: 总监\n"), text=PAIR)
    moved = changed(("新名片\n", "新名片\n    title: 总监\n"), text=ours)
    assert merge_files(merger, PAIR, ours, theirs) == Merged(moved)


def test_a_remark_beside_what_both_changed_stays(merger: Merger) -> None:
    before = "id: acme\nname: 阿克梅\nlevel: vip\nowner: li\n"
    ours = before.replace("owner", "importance: 1\nowner")
    theirs = before.replace("level: vip\nowner: li", "importance: 1\n# since May\nowner: wu")
    merged = merge_files(merger, before, ours, theirs)
    assert merged == Merged(theirs)


def test_two_who_got_one_id_are_marked_as_a_whole(merger: Merger) -> None:
    ours, theirs = "id: li\nname: 李\nuid: aaaaaaaa\n", "id: li\nname: 黎\nuid: bbbbbbbb\n"
    merged = merge_files(merger, "", ours, theirs)
    assert merged.text == f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n"
    assert places(merged) == ["li:"]


def test_what_cannot_be_read_is_taken_or_marked(merger: Merger) -> None:
    broken = changed(("level: basic", "level: [basic"))
    assert merge_files(merger, BASE, BASE, broken).text == broken
    ours = changed(("potential", "active"))
    merged = merge_files(merger, BASE, ours, broken)
    assert merged.text == f"<<<<<<< ours\n{ours}=======\n{broken}>>>>>>> theirs\n"
    assert len(merged.conflicts) == 1


def test_a_made_up_ancestor_has_no_markers(registry: Registry) -> None:
    merger = Merger(registry.kinds["customer"], ZoneInfo("UTC"), ancestor=True)
    ours = changed(("basic", "vip"), ("potential", "active"))
    merged = merge_files(merger, BASE, ours, changed(("basic", "important")))
    assert merged.text == changed(("potential", "active"))


# streams


def order(tail: str, *lines: str) -> str:
    id = f"id: ord-20260102-{tail}\n"
    return id + "".join(f"{line}\n" for line in ("customer: acme", "date: 2026-01-02", *lines))


A, B, C = order("aaaaaaaa", "amount: 1   # paid"), order("bbbbbbbb"), order("cccccccc")
N, M = order("nnnnnnnn", "notes: 新的"), order("mmmmmmmm", "notes: |", "  第一", "  第二")


def of(*documents: str) -> str:
    return "---\n".join(documents)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        (of(A), of(A, N), of(A, M), of(A, N, M)),
        ("", of(N), of(M), of(N, M)),
        (of(A, B), of(B, N), of(A, B, M), of(B, N, M)),
        (of(A, B, C), of(A, B), of(B, C), of(B)),
        (of(A, B), of(A, B, N), of(B, A, M), of(A, B, N, M)),
        (
            of(A, B),
            of(A.replace("amount: 1", "amount: 2"), B),
            of(A + "currency: EUR\n", B + "amount: 3\n", N),
            of(A.replace("amount: 1", "amount: 2") + "currency: EUR\n", B + "amount: 3\n", N),
        ),
        ("# top\n---\n" + of(A), "# top\n---\n" + of(A, N), "# head\n---\n" + of(A), None),
        # documents that are known by their text alone
        (of(A, "x: 1\n"), of(A, "x: 1\n", N), of(A, "x: 1\n", M), of(A, "x: 1\n", N, M)),
        (of(A, "x: 1\n"), of(A, "x: 1\n", N), of(A, "x: 2\n"), of(A, "x: 2\n", N)),
        (of(A, "x: [\n"), of(A, "x: [\n", N), of(A), of(A, N)),
        (of("x: [\n", A), of("x: [\n", A, N), of("x: []\n", A, M), of("x: []\n", A, N, M)),
        (of(A, "x: [\n"), of(A, "x: 1\n", N), of(A, "x: 1\n", M), of(A, "x: 1\n", N, M)),
        (of(A, A), of(A, A, N), of(A, A, M), of(A, A, N, M)),
    ],
)
def test_streams(stream: Merger, base: str, ours: str, theirs: str, expected: str | None) -> None:
    merged = merge_files(stream, base, ours, theirs)
    assert merged == Merged(expected or "# head\n---\n" + of(A, N))


def test_a_stream_with_crlf_and_comments(stream: Merger) -> None:
    ours = of(A, N).replace("\n", "\r\n")
    merged = merge_files(stream, of(A), ours, of(A, M + "# 备注\n"))
    assert merged.text == of(A, N, M + "# 备注\n").replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("ours", "theirs", "marked"),
    [
        ("", B + "amount: 3\n", "<<<<<<< ours\n=======\n" + B + "amount: 3\n>>>>>>> theirs\n"),
        (B + "amount: 3\n", "", "<<<<<<< ours\n" + B + "amount: 3\n=======\n>>>>>>> theirs\n"),
        (
            B + "amount: 3\n",
            B + "amount: 4\n",
            B + "<<<<<<< ours\namount: 3\n=======\namount: 4\n>>>>>>> theirs\n",
        ),
    ],
)
def test_a_conflict_in_a_stream_is_of_one_document(
    stream: Merger, ours: str, theirs: str, marked: str
) -> None:
    merged = merge_files(
        stream, of(A, B), of(*filter(None, (A, ours))), of(*filter(None, (A, theirs, C)))
    )
    assert merged.text == of(A, marked, C)
    assert [id for id, _conflict in merged.conflicts] == ["ord-20260102-bbbbbbbb"]


def test_a_document_without_id_that_both_changed(stream: Merger) -> None:
    merged = merge_files(stream, of(A, "x: 1\n"), of(A, "x: 2\n", N), of(A, "x: 3\n", M))
    marked = "<<<<<<< ours\nx: 2\n=======\nx: 3\n>>>>>>> theirs\n"
    assert merged.text == of(A, marked, N, M)
    assert places(merged) == [":"]
