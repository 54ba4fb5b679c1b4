"""Where a book is, and how one begins."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from crmctl import startup
from crmctl.workspace import Workspace
from tests.conftest import Book, Result, call, environment


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder that is no book."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def run(folder: Path, *words: str, code: int = 0, env: Mapping[str, str] | None = None) -> Result:
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    result = call(words, folder, environment(home, **(env or {})))
    assert result.code == code, result.out + result.err
    return result


def test_the_book_is_found_from_anywhere_below(book: Book, empty: Path) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    (book.root / "records/deep/er").mkdir(parents=True)
    words = ("customer", "list", "-o", "ids")
    assert run(book.root / "records/deep/er", *words).out == "acme\n"
    assert run(empty, "-C", str(book.root / "records"), *words).out == "acme\n"
    assert run(empty, *words, env={"CRMCTL_WORKSPACE": str(book.root)}).out == "acme\n"


def test_without_a_book(empty: Path) -> None:
    result = run(empty, "customer", "list", code=4)
    assert "No book found" in result.err
    assert "crmctl init" in result.err
    assert run(empty, "-C", "nowhere", "customer", "list", code=4)
    assert "Usage" in run(empty, "--help").out
    assert run(empty, "config", "list", code=4)


def test_init(empty: Path) -> None:
    run(empty, "init", "my-crm", "--no-git", env={"TZ": "UTC"})
    root = empty / "my-crm"
    assert (root / "crmctl.yaml").read_text() == (
        "format: 1\nname: my-crm\ncurrency: EUR\ntimezone: UTC\n"
    )
    assert "/.crmctl/" in (root / ".gitignore").read_text()
    assert not (root / ".git").exists()
    run(root, "customer", "add", "Acme")
    assert run(root, "check").out == ""
    result = run(root, "init", code=5)
    assert "is a book already" in result.err


def test_init_with_choices(empty: Path) -> None:
    choices = ["--lang", "zh", "--currency", "HKD", "--timezone", "Asia/Hong_Kong", "--no-git"]
    run(empty, "init", *choices)
    assert (empty / "crmctl.yaml").read_text().splitlines()[2:] == [
        "currency: HKD",
        "timezone: Asia/Hong_Kong",
        "language: zh",
    ]


def test_init_takes_the_time_zone_of_the_machine(empty: Path) -> None:
    run(empty, "init", "a", "--no-git", env={"TZ": "Europe/Berlin"})
    assert "timezone: Europe/Berlin\n" in (empty / "a/crmctl.yaml").read_text()
    run(empty, "init", "b", "--no-git", env={"TZ": "No/Where"})
    assert "timezone: UTC\n" in (empty / "b/crmctl.yaml").read_text()


@pytest.mark.parametrize(
    "words", [["--currency", "euro"], ["--timezone", "Mars/Base"], ["--lang", "fr"]]
)
def test_init_refuses_nonsense(empty: Path, words: list[str]) -> None:
    run(empty, "init", *words, code=2)
    assert [*empty.iterdir()] == []


def test_init_demo_gives_the_sample(empty: Path) -> None:
    run(empty, "init", "--demo", "--no-git")
    assert len(run(empty, "customer", "list", "-o", "ids").lines) >= 40
    assert run(empty, "check", "--strict").out == ""
    run(empty, "segment", "list")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_init_versions_the_book(empty: Path) -> None:
    identity = {
        "GIT_AUTHOR_NAME": "T", "GIT_AUTHOR_EMAIL": "t@example.org",
        "GIT_COMMITTER_NAME": "T", "GIT_COMMITTER_EMAIL": "t@example.org",
    }  # fmt: skip
    (empty / "notes.txt").write_text("mine")
    run(empty, "init", env=identity)
    assert git(empty, "log", "--format=%s").strip() == "Start the book"
    assert git(empty, "ls-files").split() == [".gitattributes", ".gitignore", "crmctl.yaml"]
    assert git(empty, "status", "--porcelain").split() == ["??", "notes.txt"]
    # Inside a repository nothing is committed for anybody.
    result = run(empty, "init", "inner", env=identity)
    assert "git repository already" in result.err
    assert not (empty / "inner/.git").exists()


def test_init_without_git(empty: Path) -> None:
    result = run(empty, "init", env={"PATH": str(empty)})
    assert "git is not installed" in result.err
    assert (empty / "crmctl.yaml").exists()


def test_init_keeps_a_gitignore(empty: Path) -> None:
    (empty / ".gitignore").write_text("*.log\n")
    run(empty, "init", "--no-git")
    assert (empty / ".gitignore").read_text() == "*.log\n"


def settle(book: Book) -> None:
    """Makes every file of the settings look old, so that what they say is kept."""
    for file in [book.root / "crmctl.yaml", *(book.root / "schemas").glob("*.yaml")]:
        os.utime(file, (1_700_000_000, 1_700_000_000))


def test_settings_and_schemas_are_parsed_once(book: Book) -> None:
    book.write("schemas/device.yaml", "title: Device\nx-crmctl: {title: {zh: 设备}}\n")
    settle(book)
    book.run("device list")
    cache = book.root / ".crmctl/cache/book.json"
    kept = json.loads(cache.read_text())
    assert kept["titles"]["device"]["zh"] == "设备"
    assert "设备" in book.run("--lang zh --help").out
    # What the cache says is believed as long as the files look untouched.
    kept["own"]["device"]["title"] = "Machine"
    cache.write_text(json.dumps(kept))
    assert "Machine" in book.run("schema list").out
    book.write("schemas/device.yaml", "title: Apparatus\n")
    assert "Apparatus" in book.run("schema list").out


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": "0"}', "\udcff"])
def test_a_cache_that_is_none_is_made_anew(book: Book, text: str) -> None:
    settle(book)
    book.run("customer list")
    cache = book.root / ".crmctl/cache/book.json"
    cache.write_bytes(text.encode("utf-8", "surrogateescape"))
    book.run("customer list")
    assert json.loads(cache.read_text())["config"]["currency"] == "USD"


def test_young_settings_are_not_trusted(book: Book) -> None:
    book.config()
    book.run("customer list")
    assert startup.cached(str(book.root)) is None


def test_a_file_in_place_of_the_private_folder(book: Book) -> None:
    book.write(".crmctl", "")
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    assert book.run("customer list -o ids").out == "acme\n"
    error = book.run("customer set acme level=vip", code=3).err
    assert "/.crmctl is no folder" in error
    assert "level" not in book.read("records/customers/acme.yaml")


def test_a_schema_that_cannot_be_opened(book: Book) -> None:
    (book.root / "schemas/device.yaml").mkdir(parents=True)
    (line,) = book.run("customer list").err.splitlines()
    assert "schemas/device.yaml" in line


def test_the_sample_is_a_book_of_its_own(sample: Book) -> None:
    workspace = Workspace(sample.root, actor="li-na")
    assert workspace.me == "li-na"
    assert workspace.rate_problems == []
    assert workspace.zone.key == "Asia/Shanghai"
    assert {kind.name for kind in workspace.registry} == {
        "asset", "campaign", "contract", "customer", "interaction", "invoice", "opportunity",
        "order", "payment", "product", "quote", "solution", "survey", "task", "ticket", "user",
    }  # fmt: skip


def test_who_asks_for_a_chinese_book_is_answered_in_chinese(empty: Path) -> None:
    assert "客户簿已建好" in run(empty, "init", "店", "--lang", "zh", "--no-git").err
