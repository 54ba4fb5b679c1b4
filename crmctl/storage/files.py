"""Files and locks: reading what may be anything, replacing so that nobody sees half a file."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from crmctl.locale import N_
from crmctl.storage.errors import Locked, OutsideWorkspace
from crmctl.storage.reader import Fault, decode
from crmctl.values.frozen import Frozen

MAX_FILE = 256 << 20
DEAD_LINK = N_("a link that leads nowhere")
_BOM = b"\xef\xbb\xbf"
_NEW_FILE_MODE = 0o644
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class FileText:
    """A file as text: without its byte order mark, line breaks as they are.

    `digest` is the BLAKE2b-128 of the bytes in hex; with faults (`encoding`, `too-large`) the
    text is empty.
    """

    text: str
    bom: bool
    digest: str
    faults: list[Fault] = field(default_factory=list)


def digest_of(data: bytes) -> str:
    """The digest by which a file's content is compared: BLAKE2b, 16 bytes, in hex."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def load(path: Path, *, follow: bool = True) -> FileText:
    """Reads a file. Raises OSError, also for what is no regular file (a pipe would never end).

    Without `follow` a link is no file either, and the error is ELOOP.
    """
    # Without O_NONBLOCK the open itself waits for somebody to write into a pipe.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if status.st_size > MAX_FILE:
            fault = too_large()
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
            return FileText("", False, digest.hexdigest(), [fault])
        return decoded(file.read())


def too_large() -> Fault:
    """Why a file is not even read."""
    return Fault("too-large", 1, 1, {"limit": str(MAX_FILE)})


def decoded(data: bytes) -> FileText:
    """The bytes of a file as text."""
    text, faults = decode(data)
    return FileText(text, data.startswith(_BOM), digest_of(data), faults)


def load_inside(root: Path, relative: str) -> FileText:
    """As `load`, for a file of a book: raises OutsideWorkspace for a link that leads out of it."""
    try:
        return load(root / relative, follow=False)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
    return load(confined(root, relative))


def load_listed(root: Path, relative: str) -> FileText:
    """As `load_inside`, for a file that its folder lists: why it cannot be read is a fault."""
    try:
        return load_inside(root, relative)
    except OutsideWorkspace:
        return unread(Fault("outside", 1, 1, {}))
    except OSError as error:
        return unread(fault_of(error, root / relative))


def unread(fault: Fault) -> FileText:
    """What stands for a file that could not be read; it has no digest."""
    return FileText("", False, "", [fault])


def fault_of(error: OSError, path: Path) -> Fault:
    """Why a file that is listed in its folder could not be read."""
    what = None
    if isinstance(error, IsADirectoryError):
        what = N_("a folder")
    elif path.is_symlink() and (isinstance(error, FileNotFoundError) or error.errno == errno.ELOOP):
        what = DEAD_LINK
    elif error.errno in (errno.EINVAL, errno.ENXIO):
        what = N_("a pipe or a device")
    if what is not None:
        return Fault("not-a-file", 1, 1, {"what": what})
    return Fault("unreadable", 1, 1, {"reason": error.strerror or str(error)})


def replace(path: Path, text: str, *, bom: bool = False) -> None:
    """Puts a text into a file as one step: readers see the old content or the new, never half.

    Raises OSError with nothing changed, UnicodeEncodeError for lone surrogates.
    """
    stage(path, text, os.urandom(4).hex(), bom=bom).put()


class Staged(Frozen):
    """A text written beside its file, ready to take its place."""

    temporary: str
    target: str

    def put(self) -> None:
        """Takes the file's place; OSError with nothing changed and nothing left behind."""
        try:
            os.replace(self.temporary, self.target)
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Removes it again."""
        with suppress(OSError):
            os.unlink(self.temporary)


def stage(
    path: Path,
    text: str,
    tag: str,
    *,
    bom: bool = False,
    sync: bool = False,
    like: Path | None = None,
) -> Staged:
    """Writes a text beside its file, under a name that `tag` makes its own.

    Makes missing folders, keeps mode and owner of the old file or takes those of the one it is
    `like`, follows a symlink to its target (`confined` has refused those that leave the book).
    `sync`: returns when it is on disk. Raises OSError with nothing left behind, UnicodeEncodeError
    for lone surrogates.
    """
    data = encoded(text, bom)
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    staged = Staged(str(temporary(target, tag)), str(target))
    descriptor = os.open(staged.temporary, flags, _NEW_FILE_MODE)
    try:
        with open(descriptor, "wb") as file:
            _keep_attributes(like or target, descriptor)
            file.write(data)
            if sync:
                file.flush()
                os.fsync(descriptor)
    except BaseException:
        staged.discard()
        raise
    return staged


def temporary(target: Path, tag: str) -> Path:
    """Where a text waits to take the place of `target`; no record has such a name."""
    # The name is cut so that a long one does not become too long with the rest.
    return target.with_name(f".{target.name[:50]}.{tag}.tmp~")


def encoded(text: str, bom: bool) -> bytes:
    """The bytes of a file with this text; UnicodeEncodeError for lone surrogates."""
    return (_BOM if bom else b"") + text.encode("utf-8")


def _keep_attributes(target: Path, descriptor: int) -> None:
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    new = os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        # Run as root (by cron, say), a write must not take the file away from its owner.
        with suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


class Lock:
    """The book's lock, for one writer at a time: `with Lock(path): ...`.

    The kernel releases it when the process dies, so there is no stale lock to clean up. Raises
    `Locked` when somebody has kept it for `timeout` seconds, OSError where the folder cannot be
    written. While it goes from hand to hand it comes to everybody in the end.
    """

    def __init__(self, path: Path, timeout: float = 10.0) -> None:
        self.path = path
        self.timeout = timeout
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _NEW_FILE_MODE)
        try:
            self._wait(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d %d\n" % (os.getpid(), time.monotonic_ns()), 0)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def _wait(self, descriptor: int) -> None:
        holder, deadline = b"", time.monotonic() + self.timeout
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                now, before, holder = time.monotonic(), holder, os.pread(descriptor, 40, 0)
                if holder != before:
                    deadline = now + self.timeout
                if now >= deadline:
                    process = holder.decode("ascii", "replace").partition(" ")[0]
                    raise Locked(str(self.path), process if process.isdigit() else "") from None
            time.sleep(_POLL_SECONDS)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def confined(root: Path, relative: str) -> Path:
    """The real path of a file inside `root`; raises OutsideWorkspace for any way out of it:
    absolute paths, `..`, symlinks that lead elsewhere."""
    pure = PurePosixPath(relative)
    if not pure.parts or pure.is_absolute() or ".." in pure.parts or "\0" in relative:
        raise OutsideWorkspace(relative)
    real_root = os.path.realpath(root)
    real = os.path.realpath(os.path.join(real_root, relative))
    if os.path.commonpath((real_root, real)) != real_root or real == real_root:
        raise OutsideWorkspace(relative)
    return Path(real)
