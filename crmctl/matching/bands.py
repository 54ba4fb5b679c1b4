"""How good a match is: the bands of the search score, best first.

A match that covers more of the name it is found in stands higher within its band, never above it.
A query of several words counts as its worst word, and a tenth of what the others are better.

=====  ==============================================================================
100    the id, as typed
95     a whole name, other name, e-mail address or phone number; a name spelled in full by
       the query's words in any order, in its own letters or in pinyin
86-90  the beginning of a name
76-82  words of a name, pinyin syllables and initials among them
66-72  beginnings of such words
56-62  inside a name, an e-mail address or a phone number
52     the whole text of another searched field
46-50  words of another searched field of a record that has a name
40-41  inside any searched text; 41 when the words stand together as typed
10-39  words of names but for a typing error
=====  ==============================================================================

Other names of a record (aliases) count two less than its own, those of its contacts three less.
"""

from __future__ import annotations

from typing import NamedTuple

from crmctl.schema.model import Kind, Registry

ID = 100.0
WHOLE = 95.0
START = 86.0
WORDS = 76.0
BEGINNINGS = 66.0
INSIDE = 56.0
FIELD = 52.0
OTHER = 46.0
TEXT = 40.0
FUZZY = 20.0
FUZZY_SPAN = 14.0
LIKELIER = 1.0  # one typing error than another; two letters swapped than one wrong

ALIAS = 2.0
NESTED = 3.0


class Match(NamedTuple):
    """Where one word of the query was found in a record, and how well.

    `field` is a dotted path, "" while only the record's whole text is known to hold the word;
    `found` is the folded text or key that matched. `literal`: a whole name as it is written.
    """

    score: float
    field: str
    found: str
    literal: bool = False


class Names:
    """Which searched fields hold names, and how much less than the record's own they count."""

    def __init__(self, registry: Registry) -> None:
        self.less: dict[str, float] = {}
        for kind in registry:
            for path, less in _names(kind):
                self.less[path] = min(less, self.less.get(path, less))

    def word(self, field: str, band: float, share: float, span: float = 6.0) -> float:
        """The score of a word that is `share` (0 to 1) of what it was found in."""
        less = self.less.get(field)
        if less is None:
            return OTHER + 4 * share
        return band + span * share - less

    def whole(self, field: str) -> float:
        """The score of a query that is all there is in a field that names its record."""
        less = self.less.get(field)
        return FIELD if less is None else WHOLE - less


def _names(kind: Kind) -> list[tuple[str, float]]:
    """The label; other names, which are a list of texts; labels of embedded mappings."""
    found = [(kind.label, 0.0)]
    for path in kind.search:
        searched = kind.find(path)
        if searched is None or searched.hops:
            continue
        field = searched.field
        if len(field.path) == 1:
            if field.type == "list" and field.leaf.type == "text":
                found.append((field.dotted, ALIAS))
            continue
        parent = kind.fields[field.path[0]]
        if parent.leaf.label == field.name or parent.label == field.name:
            found.append((field.dotted, NESTED))
    return found
