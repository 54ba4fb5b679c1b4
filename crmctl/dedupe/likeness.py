"""How alike two values of a field are, from 0 (nothing in common) to 1 (the same).

Each function takes the texts that two records have in one field, normalised already, and goes by
the two that are most alike: a firm may have three phones, and one in common is enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio, token_sort_ratio

from crmctl.values.names import has_cjk
from crmctl.values.phones import same

Texts = Sequence[str]
SOUND = "~"  # before the reading of a Chinese name, for names in Latin letters to be held against
REST = "|"  # between the words that tell a name from others, those that many have, and the form
MISTYPED = 0.9
SHORTER = 0.88  # a name that says less: “Bodensee” beside “Bodensee Pharma”
SPOKEN = 0.95  # a name in pinyin may be that of several in characters
UNSAID = 0.95  # where one leaves out the town
AROUND = 0.2  # what towns and trades count
OTHER_FORM = 0.975  # an AG beside a GmbH: worth a look, for they may be two firms of one family
LONG = 6
OTHER_NUMBER = 0.7
LAST_DIGITS = 7
_DIGITS = re.compile("[0-9]+")


def exact(ours: Texts, theirs: Texts) -> float:
    """Equal or not."""
    return 0.0 if set(ours).isdisjoint(theirs) else 1.0


def number(ours: Texts, theirs: Texts) -> float:
    """Equal, or mistyped at one place: a digit wrong, left out, too many, or two exchanged."""
    if not set(ours).isdisjoint(theirs):
        return 1.0
    near = any(
        min(len(one), len(other)) >= LONG and OSA.distance(one, other, score_cutoff=1) == 1
        for one in ours
        for other in theirs
    )
    return MISTYPED if near else 0.0


def phone(ours: Texts, theirs: Texts) -> float:
    """One line or not, whether written with the code of the country or without."""
    alike = any(
        one[-LAST_DIGITS:] == other[-LAST_DIGITS:] and same(one, other)
        for one in ours
        for other in theirs
    )
    return 1.0 if alike else 0.0


def name(ours: Texts, theirs: Texts) -> float:
    """Names of people and the like, whatever the order of the words."""
    return _spoken(ours, theirs, _name)


def company(ours: Texts, theirs: Texts) -> float:
    """Names of firms: what tells one from others counts most, towns and trades little."""
    return _spoken(ours, theirs, _company)


def words(ours: Texts, theirs: Texts) -> float:
    """Addresses: the same words in any order; another number is another house."""
    best = 0.0
    for one in ours:
        for other in theirs:
            alike = token_sort_ratio(one, other) / 100
            if set(_DIGITS.findall(one)) != set(_DIGITS.findall(other)):
                alike *= OTHER_NUMBER
            best = max(best, alike)
    return best


LIKENESS: dict[str, Callable[[Texts, Texts], float]] = {
    "exact": exact,
    "number": number,
    "phone": phone,
    "name": name,
    "company": company,
    "words": words,
}


def keys(how: str, texts: Texts) -> Iterator[str]:
    """What records that are alike in a field have in common.

    Of numbers and addresses that is the whole without fault, of names their consonants: who differs
    in more than vowels is likely the same for another reason alone, which has keys too.
    """
    for text in texts:
        if how == "phone":
            yield text[-LAST_DIGITS:]
        elif how in ("name", "company"):
            spelled = text.removeprefix(SOUND)
            telling = spelled.partition(REST)[0] or spelled
            yield _skeleton(telling)
        else:
            yield text


def _spoken(ours: Texts, theirs: Texts, alike: Callable[[str, str], float]) -> float:
    """The most alike of two lists of names; readings are held against Latin names alone."""
    best = 0.0
    for one in ours:
        for other in theirs:
            if one == other and not one.startswith(SOUND):
                return 1.0
            sounds = one.startswith(SOUND) + other.startswith(SOUND)
            if sounds == 0:
                best = max(best, alike(one, other))
            elif sounds == 1:
                one_, other_ = one.removeprefix(SOUND), other.removeprefix(SOUND)
                if not has_cjk(one_) and not has_cjk(other_):
                    best = max(best, SPOKEN * alike(one_, other_))
    return best


def _name(one: str, other: str) -> float:
    if one.isascii() and other.isascii():
        return max(JaroWinkler.similarity(one, other), token_sort_ratio(one, other) / 100)
    return ratio(one, other) / 100


def _company(one: str, other: str) -> float:
    telling, rest, form = _parts(one)
    telling_, rest_, form_ = _parts(other)
    same_form = not form or not form_ or form == form_
    ours, theirs = set(rest.split()), set(rest_.split())
    if ours == theirs:
        around = 1.0
    elif ours <= theirs or theirs <= ours:
        around = UNSAID
    else:
        around = token_sort_ratio(rest, rest_) / 100
    if not telling or not telling_:
        return token_sort_ratio(f"{telling} {rest}", f"{telling_} {rest_}") / 100
    alike = ratio(telling, telling_) / 100
    ours, theirs = set(telling.split()), set(telling_.split())
    if alike < SHORTER and (ours < theirs or theirs < ours):
        alike = SHORTER
    return ((1 - AROUND) * alike + AROUND * around) * (1 if same_form else OTHER_FORM)


def _parts(name: str) -> tuple[str, str, str]:
    telling, _bar, rest = name.partition(REST)
    rest, _bar, form = rest.partition(REST)
    return telling, rest, form


def _skeleton(text: str) -> str:
    """A name without vowels and doubled letters: Meier, Maier and Meyer have the same."""
    plain = text.replace(" ", "")
    if not plain.isascii():
        return plain
    return plain[:1] + re.sub(r"(.)\1+", r"\1", re.sub("[aeiouyh]", "", plain[1:]))
