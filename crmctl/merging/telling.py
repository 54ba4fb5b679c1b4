"""A conflict in words: which record, which field, and what either side says."""

from __future__ import annotations

from typing import Any

from crmctl.locale import _
from crmctl.merging.values import Conflict
from crmctl.storage.writer import inline

MAX_SHOWN = 60


def told(path: str, id: str, conflict: Conflict) -> str:
    """One conflict in one line; `id` is empty where the record has none."""
    place = f"{path}: {id}" if id else path
    if conflict.path:
        text = _("{place}, {field}: ours says {ours}, theirs {theirs}, before it was {base}.")
    elif conflict.made_apart:
        text = _("{place}: both sides created it, and they may be two different things.")
    elif not conflict.ours or not conflict.theirs:
        text = _("{place}: one side removed it, the other changed it.")
    else:
        text = _("{place}: both sides changed it, and it cannot be merged by fields.")
    sides = {name: _shown(getattr(conflict, name)) for name in ("base", "ours", "theirs")}
    return text.format(place=place, field=".".join(conflict.path), **sides)


def _shown(value: Any) -> str:
    if value is None:
        return _("nothing")
    text = " ".join((value if isinstance(value, str) else inline(value)).split())
    return f"“{text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + '…'}”"
