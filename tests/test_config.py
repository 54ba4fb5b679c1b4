"""Settings are typed, have defaults, and refuse what they do not know."""

from __future__ import annotations

import pytest

from crmctl.config import Config, Person, get, load
from crmctl.typed import names
from tests.conftest import Book


def test_defaults() -> None:
    config = load(Config, {}, "crmctl.yaml")
    assert (config.format, config.currency, config.timezone) == (1, "USD", "UTC")
    assert config.purchases.confirmed == ("confirmed", "shipped", "completed")
    assert get(config, "rates.max_age_days") == 31
    assert load(Person, {}, "config.yaml") == Person()


def test_everything_set() -> None:
    tree = {
        "format": "1",
        "name": "Shop",
        "currency": "CNY",
        "timezone": "Asia/Shanghai",
        "language": "zh",
        "commit": "auto",
        "sync": "merge",
        "rates": {"max_age_days": "7"},
        "purchases": {"keep_zero": "false", "confirmed": ["completed"]},
        "today": {"tasks": "3", "birthdays": None},
    }
    config = load(Config, tree, "crmctl.yaml")
    assert config.zone.key == "Asia/Shanghai"
    assert config.purchases.keep_zero is False
    assert (config.today.tasks, config.today.birthdays) == (3, 7)
    assert {name.split(".")[0] for name in names(Config)} == tree.keys()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("curency: EUR", "crmctl.yaml:1:1: curency: there is no such setting", "currency"),
        (
            "rates: {max_age: 3}",
            "crmctl.yaml:1:9: rates.max_age: there is no such setting",
            "rates.max_age_days",
        ),
        ("format: 2", "format 2", "newer crmctl"),
        ("format: 0", "format: must be 1", ""),
        ("format: x", "format: must be a whole number", ""),
        ("currency: euro", "currency: must be a code of three letters", ""),
        ("timezone: Mars/Base", "timezone: “Mars/Base” is no time zone", "Asia/Shanghai"),
        ("timezone: ../../etc/passwd", "is no time zone", ""),
        ("language: fr", "language: must be “en” or “zh”", ""),
        ("commit: never", "commit: must be “auto” or “manual”", ""),
        ("rates: {max_age_days: -1}", "rates.max_age_days: must not be negative", ""),
        ("rates: {max_age_days: --3}", "rates.max_age_days: must be a whole number", ""),
        ("rates: {max_age_days: 99999999999999999999}", "must be a whole number", ""),
        ("purchases: {keep_zero: maybe}", "keep_zero: must be true or false", ""),
        ("purchases: {confirmed: all}", "confirmed: a list of texts is expected", ""),
        ("name: [a]", "name: a single value is expected", ""),
        ("name: a\nname: b", "crmctl.yaml:2:1: the key “name” stands here twice", ""),
        ("name: [", "crmctl.yaml:", ""),
        ("- a", "crmctl.yaml:1:1", ""),
    ],
)
def test_a_setting_that_cannot_be(book: Book, text: str, message: str, hint: str) -> None:
    book.write("crmctl.yaml", text + "\n")
    error, *hints = book.run("customer list", code=3).err.splitlines()
    assert message in error
    assert hint in " ".join(hints)


def test_config_list_and_get(book: Book) -> None:
    book.write("crmctl.yaml", "format: 1\ncurrency: EUR\n")
    rows = {row["name"]: row for row in book.run("config list -o json").json}
    assert (rows["currency"]["value"], rows["currency"]["source"]) == ("EUR", "crmctl.yaml")
    assert (rows["timezone"]["value"], rows["timezone"]["source"]) == ("UTC", "default")
    assert book.run("config get value.abc.a").out == "80\n"
    assert book.run("config get purchases.confirmed").out == "confirmed, shipped, completed\n"
    assert book.run("config get purchases.keep_zero").out == "true\n"
    assert book.run("config get name").out == "\n"
    assert "Did you mean “currency”?" in book.run("config get curency", code=2).err
    assert "Did you mean “value.abc.b”?" in book.run("config get value.abc.c", code=2).err


