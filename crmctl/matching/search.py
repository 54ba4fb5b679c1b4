"""Search as people search: ranked, forgiving, over names and everything written about them.

Every word of the query must match something in a record: a word of a name, its beginning or a
part of it, its pinyin or initials, an e-mail address, the digits of a phone number, any searched
text. Only when no record bears the words as they are, in a name or another field, do words that
differ by a typing error count, and of those the likeliest. The bands of the score (0 to 100) are
described in `crmctl.matching.bands`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.index.layout import quoted
from crmctl.matching import bands, snippets, texts
from crmctl.matching.bands import Match, Names
from crmctl.matching.words import Query, Words, keep
from crmctl.schema.model import Kind
from crmctl.values import jsontext
from crmctl.values.names import has_cjk

if TYPE_CHECKING:
    from crmctl.index.store import Index
    from crmctl.workspace import Workspace

CUSTOMER = "customer"
MOST_TEXTS = 1000  # of events; more is no answer to anyone's question
MOST_MEASURED = 2000  # records; a word that more than these bear says little about any of them


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that was found: how well (0 to 100), in which field, and a piece of its text."""

    kind: str
    id: str
    name: str
    score: int
    field: str
    snippet: str


def search(
    workspace: Workspace,
    text: str,
    kinds: Sequence[str] | None = None,
    limit: int | None = 20,
    archived: bool = False,
) -> list[Hit]:
    """The records that match `text`, best first; equals: names, customers, kind order, then id.

    `kinds`: names of kinds, None for all. `limit` None or 0: all, though of events (kinds without
    names) no more than MOST_TEXTS. Archived records only when `archived`.
    """
    query = Query.of(text)
    wanted = [kind for kind in workspace.registry if kinds is None or kind.name in kinds]
    if not query.ways or not wanted:
        return []
    finder = _Finder(workspace.index, query, wanted)
    chosen: list[_Choice] = []
    for stage in _Stage:
        chosen = finder.choose(finder.found(stage), limit, archived)
        if limit and len(chosen) >= limit and chosen[-1].match.score >= stage:
            break
        if stage is _Stage.TEXTS and chosen and chosen[0].match.score >= bands.OTHER:
            break
    return [hit for hit in map(finder.hit, chosen) if hit is not None]


class _Stage(IntEnum):
    """How far the search goes, and the score that no later stage can reach."""

    KEYS = int(bands.BEGINNINGS)
    TEXTS = int(bands.TEXT)
    ERRORS = 0


class _Choice(NamedTuple):
    """A record among the best."""

    rid: int
    kind: Kind
    id: str
    match: Match


