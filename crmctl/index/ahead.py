"""The look at the files of a large book, begun in a second process while the rest still loads.

Listing tens of thousands of files takes as long as loading the program does. On a book whose index
is large the two go side by side; on a small one the second process would cost more than it saves.
"""

from __future__ import annotations

import os

from crmctl.startup import PRIVATE, find_root, moving

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crmctl.index.scan import Look

LARGE = 8 << 20  # bytes of an index, some ten thousand records

# Root, where the change sets stood, pipe, process.
_begun: tuple[str, tuple[bool, int], int, int] | None = None
_early = False  # whether that was before the command line was read


def begin_early() -> None:
    """Starts the look at the book around the current folder: the next `begin` has nothing to do."""
    global _early
    root = find_root()
    if root is not None:
        begin(root)
        _early = True


def begin(root: str) -> None:
    """Starts the look, where that pays; whoever never takes it loses nothing."""
    global _begun, _early
    if _early and _begun is not None and _begun[0] == root:
        _early = False
        return
    _early = False
    drop()
    if not hasattr(os, "fork") or not _is_large(root):
        return
    before = moving(root)
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        _begun = (root, before, reading, child)
        return
    try:
        os.close(reading)
        _tell(root, writing)
    finally:
        os._exit(0)


def drop() -> None:
    """Forgets a look that was begun: files have changed since."""
    global _begun
    if _begun is not None:
        (_root, _before, reading, child), _begun = _begun, None
        os.close(reading)
        os.waitpid(child, 0)


def take(root: str) -> Look | None:
    """What the look has seen; None when none was begun, or a change set has moved files since.

    A look is taken once: after a write it would be out of date.
    """
    global _begun
    if _begun is None:
        return None
    from crmctl.index.scan import Look

    (began, before, reading, child), _begun = _begun, None
    with open(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if began != root or moving(root) != before:
        return None
    return Look.unpacked(told)


def _is_large(root: str) -> bool:
    try:
        with os.scandir(os.path.join(root, PRIVATE, "cache")) as files:
            return any(file.name.endswith(".db") and file.stat().st_size > LARGE for file in files)
    except OSError:
        return False


def _tell(root: str, writing: int) -> None:
    from pathlib import Path

    from crmctl.index.scan import look

    with open(writing, "wb") as pipe:
        pipe.write(look(Path(root, "records")).packed())
