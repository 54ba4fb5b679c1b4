"""Names: folded, read in pinyin, made into ids, found in the ways people type."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.ids import is_valid_id
from crmctl.values.names import (
    MAX_SLUG,
    Pinyin,
    has_cjk,
    is_personal_name,
    pinyin,
    search_keys,
    slug,
)
from crmctl.values.text import fold

names = st.one_of(
    st.text(),
    st.text("张王李单曾解仇区查任朴盖欧阳尉迟万俟公司科技上海 ·aZé'-.𠮷", max_size=60),
)


def test_folding() -> None:
    assert fold("Zhang WEI") == "zhang wei"
    assert fold("ＡＢＣ公司") == "abc公司"
    assert fold("Straße") == "strasse"
    assert fold("é") == "é"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_text_folds_alike_alone_and_beside_other_text(text: str) -> None:
    assert fold(text + "张") == fold(text) + "张"


def test_chinese_japanese_and_korean() -> None:
    assert all(map(has_cjk, ["张", "a张", "テレビ", "안녕", "𠮷"]))
    assert not any(map(has_cjk, ["", "abc", "é", "Привет", "，"]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("张伟", "zhang-wei"),
        ("張偉", "zhang-wei"),
        ("欧阳娜娜", "ouyang-nana"),
        ("单雄信", "shan-xiongxin"),
        ("曾国藩", "zeng-guofan"),
        ("解缙", "xie-jin"),
        ("仇英", "qiu-ying"),
        ("区大相", "ou-daxiang"),
        ("查良镛", "zha-liangyong"),
        ("任正非", "ren-zhengfei"),
        ("朴槿惠", "piao-jinhui"),
        ("盖叫天", "ge-jiaotian"),
        ("尉迟恭", "yuchi-gong"),
        ("万俟卨", "moqi-xie"),
        ("吕布", "lv-bu"),
        ("陈建设", "chen-jianshe"),
        ("华为技术有限公司", "huawei-jishu-youxiangongsi"),
        ("深圳市腾讯计算机系统有限公司", "shenzhenshi-tengxun-jisuanji-xitong"),
        ("上海市场研究中心", "shanghai-shichang-yanjiu-zhongxin"),
        ("上海银行", "shanghai-yinhang"),
        ("重庆长安汽车", "chongqing-changan-qiche"),
        ("3M中国", "3m-zhongguo"),
        ("阿卜杜拉·买买提", "abodula-maimaiti"),
        ("张伟（上海）", "zhang-wei-shanghai"),
        ("Müller GmbH", "mueller-gmbh"),
        ("Škoda Łódź", "skoda-lodz"),
        ("Straße 7", "strasse-7"),
        ("O'Brien & Co.", "obrien-co"),
        ("ＡＣＭＥ", "acme"),
        ("Con", "con-1"),
        ("\x1b[1;31mRed\x1b[0m Alert", "red-alert"),
        ("A\x9b31mcme \x1b]0;title\x07Ltd\x1b", "acme-ltd"),
        ("../../etc", "etc"),
        ("안녕", ""),
        ("***", ""),
        ("", ""),
    ],
)
def test_slugs(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_an_organization_that_looks_like_a_person() -> None:
    assert slug("华为") == "hua-wei"
    assert slug("华为", personal=False) == "huawei"


def test_long_names_end_at_a_word() -> None:
    assert slug("alpha beta gamma delta epsilon zeta eta theta") == (
        "alpha-beta-gamma-delta-epsilon-zeta-eta"
    )
    assert slug("x" * 100) == "x" * MAX_SLUG


@given(names)
def test_a_slug_is_a_short_valid_id_or_empty(name: str) -> None:
    found = slug(name)
    assert found == "" or (is_valid_id(found) and found.isascii() and len(found) <= MAX_SLUG + 2)
    assert slug(found) == found or found.endswith("-1")


def test_pinyin() -> None:
    assert pinyin("张伟") == Pinyin("zhangwei", "zhang wei", "zw")
    assert pinyin("单雄信") == Pinyin("shanxiongxin", "shan xiong xin", "sxx")
    assert pinyin("Acme 上海") == Pinyin("acmeshanghai", "acme shang hai", "ash")
    assert pinyin("𠮷") is None
    assert pinyin("Zhang Wei") is None
    assert pinyin("テレビ") is None


def test_personal_names() -> None:
    people = ["张伟", "欧阳修", "诸葛孔明", "陈方安生", "王长安", " 李四 "]
    assert all(map(is_personal_name, people))


@pytest.mark.parametrize(
    "name", ["上海", "金山科技", "安徽", "王", "车管所", "Li", "", "腾讯", "张三李四五"]
)
def test_what_is_no_personal_name(name: str) -> None:
    assert not is_personal_name(name)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("张伟", ["张伟", "zhangwei", "zhang", "wei", "zw", "weizhang"]),
        ("Zhang Wei", ["zhang", "wei", "zhangwei", "weizhang", "zw"]),
        ("Müller GmbH", ["müller", "gmbh", "muller", "mueller", "mullergmbh", "gmbhmuller", "mg"]),
        ("Jean-Paul Sartre", ["jean", "paul", "sartre", "jeanpaulsartre", "jps"]),
        ("O'Brien", ["o", "brien", "obrien"]),
        ("Acme", ["acme"]),
        ("吕布", ["吕布", "lvbu", "lv", "bu", "lb", "bulv", "lubu", "bulu"]),
        ("", []),
    ],
)
def test_search_keys(name: str, keys: list[str]) -> None:
    assert search_keys(name) == keys


def test_a_surname_is_found_by_either_reading() -> None:
    keys = search_keys("单雄信")
    assert {"shanxiongxin", "sxx", "danxiongxin", "dxx"} <= set(keys)


@given(names)
def test_keys_are_folded_and_unique(name: str) -> None:
    keys = search_keys(name)
    assert len(keys) == len(set(keys))
    assert all(key and key == fold(key) and not any(map(str.isspace, key)) for key in keys)


def test_plain_names_never_load_pypinyin() -> None:
    code = (
        "import sys; from crmctl.values import names; "
        "names.search_keys('Zhang Wei'); names.slug('Müller'); names.pinyin('x'); "
        "sys.exit('pypinyin' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
