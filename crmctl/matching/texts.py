"""Which records contain a text anywhere in their searched fields, at the speed of the index.

Three characters and more are looked up as trigrams; one or two as the trigrams that begin with
them, which are all there are because every text in the index ends with two line breaks. The
trigram table keeps no positions, so what it finds is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmctl.index.store import Index
from crmctl.values import jsontext

MOST_TERMS = 800  # beyond it reading the texts is cheaper, and nearly all of them match
VOCABULARY = "CREATE VIRTUAL TABLE IF NOT EXISTS temp._term USING fts5vocab(main, trigram, row)"


def containing(
    index: Index, words: Sequence[str], phrase: str, kinds: Sequence[str], cap: int = 0
) -> list[tuple[int, int]]:
    """(rid, rank) of the records of `kinds` whose text contains every one of the folded words.

    Rank 2: the phrase that the words come from is the whole text of a field; 1: it stands there
    as it is; 0: the words are somewhere. `cap`: no more than so many records, those that the
    index has first; 0: all.
    """
    terms: list[str] = []
    for word in words:
        term = _match(index, word)
        if term == "":
            return []
        if term is not None:
            terms.append(f"({term})")
    params: list[object] = [phrase, f"\n{phrase}\n"]
    source = "text"
    conditions = ["kind IN (SELECT value FROM json_each(?))"]
    if terms:
        # CROSS JOIN keeps SQLite from reading every text and asking the trigrams afterwards.
        source = "trigram CROSS JOIN text ON text.rid = trigram.rowid"
        conditions.append("trigram MATCH ?")
    params.append(jsontext.dumps(list(kinds)))
    if terms:
        params.append(" AND ".join(terms))
    for word in words:
        conditions.append("instr(text.text, ?)")
        params.append(word)
    rank = "(instr(text.text, ?) > 0) + (instr(char(10) || text.text, ?) > 0)"
    sql = f"SELECT text.rid, {rank} FROM {source} WHERE {' AND '.join(conditions)}"
    return index.rows(sql + (f" LIMIT {cap:d}" if cap else ""), params)


def among(index: Index, rids: Iterable[int], word: str) -> set[int]:
    """Those of the records whose text contains the folded word."""
    listed = jsontext.dumps(list(rids))
    sql = "SELECT rid FROM text WHERE rid IN (SELECT value FROM json_each(?)) AND instr(text, ?)"
    return {rid for (rid,) in index.rows(sql, (listed, word))}


def _match(index: Index, word: str) -> str | None:
    """A trigram expression for a word; None when reading is cheaper, "" when nothing has it."""
    if len(word) >= 3:
        trigrams = (word[start : start + 3] for start in range(len(word) - 2))
        return " AND ".join(dict.fromkeys(_quoted(trigram) for trigram in trigrams))
    index.rows(VOCABULARY)
    terms = index.rows(
        f"SELECT term FROM temp._term WHERE term >= ? AND term < ? LIMIT {MOST_TERMS + 1}",
        (word, word + "\U0010ffff"),
    )
    if len(terms) > MOST_TERMS:
        return None
    return " OR ".join(_quoted(term) for (term,) in terms)


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
