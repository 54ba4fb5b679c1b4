from __future__ import annotations

import pytest

from crmctl.query.words import explain

from .book import Book

BOOK = Book(segments={"best": "level:vip or level:important"})


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "everything"),
        ("level:vip,important", "Level is VIP or Important"),
        ("level:重要 -owner:li", "Level is Important, and Owner is not li"),
        (
            "name:acme or name:=Acme -tag:x",
            "Name contains “acme”, or (Name is “Acme”, and Tags is not x)",
        ),
        ("-name:acme", "Name does not contain “acme”"),
        ("level: owner:*", "Level is missing, and Owner is present"),
        ("owner.team:", "Owner · Team is missing"),
        ("上海 -x", "the text “上海” occurs, and the text “x” does not occur"),
        ("score:>10", "Score is more than 10"),
        ("score:..5", "Score is at most 5"),
        ("score:1..5,7", "Score is between 1 and 5 or 7"),
        ("since:2026-03", "Since is 2026-03"),
        ("since:>2026-03", "Since is after 2026-03"),
        ("since:2026..", "Since is from 2026 on"),
        ("since:<30d", "Since is within the last 30 days"),
        ("seen:>12h", "Seen is more than 12 hours ago"),
        ("since:<+2w", "Since is within the next 2 weeks"),
        ("since:..+7d", "Since is up to 7 days ahead"),
        ("-(level:vip or x)", "not (Level is VIP, or the text “x” occurs)"),
        (
            "contacts(role:buyer city:上海)",
            "Contacts with: (Contacts · Role is buyer, and Contacts · City is 上海)",
        ),
        ("segment:best", "in the segment “best” (Level is VIP, or Level is Important)"),
    ],
)
def test_a_query_in_plain_words(query: str, words: str) -> None:
    assert explain(BOOK.bind(query)) == words
