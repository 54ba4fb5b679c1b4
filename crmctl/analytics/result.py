"""What a model hands back, so that the command line, facts and reports treat all models alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from crmctl.locale import _
from crmctl.values.frozen import Frozen


class Column(Frozen):
    """One column of a table: the key of its values, its title and how they are to be shown.

    `type` is a field's type (text, ref, enum, integer, number, money, date, ...), `mean`, or
    `percent`, whose values run from 0 to 100. `title` and the titles in `values` (of an enum's
    values, in the order in which they sort) and in `keys` (of a mapping's keys) are English
    message ids, or texts that are translated already. `kind` is that of the records to which the
    ids in a column of references belong. A `detail` is for machines and for whoever asks for it by
    its name; tables for people leave it out.
    """

    name: str
    title: str
    type: str
    values: Mapping[str, str] | None = None
    keys: Mapping[str, str] | None = None
    kind: str = "customer"
    detail: bool = False

    @property
    def heading(self) -> str:
        """The title in the current language."""
        return _(self.title)

    def value_title(self, value: str) -> str:
        """The title of an enum value in the current language; the value itself without one."""
        return _((self.values or {}).get(value, value))


class ModelResult(Frozen):
    """What a model found: a row for each customer or other thing, and how it came about.

    `n` counts what was scored or measured; `parameters` hold JSON-shaped values, decimals among
    them, and `titles` say what they and the names in them are called. The rows have a key for
    every column, in the model's documented order; where a column names records (`ref`), the first
    one does. `notes` are sentences in the
    current language; so are the `reasons` for a row, why it is so and what would change it.
    """

    model: str
    as_of: date
    parameters: dict[str, Any]
    n: int
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]]
    notes: list[str]
    titles: Mapping[str, str] = {}
    reasons: Callable[[dict[str, Any]], list[str]] | None = None


def points(rows: Sequence[Any]) -> list[str]:
    """A note on what the scores of some rows are measured in."""
    return [_("Scores are points from 0 to 100.")] if rows else []
