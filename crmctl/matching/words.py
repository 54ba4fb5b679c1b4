"""What a query may mean, and the records whose names bear its words, exactly or nearly.

A query is read in several ways: word by word, and with its words joined, because 张伟 is written
`zhang wei`, `wei zhang` and `zhangwei`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmctl.index.store import Index
from crmctl.matching.bands import BEGINNINGS, FUZZY, FUZZY_SPAN, INSIDE, WHOLE, WORDS, Match, Names
from crmctl.values import jsontext
from crmctl.values.names import has_cjk, search_keys
from crmctl.values.phones import digits, same
from crmctl.values.text import fold

LAST = "\U0010ffff"
MIN_PHONE = 4
LOCAL_NUMBER = 7  # digits in which two spellings of one number agree, whatever precedes them
MOST_WORDS = 12
MOST_JOINED = 4
MANY = 1500  # records; to look at all keys is cheaper than to look up those of more
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"[-+0-9\s().,/·\u2010-\u2015]+(?:(?:ext|x|#|转|轉|分机)[\s.]*[0-9]+)?")

Row = tuple[str, str, int, str]  # key, form, rid, field


@dataclass(frozen=True, slots=True)
class Query:
    """A query as typed, folded, and the ways in which its words may be meant."""

    text: str
    phrase: str
    ways: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, text: str) -> Query:
        """Words are runs of letters and digits; e-mail addresses and mere signs stay whole."""
        phrase = " ".join(fold(text.replace("\0", " ")).split())
        words: list[str] = []
        for piece in phrase.split():
            found = [] if "@" in piece else _WORD.findall(piece)
            words += found or [piece]
        ways = [tuple(dict.fromkeys(words))[:MOST_WORDS]] if words else []
        if 1 < len(words) <= MOST_JOINED:
            ways.append(("".join(words),))
        if len(words) == 2 and words[0] != words[1]:
            ways.append((words[1] + words[0],))
        return cls(text.strip(), phrase, tuple(ways))

    @property
    def phone(self) -> str:
        """The digits when the whole query can be a phone number, else ""."""
        folded = fold(self.text)
        number = digits(self.text) if _PHONE.fullmatch(folded) else ""
        return number if len(number) >= MIN_PHONE else ""


class Words:
    """Looks words up among the keys of an index."""

    def __init__(self, index: Index, names: Names) -> None:
        self.index = index
        self.names = names
        self.near: dict[str, dict[str, float]] = {}
        self._beginning: dict[str, list[Row]] = {}

    def beginning(self, needle: str) -> list[Row]:
        """The keys that begin with a folded text; of a single Latin letter the equal ones."""
        rows = self._beginning.get(needle)
        if rows is None:
            sql = "SELECT key, form, rid, field FROM key WHERE key "
            if len(needle) == 1 and needle.isascii():
                rows = self.index.rows(sql + "= ?", (needle,))
            else:
                rows = self.index.rows(sql + ">= ? AND key < ?", (needle, needle + LAST))
            self._beginning[needle] = rows
        return rows

    def find(self, word: str) -> tuple[dict[int, Match], dict[int, set[str]]]:
        """The best match of a word in each record, and the fields that hold it as a whole word."""
        matches: dict[int, Match] = {}
        exact: dict[int, set[str]] = {}
        spellings = variants(word)
        rows = list(self.beginning(word))
        for other in spellings - {word}:
            rows += [row for row in self.beginning(other) if row[0] == other]
        for key, form, rid, field in rows:
            share = len(word) / len(key)
            if form == "word" and key in spellings:
                exact.setdefault(rid, set()).add(field)
                keep(matches, rid, Match(self.names.word(field, WORDS, 0.0), field, key))
            elif form == "word":
                score = self.names.word(field, BEGINNINGS, share)
                keep(matches, rid, Match(score, field, key))
            elif form in ("email", "phone"):
                score = WHOLE if key == word else INSIDE + 6 * share
                keep(matches, rid, Match(score, field, key))
        if word.isdigit() and len(word) >= MIN_PHONE:
            for rid, match in self.phone(word, word).items():
                keep(matches, rid, match)
        return matches, exact

    def inside(self, rids: Sequence[int], word: str) -> dict[int, Match]:
        """Those of the records that have the word somewhere in a name or an e-mail address."""
        sql = "SELECT key, form, rid, field FROM key WHERE form IN ('name', 'email')"
        sql += " AND instr(key, ?)"
        params = [word]
        if len(rids) < MANY:
            sql += " AND rid IN (SELECT value FROM json_each(?))"
            params.append(jsontext.dumps(list(rids)))
        wanted = set(rids)
        matches: dict[int, Match] = {}
        for key, form, rid, field in self.index.rows(sql, params):
            if rid in wanted and (form == "email" or field in self.names.less):
                score = INSIDE + 6 * len(word) / len(key) - self.names.less.get(field, 0.0)
                keep(matches, rid, Match(score, field, word))
        return matches

    def phone(self, number: str, text: str) -> dict[int, Match]:
        """Records with a phone number that is, or contains, the digits of `text`."""
        tail = number[-LOCAL_NUMBER:]
        local = number.removeprefix("0")
        rows = self.index.rows(
            "SELECT key, rid, field FROM key WHERE key >= '0' AND key < ':' AND form = 'phone'"
            " AND instr(key, ?)",
            (tail if len(number) > MIN_PHONE else number,),
        )
        matches: dict[int, Match] = {}
        for key, rid, field in rows:
            if key == number or same(text, key):
                keep(matches, rid, Match(WHOLE, field, key))
            elif number in key or (len(local) >= MIN_PHONE and local in key):
                keep(matches, rid, Match(INSIDE + 6 * len(number) / len(key), field, key))
        return matches

    def longest(self, rids: Iterable[int], cjk: bool) -> dict[tuple[int, str], int]:
        """How long the names in each (record, field) are: in full pinyin or joined, or as written.

        Of several names in one field the longest counts.
        """
        condition = "form = 'name'" if cjk else f"form = 'word' AND key < '{chr(127)}'"
        rows = self.index.rows(
            "SELECT rid, field, max(length(key)) FROM key"
            f" WHERE rid IN (SELECT value FROM json_each(?)) AND {condition} GROUP BY rid, field",
            (jsontext.dumps(list(rids)),),
        )
        return {(rid, field): length for rid, field, length in rows}

    # typing errors

    def nearly(self, word: str, known: bool) -> dict[int, Match]:
        """The records by words that differ from `word` as typing errors do.

        Words that begin with one of its first two letters come first; only a word that nothing
        is `known` by is looked for under every other letter, too.
        """
        self.near[word] = {}
        plain = min(variants(word), key=lambda spelling: (not spelling.isascii(), spelling))
        allowed = _errors(len(plain))
        if not allowed or has_cjk(plain) or not plain.isalpha():
            return {}
        ranges = [(first, first + LAST) for first in dict.fromkeys(plain[:2])]
        near = self._near(plain, allowed, ranges)
        if not near and not known:
            near = self._near(plain, allowed, [("", "\x7f" if plain.isascii() else LAST)])
        self.near[word] = near
        rows = self.index.rows(
            "SELECT key, rid, field FROM key WHERE form = 'word'"
            " AND key IN (SELECT value FROM json_each(?))",
            (jsontext.dumps(list(near)),),
        )
        matches: dict[int, Match] = {}
        for key, rid, field in rows:
            score = near[key] - self.names.less.get(field, 6.0)
            keep(matches, rid, Match(score, field, key))
        return matches

    def _near(self, word: str, allowed: int, ranges: Sequence[tuple[str, str]]) -> dict[str, float]:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        vocabulary: list[str] = []
        for first, last in ranges:
            vocabulary += [
                key
                for (key,) in self.index.rows(
                    "SELECT DISTINCT key FROM key WHERE form = 'word' AND key >= ? AND key < ?"
                    " AND length(key) BETWEEN ? AND ?",
                    (first, last, max(4, len(word) - allowed), len(word) + allowed),
                )
            ]
        found: dict[str, float] = {}
        for key, distance, _ in extract(
            word, vocabulary, scorer=OSA.distance, score_cutoff=allowed, limit=None
        ):
            other = key[0] != word[0]
            # Two errors in a short word, or two with the first letter, make another word of it.
            most = _errors(min(len(word), len(key)) - 2 * other)
            if 0 < distance <= max(most, 1) and not has_cjk(key):
                closeness = 1 - distance / max(len(word), len(key))
                # Letters swapped, doubled or not doubled are likelier than other ones.
                same = set(key) == set(word)
                found[key] = FUZZY + FUZZY_SPAN * closeness + same - 4 * other
        return found


def keep(matches: dict[int, Match], rid: int, match: Match) -> None:
    """Notes a match of a record unless a better one is known."""
    known = matches.get(rid)
    if known is None or match.score > known.score:
        matches[rid] = match


def variants(word: str) -> set[str]:
    """A folded word with and without its accents."""
    if word.isascii() or has_cjk(word):
        return {word}
    return {word, *search_keys(word)}


def _errors(length: int) -> int:
    """How many typing errors a word of that length may have."""
    if length < 4:
        return 0
    return 1 if length < 6 else 2
