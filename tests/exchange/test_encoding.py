"""Bytes from elsewhere: every encoding told or guessed aloud, never mojibake in silence."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.exchange.encoding import decode
from crmctl.exchange.errors import BadText, NotATable, UnknownEncoding

CHINESE = "名称,城市\n上海智云科技有限公司,上海\n张伟,北京\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8"),
        (CHINESE.encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-16-be"),
        (CHINESE.encode("utf-32"), "utf-32-le"),
    ],
)
def test_what_a_file_says_itself_is_no_guess(data: bytes, encoding: str) -> None:
    assert decode(data, "x.csv") == (CHINESE, encoding, False)


def test_gb18030_is_guessed_and_told() -> None:
    assert decode(CHINESE.encode("gb18030"), "x.csv") == (CHINESE, "gb18030", True)


def test_a_named_encoding_is_used() -> None:
    assert decode("Müller".encode("latin-1"), "x.csv", "latin-1").text == "Müller"
    assert decode("張偉".encode("big5"), "x.csv", "big5").text == "張偉"
    assert decode("a".encode("utf-8-sig"), "x.csv", "utf-8").text == "a"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("name\nok\nJürgen Müller, Käthe Größer", "latin-1"),
        ("name\nok\nAgnès Lefèvre, Saint-Étienne", "latin-1"),
        ("name\nok\nИванов Иван Иванович", "windows-1251"),
        ("name\nok\n張偉國際有限公司 臺灣的電話簿", "big5"),
        ("name\nok\n株式会社 サトウ ヤマダ タナカ", "shift_jis"),
    ],
)
def test_what_is_not_chinese_is_refused_with_its_line(text: str, encoding: str) -> None:
    with pytest.raises(BadText, match=r"x\.csv:3: ") as caught:
        decode(text.encode(encoding), "x.csv")
    assert "--encoding" in (caught.value.hint or "")


def test_a_broken_character_names_its_line() -> None:
    with pytest.raises(BadText, match=r"x\.csv:2: .*GB18030"):
        decode(b"a\n\xff\xff", "x.csv", "gb18030")


def test_text_with_nul_is_no_text() -> None:
    with pytest.raises(BadText, match=r"x\.csv:1"):
        decode("a,b\n".encode("utf-16-le"), "x.csv")


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest"])
def test_a_workbook_is_named_as_such(data: bytes) -> None:
    with pytest.raises(NotATable, match="workbook"):
        decode(data, "x.xlsx")


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "a\0b"])
def test_an_unknown_encoding_is_a_usage_error(name: str) -> None:
    with pytest.raises(UnknownEncoding):
        decode(b"a", "x.csv", name)


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_utf8_is_always_taken_for_itself(text: str) -> None:
    if not text.startswith(("\ufeff", "PK\x03\x04")):
        assert decode(text.encode(), "x.csv") == (text, "utf-8", False)


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    with suppress(BadText, NotATable):
        assert isinstance(decode(data, "x.csv").text, str)
