"""Books made out of another book's records: shuffled, cut off at a day, with twins, without some.

A book is a mapping of folders to documents here, its scalars texts as in the files.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tests.conftest import Book

Document = dict[str, Any]
Records = dict[str, list[Document]]

ZONE = ZoneInfo("Asia/Shanghai")
# When what a record tells of happened; it is there from the first of these days on.
EVENTS = {
    "assets": ("installed", "created"),
    "contracts": ("starts", "created"),
    "interactions": ("at",),
    "invoices": ("date",),
    "opportunities": ("opened", "created"),
    "orders": ("date",),
    "payments": ("date", "created"),
    "quotes": ("date",),
    "surveys": ("at",),
    "tasks": ("created",),
    "tickets": ("opened",),
}
# Days that are planned: known before they come.
PLANS = {
    "anniversary", "birthday", "due", "ends", "expected_close", "expires", "first_due",
    "service_due", "starts", "until", "valid_from", "valid_until", "warranty_until",
}  # fmt: skip
# Days on which something ends that began before; the state beside them goes with them.
ENDS = {"archived", "back", "closed", "done"}
STATES = {"closed": "status"}


class _Loader(yaml.CSafeLoader):
    """Leaves dates as they are written."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith("timestamp")]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read(root: Path) -> Records:
    """The records of a book, by folder."""
    found: Records = {}
    for file in sorted((root / "records").rglob("*.yaml")):
        folder = file.relative_to(root / "records").parts[0]
        found.setdefault(folder, []).extend(yaml.load_all(file.read_text("utf-8"), _Loader))
    return found


def write(book: Book, records: Records, *, shuffled: bool = False) -> Book:
    """Writes the records, a file for each that has a name of its own and one for the others."""

    def dump(documents: list[Document]) -> str:
        return str(
            yaml.dump_all(documents, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
        )

    for folder, documents in records.items():
        if "customer" not in documents[0] and folder != "tasks":
            place = "z/y" if shuffled else "."
            for one in documents[:: -1 if shuffled else 1]:
                book.write(f"records/{folder}/{place}/{one['id']}.yaml", dump([one]))
        elif shuffled:
            half = len(documents) // 2
            book.write(f"records/{folder}/b.yaml", dump(documents[:half][::-1]))
            book.write(f"records/{folder}/z/a.yaml", dump(documents[half:][::-1]))
        else:
            book.write(f"records/{folder}/all.yaml", dump(documents))
    return book


def of(records: Records, customer: str) -> Records:
    """What is filed under a customer."""
    return {
        folder: found
        for folder, documents in records.items()
        if (found := [one for one in documents if one.get("customer") == customer])
    }


def joined(*several: Records) -> Records:
    """The records of several books in one."""
    folders = dict.fromkeys(folder for records in several for folder in records)
    return {
        folder: [one for records in several for one in records.get(folder, ())]
        for folder in folders
    }


def copied(records: Records, mark: str, days: int = 0) -> Records:
    """The records again under other ids, so many days later."""
    ids = {one["id"]: f"{one['id']}{mark}" for many in records.values() for one in many}

    def changed(value: Any) -> Any:
        day = _day(value) if days else None
        return ids.get(value, value) if day is None else f"{day + timedelta(days)}{value[10:]}"

    return {folder: [_mapped(one, changed) for one in many] for folder, many in records.items()}


def cut(records: Records, day: date) -> Records:
    """The book as it was at the end of a day: what came later is removed, and so is what of the
    older records was said later."""
    found = {
        folder: [
            _cut_mapping(deepcopy(one), day) or one
            for one in documents
            if folder not in EVENTS or _has_come(one, EVENTS[folder], day)
        ]
        for folder, documents in records.items()
    }
    return {folder: documents for folder, documents in found.items() if documents}


def _has_come(document: Document, names: tuple[str, ...], day: date) -> bool:
    days = [found for name in names if (found := _day(document.get(name)))]
    return not days or min(days) <= day


def _cut_mapping(tree: Document, day: date, *, inner: bool = False) -> Document | None:
    """A mapping without what was later; None where nothing of it was there yet."""
    for name in [name for name in tree if name.endswith("_history")]:
        _cut_history(tree, name.removesuffix("_history"), day)
    begun = late = 0
    for name, value in [*tree.items()]:
        if isinstance(value, dict):
            if _cut_mapping(value, day, inner=True) is None:
                del tree[name]
        elif isinstance(value, list) and not name.endswith("_history"):
            kept = [
                one
                for one in value
                if not isinstance(one, dict) or _cut_mapping(one, day, inner=True) is not None
            ]
            tree[name] = kept
        elif name not in PLANS and (then := _day(value)) is not None:
            begins = name not in ENDS
            begun += begins
            if then > day and name != "created":
                late += begins
                del tree[name]
                tree.pop(STATES.get(name, ""), None)
    return None if inner and begun and begun == late else tree


def _cut_history(tree: Document, field: str, day: date) -> None:
    history = tree[f"{field}_history"]
    kept = [one for one in history if (_day(one["at"]) or day) <= day]
    if len(kept) == len(history):
        return
    tree[f"{field}_history"] = kept
    value = kept[-1].get("value") if kept else history[0].get("was")
    if value is None:
        tree.pop(field, None)
    else:
        tree[field] = value


def _mapped(tree: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(tree, dict):
        return {name: _mapped(value, change) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_mapped(value, change) for value in tree]
    return change(tree) if isinstance(tree, str) else tree


def _day(value: Any) -> date | None:
    """The local day of a date or an instant."""
    if not isinstance(value, str) or len(value) < 10 or value[4:5] != "-":
        return None
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        then = datetime.fromisoformat(value)
        return (then.astimezone(ZONE) if then.tzinfo else then).date()
    except ValueError:
        return None
