"""`open` and `archive`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import webbrowser

import pytest

from tests.conftest import REPOSITORY, Book


def browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for the browser and writes down what it is asked to open."""
    opened: list[str] = []

    def open_(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", open_)
    return opened


def test_where_a_record_stands(shop: Book) -> None:
    shop.run("log -", input="acme: one\nacme: two\n")
    first, second = shop.run("interaction list -o ids --sort subject").lines
    path = shop.root / "records/interactions/acme.yaml"
    assert shop.run(["open", second, "--path"]).out == f"{path}:7\n"
    assert shop.run(["open", first]).out == f"{path}:1\n"
    assert shop.run("open 张伟").out.strip().endswith("zhang-wei.yaml:1")


def test_the_editor_opens_at_the_line(shop: Book) -> None:
    shop.run("log -", input="acme: one\nacme: two\n")
    second = shop.run("interaction list -o ids --sort -subject").lines[0]
    # Called vim, so that it is known to take a line; it writes down what it was given.
    editor = shop.write("bin/vim", '#!/bin/sh\necho "$@" > "$0.args"\n')
    editor.chmod(0o755)
    controller, terminal = pty.openpty()
    environment = shop.environment(EDITOR=str(editor), PYTHONPATH=str(REPOSITORY))
    command = [sys.executable, "-m", "crmctl", "open", second]
    done = subprocess.run(
        command,
        cwd=shop.root,
        env=environment,
        check=False,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    os.close(controller)
    assert done.returncode == 0
    path = shop.root / "records/interactions/acme.yaml"
    assert shop.read("bin/vim.args") == f"+7 {path}\n"


def test_nothing_of_that_name(shop: Book) -> None:
    shop.run("open acne", code=4)
    shop.run("open acme --web --path", code=2)


def test_the_website(shop: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = browser(monkeypatch)
    shop.run("open acme --web")
    assert opened == ["https://acme.example"]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "www.acme.example",
        "-h",
        "https://",
        "https://a.example/ --evil",
        "https://a.example/\\x1b[2J",
        "http://[",
    ],
)
def test_only_web_addresses_are_opened(
    shop: Book, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    opened = browser(monkeypatch)
    shop.write("records/customers/evil.yaml", f'id: evil\nname: Evil\nwebsite: "{address}"\n')
    shop.run("open evil --web", code=2)
    assert opened == []


def test_no_website_to_open(shop: Book) -> None:
    assert "has no website" in shop.run("open zhang-wei --web", code=2).err
    shop.run("open max --web", code=2)


def test_records_of_any_kind_are_put_away(shop: Book) -> None:
    id = shop.run("log acme one").out.strip()
    shop.run(["archive", "acme", id, "max", "--reason", "tidying up"])
    assert shop.run("customer list -o ids").lines == ["zhang-wei"]
    assert shop.run("interaction list -o ids").lines == []
    assert shop.run("user list -o ids").lines == ["li-na"]
    assert shop.run("customer list --all -o ids").lines == ["acme", "zhang-wei"]
    assert "archived: 2026-11-21" in shop.read("records/customers/acme.yaml")


def test_the_day_it_was_put_away_stays(shop: Book) -> None:
    shop.run("archive acme")
    before = shop.files()
    shop.run("archive acme", env={"CRMCTL_NOW": "2026-12-24"})
    assert shop.files() == before


def test_all_or_nothing(shop: Book) -> None:
    before = shop.files()
    shop.run("archive acme nobody", code=4)
    assert shop.files() == before
