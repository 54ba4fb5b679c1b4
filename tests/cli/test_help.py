"""What help says, whichever command was asked before and in whichever language."""

from __future__ import annotations

import re

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


def test_a_range_is_a_whole_number_in_the_language_that_is_spoken(sample: Book) -> None:
    assert "is not a valid whole number." in sample.run("today --limit x", code=2).err
    assert "不是有效的整数。请看" in sample.run("--lang zh today --limit x", code=2).err
    assert "x>=0" not in sample.run("today --help").out


@pytest.mark.parametrize(
    "command", ["customer list --limti 3", "customer list levle:vip", "customer list --limit x"]
)
def test_chinese_sentences_are_joined_without_spaces(sample: Book, command: str) -> None:
    err = sample.run(f"--lang zh {command}", code=2).err
    assert not re.search("[，。：；？！）] | [（，。：；]", err), err


def test_an_english_hint_that_asks_keeps_its_mark(sample: Book) -> None:
    err = sample.run("customer list --limti 3", code=2).err
    assert "Did you mean '--limit'? See “crmctl customer list --help”." in err


def test_the_parameters_of_a_model_are_told_in_chinese(sample: Book) -> None:
    err = sample.run("--lang zh analyze rfm --limit 1").err
    assert "  方法：按购买客户的分位数\n" in err
    assert "，最近购买：" in err