def test_config_set_changes_one_line(book: Book) -> None:
    book.write(
        "crmctl.yaml", "# ours\nformat: 1\ncurrency: EUR # for good\nvalue:\n  abc:\n    a: 80\n"
    )
    book.run("config set value.abc.a 70")
    book.run(["config", "set", "name", "Müller: Söhne # 1"])
    book.run("config set purchases.confirmed completed,shipped")
    assert book.read("crmctl.yaml") == (
        "# ours\nformat: 1\ncurrency: EUR # for good\nvalue:\n  abc:\n    a: 70\n"
        'name: "Müller: Söhne # 1"\npurchases:\n  confirmed: [completed, shipped]\n'
    )
    assert book.run("config get name").out == "Müller: Söhne # 1\n"
    book.run(["config", "set", "name", ""])
    assert book.run("config get name").out == "\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["curency", "EUR"], 2),
        (["currency", "euro"], 3),
        (["value.abc.a", "99"], 3),
        (["format", "2"], 3),
        (["commit", "never"], 3),
        (["user", "li"], 2),
        (["--person", "currency", "EUR"], 2),
        (["--person", "language", "fr"], 3),
    ],
)
def test_config_set_refuses_what_would_not_load(book: Book, words: list[str], code: int) -> None:
    before = book.read("crmctl.yaml")
    book.run(["config", "set", *words], code=code)
    assert book.read("crmctl.yaml") == before
    assert not (book.home / ".config").exists()


def test_the_person_wins_over_this_book_and_both_over_the_book(book: Book) -> None:
    book.write("crmctl.yaml", "format: 1\nlanguage: zh\n")
    quiet = {"LANG": "", "LC_ALL": ""}
    chinese = book.run("config list", env=quiet).out
    assert "名称" in chinese or "名" in chinese
    book.run("config set --local language en", env=quiet)
    assert "Name" in book.run("config list", env=quiet).out
    book.run("config set --person language zh", env=quiet)
    assert book.run("config list", env=quiet).out == chinese.replace("Name", "名称")
    assert "Name" in book.run("config list", env={**quiet, "CRMCTL_LANG": "en"}).out
    assert book.run("--lang zh config list", env={"CRMCTL_LANG": "en"}).out == chinese
    # The locale, too, is nearer to the person than the book.
    (book.home / ".config/crmctl/config.yaml").unlink()
    (book.root / ".crmctl/local.yaml").unlink()
    assert "Name" in book.run("config list").out


def test_who_i_am(book: Book) -> None:
    def me(*options: str, **env: str) -> str:
        return book.run([*options, "config", "get", "user"], env=env).out.strip()

    book.write("records/users/li-na.yaml", "id: li-na\nname: 李娜\nemail: Li@Example.org\n")
    git = {"GIT_CONFIG_COUNT": "2"}
    git |= {"GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Li N."}
    git |= {"GIT_CONFIG_KEY_1": "user.email", "GIT_CONFIG_VALUE_1": "li@example.org"}
    assert me() == ""
    assert me(**git) == "li-na"
    assert me(**{**git, "GIT_CONFIG_VALUE_1": "other@example.org"}) == "Li N."
    book.run("config set --local user local")
    assert me(**git) == "local"
    book.run("config set --person user person")
    assert me(**git) == "person"
    assert me(**git, CRMCTL_USER="env") == "env"
    assert me("--as", "flag", **git, CRMCTL_USER="env") == "flag"


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ("person", "usr: li\n", "usr: there is no such setting"),
        ("person", "user: [\n", "config.yaml:"),
        ("local", b"user: \xff\n", "local.yaml"),
        ("local", "language: fr\n", "must be “en” or “zh”"),
    ],
)
def test_a_person_s_file_that_cannot_be_used(
    book: Book, place: str, text: str | bytes, said: str
) -> None:
    file = {
        "person": book.home / ".config/crmctl/config.yaml",
        "local": book.root / ".crmctl/local.yaml",
    }[place]
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    assert said in book.run("customer add Acme", code=3).err
    assert not (book.root / "records").exists()
