"""What can be wrong with a query, apart from its values."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from crmctl.errors import CrmctlError, UnknownField
from crmctl.locale import _
from crmctl.values.text import visible

WINDOW = 60  # characters of a long query that are shown around the place


class QuerySyntaxError(CrmctlError):
    """A query that cannot be read; shows the place under the text."""

    def __init__(self, text: str, index: int, reason: str, hint: str) -> None:
        self.column = index + 1
        super().__init__(
            _("The query cannot be read at column {column}: {reason}").format(
                column=self.column, reason=reason
            )
            + "\n"
            + _pointer(text, index),
            hint,
        )


class QueryTooLarge(CrmctlError):
    """More terms or more nesting than a statement can hold; segments count in full."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("The query is too large: {reason}").format(reason=reason),
            _("Give many values as one list, field:a,b,c, or split the query."),
        )


class SegmentCycle(CrmctlError):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            _("The segment “{name}” is defined by itself: {chain}.").format(
                name=names[0], chain=" → ".join(names)
            ),
            _("Take “segment:{name}” out of one of them.").format(name=names[-1]),
        )


class UnknownQueryField(UnknownField):
    """An unknown field where a plain text with a colon or parenthesis may have been meant."""

    def __init__(self, kind: str, name: str, suggestion: str | None) -> None:
        super().__init__(kind, name, suggestion)
        quotes = _("To look for it as text, put it in double quotes.")
        self.hint = _("{first} {second}").format(first=self.hint, second=quotes)


def _pointer(text: str, index: int) -> str:
    """The line of the text with a caret under the place."""
    start = text.rfind("\n", 0, index) + 1
    end = text.find("\n", index)
    end = len(text) if end < 0 else end
    first = max(start, index - WINDOW)
    last = min(end, index + WINDOW // 2)
    before = ("…" if first > start else "") + visible(text[first:index])
    after = visible(text[index:last]) + ("…" if last < end else "")
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in before)
    return f"  {before}{after}\n  {' ' * (len(before) + wide)}^"
