"""Where the record files of a book are read from: usually the disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from crmctl.index import ahead
from crmctl.index.scan import Look, look

if TYPE_CHECKING:
    from crmctl.storage.files import FileText


class Source(Protocol):
    """The files below records/, by their paths from there."""

    def look(self) -> Look:
        """Lists every folder once."""

    def load(self, paths: Sequence[str]) -> Iterable[FileText]:
        """Files that were listed, each when it is asked for; why one cannot be read is a fault."""


class Disk:
    """The files as they stand on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def look(self) -> Look:
        # On a large book it was begun while the program loaded.
        return ahead.take(str(self.root)) or look(self.root / "records")

    def load(self, paths: Sequence[str]) -> Iterable[FileText]:
        from crmctl.storage.files import load_listed

        return (load_listed(self.root, f"records/{path}") for path in paths)
