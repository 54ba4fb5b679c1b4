"""Everything that is said in English is said in Chinese too, and the catalog's tool is right."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import messages


def shown(faults: list[str]) -> None:
    if faults:
        pytest.fail("\n".join(["", *faults]), pytrace=False)


def test_the_chinese_catalog_is_complete() -> None:
    shown(messages.faults(messages.read(), messages.extract_ours(), messages.extract_click()))


def test_the_compiled_catalog_is_fresh() -> None:
    assert not messages.is_stale(), "run: python tools/messages.py compile"


SOURCE = """
_("One {name}.").format(name=name)
_(N_("Two"))
ngettext("{n} item", "{n} items", n)
_("long "
  "text")
_(variable)
gettext("other")
"""


def found(folder: Path, source: str) -> messages.Found:
    (folder / "source.py").write_text(source, "utf-8")
    return messages.extract(folder, "crmctl")


def catalog(**translations: str) -> Catalog:
    made = messages.merged(Catalog(locale="zh_CN"))
    for message, translation in translations.items():
        made.add(message, translation, [("crmctl/source.py", 1)])
    return made


NOTHING = messages.Found()


def test_messages_are_found_where_they_are_marked(tmp_path: Path) -> None:
    assert found(tmp_path, SOURCE).places.keys() == {
        "One {name}.",
        "Two",
        ("{n} item", "{n} items"),
        "long text",
    }


def test_an_f_string_is_no_message(tmp_path: Path) -> None:
    assert found(tmp_path, '_(f"hello {name}")').faults == [
        "crmctl/source.py:1: an f-string cannot be translated"
    ]


def test_translations_survive_an_update_and_those_unused_are_set_aside(tmp_path: Path) -> None:
    old = catalog(kept="保留", gone="消失")
    new = messages.merged(old, found(tmp_path, '_("kept")\n_("new")'))
    assert {message.id: message.string for message in new if message.id} == {
        "kept": "保留",
        "new": "",
    }
    text = messages.po_bytes(new).decode()
    assert '#~ msgid "gone"\n#~ msgstr "消失"' in text
    again = messages.merged(new, found(tmp_path, '_("gone")'))
    assert [message.string for message in again if message.id] == ["消失"]


def test_the_compiled_form_holds_what_is_translated(tmp_path: Path) -> None:
    old = catalog(one="一")
    old.add(("{n} item", "{n} items"), ("{n} 项",))
    source = '_("one")\n_("two")\nngettext("{n} item", "{n} items", n)\nngettext("a", "as", n)'
    data = messages.mo_bytes(messages.merged(old, found(tmp_path, source)))
    spoken = gettext.GNUTranslations(io.BytesIO(data))
    assert spoken.gettext("one") == "一"
    assert spoken.gettext("two") == "two"
    assert spoken.ngettext("{n} item", "{n} items", 3) == "{n} 项"
    assert spoken.ngettext("a", "as", 3) == "as"


@pytest.mark.parametrize(
    ("source", "translations", "expected"),
    [
        ('_("one")', {"one": "一"}, None),
        ('_("one")', {}, "not in the catalog: 'one'"),
        ('_("one")', {"one": ""}, "not translated: 'one'"),
        ("", {"one": "一"}, "no longer used: 'one'"),
        ('_("{a} of {b}")', {"{a} of {b}": "{b} 的 {a}"}, None),
        ('_("{a} of {b}")', {"{a} of {b}": "{b} 的 {c}"}, "placeholders differ ({a}, {c})"),
        ('_("%(n)s left")', {"%(n)s left": "还有"}, "placeholders differ (%(n)s)"),
    ],
)
def test_faults_of_a_catalog(
    tmp_path: Path, source: str, translations: dict[str, str], expected: str | None
) -> None:
    faults = messages.faults(catalog(**translations), found(tmp_path, source), NOTHING)
    if expected is None:
        assert faults == []
    else:
        assert len(faults) == 1
        assert expected in faults[0]


def test_messages_of_another_click_are_no_fault() -> None:
    made = catalog()
    made.add("Usage:", "用法：", [("click/formatting.py", 1)])
    assert messages.faults(made, NOTHING, NOTHING) == []
