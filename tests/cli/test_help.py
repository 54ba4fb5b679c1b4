"""What help says, whichever command was asked before and in whichever language."""

from __future__ import annotations

import pytest

from tests.conftest import Book

COMMANDS = ["", "log", "report", "report run", "customer", "customer list", "contact add"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_offers_itself_in_the_language_that_is_spoken(sample: Book, command: str) -> None:
    # click makes its help option once, in the language and with the names of the first caller.
    for language, text in [("en", "Show this message and exit."), ("zh", "显示本帮助后退出。")]:
        for asked in ("--help", "-h"):
            out = sample.run(f"--lang {language} {command} {asked}").out
            (line,) = [line for line in out.splitlines() if "--help" in line and text in line]
            assert line.split() == ["-h,", "--help", *text.split()]


def test_help_is_the_same_after_completion_of_options(sample: Book) -> None:
    words = {"_CRMCTL_COMPLETE": "bash_complete", "COMP_WORDS": "crmctl log --", "COMP_CWORD": "2"}
    assert "--help" in sample.run("", env=words).out
    assert "-h, --help" in sample.run("log --help").out
