"""Names of people and companies: folded for comparing, spelled for ids, keyed for search.

pypinyin takes a fifth of a second to load and is asked only when Chinese characters are there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from crmctl.values.ids import is_reserved
from crmctl.values.text import fold

MAX_SLUG = 40

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Sets of so many characters take milliseconds to compile: `re` does it when they are first used.
_HAN_RUN = f"[{_HAN}]+"
_CJK = f"[{_HAN}\u3040-\u30ff\u31f0-\u31ff\uac00-\ud7af\u1100-\u11ff\uff66-\uff9f]"
_RUN = f"[{_HAN}]+|[^\\W_{_HAN}]+"
_WORD = re.compile(r"[^\W_]+")
_MIDDLE_DOT = f"(?<=[{_HAN}])[·•‧・･.](?=[{_HAN}])"
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_DOTTED = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)")  # S.p.A., e.V.
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
        "ı": "i",
    }
)  # fmt: skip
_TERMINAL = re.compile(  # orders to a terminal: colors and the like, titles, single characters
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b."
)
_ACCENTS = re.compile("[\u0300-\u036f]")


class Pinyin(NamedTuple):
    """A name in pinyin without tones; ü is spelled v, as people type it."""

    full: str
    spaced: str
    initials: str


def has_cjk(text: str) -> bool:
    """Whether Chinese, Japanese or Korean characters are among the text."""
    return not text.isascii() and re.search(_CJK, text) is not None


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def _surname(name: str) -> str:
    """The surname of a personal name, or "" when it does not look like one."""
    from crmctl.values import surnames

    if not 2 <= len(name) <= 4 or re.fullmatch(_HAN_RUN, name) is None:
        return ""
    words = surnames.COMPANY_WORDS
    if any(name[:n] in words for n in (2, 3, 4)):
        return ""
    if any(name[-n:] in words and name[-n:] not in surnames.GIVEN_NAMES for n in (2, 3, 4)):
        return ""
    if name[:2] in surnames.COMPOUND and len(name) > 2:
        return name[:2]
    company = len(name) == 3 and name[-1] in surnames.COMPANY_ENDINGS
    if name[0] not in surnames.SINGLE or company:
        return ""
    # Four characters behind a single surname: only where husband's and own stand together.
    return name[0] if len(name) < 4 or name[1] in surnames.SINGLE else ""


def is_personal_name(text: str) -> bool:
    """Whether text looks like the Chinese name of a person.

    Two to four characters that begin with a known surname and do not end like a company. A guess:
    short brand names (华为) look the same.
    """
    return bool(_surname(text.strip()))


@lru_cache(maxsize=1 << 16)
def _word_syllables(word: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    found: list[str] = []
    for syllable in lazy_pinyin(word):
        if re.fullmatch(_HAN_RUN, syllable):
            found += [""] * len(syllable)
        else:
            # "ê", "ḿ" and "ǹg" are the readings of a few interjections.
            found.append(re.sub("[^a-z]", "", _without_accents(syllable)))
    return tuple(found)


def _syllables(run: str, surname: str = "") -> list[str]:
    """One syllable a character; "" for a character without known reading."""
    from pypinyin.contrib.mmseg import seg

    from crmctl.values.surnames import READINGS

    if surname in READINGS:
        return [*READINGS[surname].split(), *_syllables(run[len(surname) :])]
    # Word by word, as pypinyin does it, because words come again and are then ten times faster.
    return [syllable for word in seg.cut(run) for syllable in _word_syllables(word)]


def _readings(text: str, personal: bool = True) -> Iterator[str]:
    """The text as words: a syllable for each Chinese character, Latin words without accents."""
    for run in re.findall(_RUN, text):
        if re.match(_HAN_RUN, run):
            yield from filter(None, _syllables(run, _surname(run) if personal else ""))
        elif (latin := _without_accents(run)).isascii():
            yield latin


def _spelled(words: list[str]) -> Pinyin | None:
    if not words:
        return None
    return Pinyin("".join(words), " ".join(words), "".join(word[0] for word in words))


def pinyin(text: str) -> Pinyin | None:
    """The reading of a text with Chinese characters; None for one without.

    Surnames are read as surnames where the text looks like a person's name.
    """
    folded = fold(text)
    if folded.isascii() or re.search(_HAN_RUN, folded) is None:
        return None
    return _spelled(list(_readings(folded)))


def _company_parts(run: str) -> Iterator[int]:
    """Lengths of the parts of a company's name: known words, and what stands between them."""
    from crmctl.values.surnames import COMPANY_WORDS

    start = place = 0
    while place < len(run):
        word = next((n for n in range(6, 1, -1) if run[place : place + n] in COMPANY_WORDS), 0)
        if not word:
            place += 1
            continue
        if place > start:
            yield place - start
        end = min(place + word, len(run))
        # 深圳市 is one part; in 上海市场 the character belongs to what follows.
        if run[end : end + 1] in ("市", "省") and run[end + 1 : end + 2] not in ("场", "政"):
            end += 1
        yield end - place
        start = place = end
    if place > start:
        yield place - start