class _Finder:
    """One search: from its words to the records, then to what is shown of the best."""

    def __init__(self, index: Index, query: Query, kinds: Sequence[Kind]) -> None:
        self.index = index
        self.query = query
        self.kinds = {kind.name: kind for kind in kinds}
        order = sorted(self.kinds, key=lambda name: name != CUSTOMER)
        self._place = {name: place for place, name in enumerate(order)}
        self.names = Names(kinds[0].registry)
        self.words = Words(index, self.names)
        self._strict: dict[str, tuple[dict[int, Match], dict[int, set[str]]]] = {}
        self._near: dict[str, dict[int, Match]] = {}
        self._texts: dict[tuple[tuple[str, ...], bool], dict[int, int]] = {}

    # finding

    def found(self, stage: _Stage) -> dict[int, Match]:
        """The best match of the whole query in each record, as far as a stage looks."""
        matches = dict(self._whole)
        for way in self.query.ways:
            for rid, match in self._way(way, stage).items():
                keep(matches, rid, match)
        return matches

    @cached_property
    def _whole(self) -> dict[int, Match]:
        """Records that the query names as a whole: by id, name, e-mail, phone or their start."""
        query = self.query
        matches: dict[int, Match] = {}
        for (rid,) in self.index.rows("SELECT rid FROM record WHERE id = ?", (query.text,)):
            matches[rid] = Match(bands.ID, "id", query.text, True)
        for needle in {query.phrase, *(way[0] for way in query.ways if len(way) == 1)}:
            for key, form, rid, field in self.words.beginning(needle):
                if form == "name" and key == needle:
                    keep(matches, rid, Match(self.names.whole(field), field, key, True))
                elif form == "email" and key == needle:
                    keep(matches, rid, Match(bands.WHOLE, field, key, True))
                elif form == "name" and field in self.names.less:
                    share = len(needle) / len(key)
                    score = self.names.word(field, bands.START, share, 4.0)
                    keep(matches, rid, Match(score, field, needle))
        if query.phone:
            for rid, match in self.words.phone(query.phone, query.text).items():
                keep(matches, rid, match)
        return matches

    def _way(self, way: tuple[str, ...], stage: _Stage) -> dict[int, Match]:
        """Records in which every word of one reading of the query matches."""
        by_word = [self._word(word, stage) for word in way]
        if stage is not _Stage.KEYS and len(way) > 1:
            self._elsewhere(way, by_word)
        rids = set.intersection(*(set(matches) for matches in by_word))
        parts = {rid: [matches[rid] for matches in by_word] for rid in rids}
        if stage is _Stage.ERRORS:
            parts = self._likeliest(way, parts)
        combined = {rid: _combined(found) for rid, found in parts.items()}
        if stage is _Stage.ERRORS:
            self._measure_near(parts, combined)
        if stage is not _Stage.KEYS:
            named, events = self._text_ranks(way, True), self._text_ranks(way, False)
            self._inside(way, by_word, named, combined)
            for rid, rank in (*named.items(), *events.items()):
                together = rank == 1 and len(way) > 1
                score = bands.FIELD if rank == 2 else bands.TEXT + together
                keep(combined, rid, Match(score, "", self._phrase(way)))
        self._measure(way, combined)
        return combined

    def _phrase(self, way: tuple[str, ...]) -> str:
        """A way as it would stand in a text."""
        return self.query.phrase if way == self.query.ways[0] else way[0]

    def _elsewhere(self, way: Sequence[str], by_word: Sequence[dict[int, Match]]) -> None:
        """Looks in the texts of records whose names bear some words for the other words."""
        rids = set().union(*by_word)
        for word, matches in zip(way, by_word, strict=True):
            lacking = rids - matches.keys()
            if lacking and _is_searched(word):
                for rid in texts.among(self.index, lacking, word):
                    matches[rid] = Match(bands.TEXT, "", word)

    def _word(self, word: str, stage: _Stage) -> dict[int, Match]:
        if word not in self._strict:
            self._strict[word] = self.words.find(word)
        matches = dict(self._strict[word][0])
        if stage is _Stage.ERRORS:
            if word not in self._near:
                self._near[word] = self.words.nearly(word, bool(matches))
            for rid, match in self._near[word].items():
                keep(matches, rid, match)
        return matches

    def _text_ranks(self, way: tuple[str, ...], named: bool) -> dict[int, int]:
        """Records whose searched texts hold all the words: all that have names, or some events."""
        found = self._texts.get((way, named))
        if found is None:
            kinds = [kind.name for kind in self.kinds.values() if bool(kind.slug_field) == named]
            cap = 0 if named else MOST_TEXTS
            rows = []
            if kinds and any(_is_searched(word) for word in way):
                rows = texts.containing(self.index, way, self._phrase(way), kinds, cap)
            found = self._texts[way, named] = dict(rows)
        return found

    def _inside(
        self,
        way: Sequence[str],
        by_word: Sequence[Mapping[int, Match]],
        ranks: Mapping[int, int],
        combined: dict[int, Match],
    ) -> None:
        """Raises records that have the words in the middle of their names."""
        inside = [self.words.inside([*ranks], word) for word in way] if ranks else []
        for rid in ranks if inside else ():
            parts = []
            for matches, middles in zip(by_word, inside, strict=True):
                options = [found[rid] for found in (matches, middles) if rid in found]
                if not options:
                    break
                parts.append(max(options, key=lambda match: match.score))
            else:
                keep(combined, rid, _combined(parts))

    def _measure(self, way: Sequence[str], combined: dict[int, Match]) -> None:
        """Scores records that bear every word of a way in one name by how much of it they are."""
        exact = [self._strict[word][1] for word in way]
        rids = set.intersection(*(set(fields) for fields in exact))
        if not rids or len(rids) > MOST_MEASURED:
            return
        size = sum(len(word) for word in way)
        lengths = self.words.longest(rids, any(has_cjk(word) for word in way))
        for rid in rids:
            for field in set.intersection(*(fields[rid] for fields in exact)):
                if field not in self.names.less or (rid, field) not in lengths:
                    continue
                share = min(1.0, size / lengths[rid, field])
                score = self.names.word(field, bands.WORDS, share)
                score = self.names.whole(field) if share == 1.0 else score
                keep(combined, rid, Match(score, field, way[0]))

    def _likeliest(
        self, way: Sequence[str], parts: Mapping[int, list[Match]]
    ) -> dict[int, list[Match]]:
        """The records without those for which a word needs a worse typing error than for others."""
        kept = dict(parts)
        for place, word in enumerate(way):
            near = {
                rid: self.words.near[word].get(found[place].found, 0.0)
                for rid, found in kept.items()
                if found[place].score < bands.TEXT
            }
            best = max(near.values(), default=0.0)
            for rid, closeness in near.items():
                if closeness <= best - bands.LIKELIER:
                    del kept[rid]
        return kept

    def _measure_near(
        self, parts: Mapping[int, Sequence[Match]], combined: dict[int, Match]
    ) -> None:
        """Raises records that have all the words, typing errors among them, in one name."""
        rids = [
            rid
            for rid, match in combined.items()
            if match.score < bands.TEXT and len({part.field for part in parts[rid]}) == 1
        ]
        if len(rids) > MOST_MEASURED:
            return
        lengths = self.words.longest(rids, cjk=False)
        for rid in rids:
            match = combined[rid]
            length = lengths.get((rid, match.field))
            if length and match.field in self.names.less:
                size = sum(len(found) for found in {part.found for part in parts[rid]})
                score = match.score + 4 * min(1.0, size / length)
                combined[rid] = match._replace(score=score)

    # choosing

    def choose(
        self, matches: Mapping[int, Match], limit: int | None, archived: bool
    ) -> list[_Choice]:
        """The best records of the wanted kinds, in order."""
        chosen: dict[tuple[str, str], _Choice] = {}
        ranked = sorted(matches.items(), key=lambda item: -round(item[1].score))
        for _score, group in groupby(ranked, key=lambda item: round(item[1].score)):
            for rid, name, id in self._alive(dict(group), archived):
                chosen.setdefault((name, id), _Choice(rid, self.kinds[name], id, matches[rid]))
            if limit and len(chosen) >= limit:
                break
        return list(chosen.values())[: limit or None]

    def _alive(self, matches: Mapping[int, Match], archived: bool) -> list[tuple[int, str, str]]:
        """Records of equal score in the order in which they are shown."""
        listed = jsontext.dumps([*matches])
        among = "rid IN (SELECT value FROM json_each(?))"
        found = self.index.rows(f"SELECT rid, kind, id FROM record WHERE {among}", (listed,))
        found = [row for row in found if row[1] in self.kinds]
        if not archived:
            away: set[int] = set()
            for name in {name for _, name, _ in found}:
                table = quoted(self.kinds[name].plural)
                sql = f"SELECT rid FROM {table} WHERE {among} AND archived IS NOT NULL"
                away.update(rid for (rid,) in self.index.rows(sql, (listed,)))
            found = [row for row in found if row[0] not in away]

        def order(row: tuple[Any, ...]) -> tuple[Any, ...]:
            rid, name, id = row
            match = matches[rid]
            return (not match.literal, match.field not in self.names.less, self._place[name], id)

        return sorted(found, key=order)

    # showing

    def hit(self, choice: _Choice) -> Hit | None:
        """What is shown of a record."""
        rid, kind, id, match = choice
        rows = self.index.rows(f"SELECT _data FROM {quoted(kind.plural)} WHERE rid = ?", (rid,))
        if not rows:
            return None
        values = jsontext.loads(rows[0][0])
        field, snippet = snippets.located(self.index, kind, values, match, [*self._needles()])
        name = self._name(kind, values)
        return Hit(kind.name, id, name, round(match.score), field, snippet)

    def _needles(self) -> Iterator[str]:
        yield self.query.phrase
        for way in self.query.ways:
            yield from way

    def _name(self, kind: Kind, values: Mapping[str, Any]) -> str:
        """A record's label; without one the name of whom it belongs to, at last its id."""
        label = values.get(kind.label)
        if label is None and kind.parent is not None:
            parent = kind.registry.kinds[str(kind.fields[kind.parent].ref)]
            record = self.index.get(parent, str(values.get(kind.parent))) or {}
            label = record.get(parent.label)
        return str(label if label is not None else values["id"])


def _is_searched(word: str) -> bool:
    """Whether a word is looked for within texts: a single Latin letter is in all of them."""
    return len(word) > 1 or not word.isascii()


def _combined(matches: Sequence[Match]) -> Match:
    """One match for several words: as good as the worst, shown where the best is."""
    best = max(matches, key=lambda match: match.score)
    worst = min(match.score for match in matches)
    mean = sum(match.score for match in matches) / len(matches)
    return best._replace(score=worst + (mean - worst) / 10)
