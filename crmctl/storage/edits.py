"""What can be done to a record's text, as values; `editor` does it.

Apart from there, since a record that is only appended needs no YAML library.
"""

from __future__ import annotations

from typing import Any

from crmctl.storage.errors import Step
from crmctl.values.frozen import Frozen

Path = tuple[Step, ...]


class Set(Frozen):
    """Puts a value (as for `dump`) at a path; an empty one removes what is there.

    Mappings on the way are made; an index must exist.
    """

    path: Path
    value: Any


class Remove(Frozen):
    """Removes a key or list item, and with the last item of a list or mapping its key.

    A path that leads nowhere is no error.
    """

    path: Path


class Insert(Frozen):
    """Puts a value into the list at a path, before `index` or at the end; makes the list."""

    path: Path
    index: int | None
    value: Any


Edit = Set | Remove | Insert