def company_words(text: str) -> list[tuple[str, bool]]:
    """The words of a company's name, without accents and with umlauts spelled out, and of each
    whether it is a Chinese word that many have: a town, a trade, a form of company.

    Chinese is taken apart where such words begin and end: 上海智云科技 has 上海, 智云 and 科技.
    """
    from crmctl.values.surnames import COMPANY_WORDS

    found: list[tuple[str, bool]] = []
    folded = _APOSTROPHE.sub("", _DOTTED.sub("", fold(text)))
    for run in re.findall(_RUN, folded):
        if re.match(_HAN_RUN, run) is None:
            found += [(word, False) for word in _WORD.findall(plain(run))]
            continue
        start = 0
        for length in _company_parts(run):
            word = run[start : start + length]
            found.append((word, word in COMPANY_WORDS or word[:-1] in COMPANY_WORDS))
            start += length
    return found


def plain(text: str) -> str:
    """A folded text without accents, umlauts spelled out."""
    return _without_accents(text.translate(_UMLAUTS))


def _slug_words(text: str, personal: bool) -> Iterator[str]:
    # A middle dot joins the parts of a foreign name, which has no Chinese surname.
    apart = re.sub(_MIDDLE_DOT, " ", _APOSTROPHE.sub("", text))
    foreign = re.search(_MIDDLE_DOT, text) is not None
    for run in re.findall(_RUN, apart):
        if re.match(_HAN_RUN, run) is None:
            yield from re.findall("[a-z0-9]+", plain(run))
            continue
        surname = _surname(run) if personal and not foreign else ""
        syllables = _syllables(run, surname)
        if surname:
            parts = iter([len(surname), len(run) - len(surname)])
        else:
            parts = iter([len(run)]) if foreign else _company_parts(run)
        for length in parts:
            yield "".join(syllables[:length])
            del syllables[:length]


def slug(text: str, personal: bool = True) -> str:
    """An id made from a name: lower-case ASCII words joined by hyphens, at most 40 characters.

    Chinese by pinyin: people as `zhang-wei` and `ouyang-nana`, companies by words
    (`huawei-jishu-youxiangongsi`). Accents go, umlauts are spelled out (`mueller-gmbh`). "" when
    nothing can be spelled. `personal=False` says that it is no person's name, whatever it looks
    like: 华为 is then `huawei`, not `hua-wei`.
    """
    result = ""
    for word in filter(None, _slug_words(fold(_TERMINAL.sub("", text)), personal)):
        longer = f"{result}-{word}" if result else word[:MAX_SLUG]
        if len(longer) > MAX_SLUG:
            break
        result = longer
    return f"{result}-1" if is_reserved(result) else result


def _latin_keys(words: list[str]) -> Iterator[str]:
    if len(words) < 2:
        return
    yield "".join(words)
    if len(words) == 2:
        # Chinese names in Latin letters come in either order.
        yield words[1] + words[0]
    yield "".join(word[0] for word in words)


def _pinyin_keys(folded: str) -> Iterator[str]:
    from crmctl.values.surnames import READINGS

    two_ways = any(_surname(run) in READINGS for run in re.findall(_HAN_RUN, folded))
    for personal in (True, False) if two_ways else (True,):
        found = _spelled(list(_readings(folded, personal)))
        if found:
            syllables = found.spaced.split()
            length = len(_surname(folded)) if personal else 0
            # Who writes Chinese names in Latin letters may put the given name first.
            turned = "".join([*syllables[length:], *syllables[:length]])
            yield found.full
            yield from syllables
            yield found.initials
            yield turned
            if "v" in found.full:
                yield found.full.replace("v", "u")
                yield turned.replace("v", "u")


def search_keys(text: str) -> list[str]:
    """The forms under which a name is found, each once, in this order.

    The folded words; the same without accents; for Chinese the whole in pinyin, its syllables and
    initials, and of a person the given name first (with 单 read as surname and as word); for
    several Latin words all joined in either order, and their initials.
    """
    folded = fold(text)
    words = _WORD.findall(folded)
    keys = list(words)
    bare = _WORD.findall(_without_accents(_APOSTROPHE.sub("", folded)))
    keys += bare
    if folded.isascii():
        keys.extend(_latin_keys(bare))
        return list(dict.fromkeys(keys))
    keys += _WORD.findall(plain(folded))
    if re.search(_HAN_RUN, folded):
        keys.extend(_pinyin_keys(folded))
    elif not has_cjk(folded):
        keys.extend(_latin_keys(bare))
    return list(dict.fromkeys(keys))
