"""What the rows of a model can be told apart by: a field of the records that it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from crmctl.analytics.result import Column
from crmctl.locale import ngettext
from crmctl.values.frozen import Frozen

Item = TypeVar("Item")
Parts = dict[tuple[Any, ...], list[Item]]


class Grouping(Frozen):
    """A column, and the values in it of each record by id; nobody has a list of several or more.

    A record that is not in `values` has no value, which makes a group of its own.
    """

    column: Column
    values: Mapping[str, Sequence[Any]]

    def of(self, id: str) -> Sequence[Any]:
        """The groups that a record counts in."""
        return self.values.get(id) or (None,)


def parted(
    items: Iterable[Item],
    id: Callable[[Item], str],
    by: Grouping | None,
    *keys: Callable[[Item], Any],
) -> Parts[Item]:
    """The items by what `keys` say of each, and where there is a grouping by that as well.

    A key is a tuple of those values in their order, the group last. Keys come in ascending order
    of their texts, None last.
    """
    found: Parts[Item] = {}
    for item in items:
        first = tuple(key(item) for key in keys)
        for group in by.of(id(item)) if by is not None else ((),):
            key = first if by is None else (*first, group)
            found.setdefault(key, []).append(item)
    return {key: found[key] for key in sorted(found, key=ranked)}


def ranked(key: Iterable[Any]) -> list[tuple[bool, str]]:
    """What keys sort by: None after everything else."""
    return [(value is None, str(value)) for value in key]


def several(ids: Iterable[str], by: Grouping | None) -> list[str]:
    """A note on records that count in more than one group."""
    count = 0 if by is None else sum(len(by.of(id)) > 1 for id in set(ids))
    if not count:
        return []
    text = ngettext(
        "{count} record belongs to several groups and counts in each.",
        "{count} records belong to several groups and count in each.",
        count,
    )
    return [text.format(count=count)]
