"""`crmctl search` as a person and as a script meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmctl.cli.main import main


def run(
    root: Path, capsys: pytest.CaptureFixture[str], *args: str, lang: str = "en"
) -> tuple[int, str, str]:
    code = main(["-C", str(root), "--lang", lang, "search", *args])
    out, err = capsys.readouterr()
    return code, out, err


def test_json(book_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(book_root, capsys, "zhagn", "weiguo", "-o", "json")
    assert (code, err) == (0, "")
    (hit,) = json.loads(out)
    assert list(hit) == ["kind", "id", "name", "score", "field", "snippet"]
    assert hit["id"] == "zhang-weiguo"
    assert hit["field"] == "name"
    assert hit["snippet"] == hit["name"] == "张伟国"
    assert 10 <= hit["score"] < 40


def test_table(book_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(book_root, capsys, "报价单")
    head, line, *rows = out.splitlines()
    assert code == 0
    assert head.split() == ["Kind", "ID", "Name", "Field", "Text"]
    assert set(line) == {"-", " "}
    assert len(rows) == 1
    for text in ("Customer", "zhiyun", "上海智云科技有限公司", "Notes", "报价单"):
        assert text in rows[0]


def test_ids_and_kind_by_its_title(book_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book_root, capsys, "张伟", "-o", "ids")[1] == "zhang-wei\nzhang-wei\nzhang-weiguo\n"
    assert run(book_root, capsys, "张伟", "-o", "ids", "--kind", "用户")[1] == "zhang-wei\n"
    assert run(book_root, capsys, "张", "-o", "ids", "--limit", "1")[1] == "zhang-wei\n"


def test_csv_is_for_machines(book_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(book_root, capsys, "周敏", "-o", "csv")
    assert out.splitlines() == [
        "kind,id,name,score,field,snippet",
        "customer,zhiyun,上海智云科技有限公司,92,contacts.name,周敏",
    ]


@pytest.mark.parametrize(("format_", "printed"), [("table", ""), ("json", "[]\n"), ("ids", "")])
def test_nothing_found(
    book_root: Path, capsys: pytest.CaptureFixture[str], format_: str, printed: str
) -> None:
    assert run(book_root, capsys, "qqxzv", "-o", format_) == (0, printed, "Nothing found.\n")


def test_archived_records_with_all(book_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book_root, capsys, "dormant", "-o", "ids")[1] == ""
    assert run(book_root, capsys, "dormant", "-o", "ids", "--all")[1] == "obsolete\n"


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "md"])
def test_terminal_gets_no_control_characters(
    book_root: Path, capsys: pytest.CaptureFixture[str], format_: str
) -> None:
    _, out, _ = run(book_root, capsys, "alert", "-o", format_)
    assert "Alert" in out
    assert "\x1b" not in out


def test_unknown_kind(book_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(book_root, capsys, "x", "--kind", "custmer")
    assert (code, out) == (2, "")
    assert "customer" in err
