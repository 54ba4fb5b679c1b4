"""Looks at everything around the records that can be out of order, and mends what it can.

Nothing that a person wrote is touched: what `check` finds in records is a person's to mend. To
add an examination, write a function that returns what is wrong or None, and list it at the end.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from crmctl import startup
from crmctl.changes.apply import Applier
from crmctl.changes.errors import DamagedJournal
from crmctl.changes.journal import SUFFIX, Entry, Journal
from crmctl.changes.transaction import Transaction
from crmctl.errors import BadDefinition, CrmctlError, GitRefused
from crmctl.index import examine
from crmctl.locale import N_, _, ngettext
from crmctl.storage.files import Lock
from crmctl.values import clock
from crmctl.vcs import git, locks, setup
from crmctl.workspace import Workspace

OK, MENDED, OPEN = "ok", "mended", "todo"
LEFTOVER_SECONDS = 600  # nobody takes that long to write a file
IGNORED = "/.crmctl/"


class Finding(NamedTuple):
    """What came of one examination; these are the keys of machine output."""

    check: str
    state: str
    message: str | None
    hint: str | None


class Fault(NamedTuple):
    """Something out of order: what, how it is mended if that can be done, else what to do.

    `mend` returns what it did.
    """

    message: str
    mend: Callable[[], str] | None = None
    hint: str | None = None


class Patient:
    """The book as the examinations see it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.private = root / startup.PRIVATE

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace(self.root)

    @cached_property
    def applier(self) -> Applier:
        """What writes into the book; BadDefinition as long as its settings are broken."""
        self.workspace.config  # noqa: B018 (nothing is begun that these would break off)
        return Applier(self.workspace)

    @property
    def lock(self) -> Lock:
        """The book's lock; Locked when somebody else is writing."""
        return Lock(self.private / "lock", timeout=0)

    @cached_property
    def versioned(self) -> bool:
        return git.is_versioned(self.root) and git.available()

    def folders(self) -> Iterator[Path]:
        """The folders of records and of crmctl itself, as far as they can be entered."""
        for top in (self.root / name for name in ("records", "schemas", startup.PRIVATE)):
            if top.is_dir():
                yield top
            for folder, inner, _files in os.walk(top):
                yield from (path for name in inner if not (path := Path(folder, name)).is_symlink())


def examined(root: Path, *, dry_run: bool = False) -> Iterator[Finding]:
    """Every examination in turn; with `dry_run` it is only told what would be mended."""
    patient = Patient(root)
    for check, (_title, examination) in EXAMINATIONS.items():
        try:
            fault = examination(patient)
            if fault is None:
                yield Finding(check, OK, None, None)
            elif fault.mend is None:
                yield Finding(check, OPEN, fault.message, fault.hint)
            elif dry_run:
                yield Finding(check, OPEN, fault.message, _("“crmctl doctor” mends it"))
            else:
                yield Finding(check, MENDED, fault.mend(), None)
        except BadDefinition as error:
            own = check == "settings"
            message = error.message if own else _("not looked at while the settings are broken")
            yield Finding(check, OPEN, message, error.hint if own else None)
        except CrmctlError as error:
            yield Finding(check, OPEN, error.message, error.hint)
        except git.GitFailed as error:
            yield Finding(check, OPEN, GitRefused(str(error).splitlines()[0]).message, None)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            yield Finding(check, OPEN, f"{where}{error.strerror or error}", None)


# the book


def _settings(patient: Patient) -> Fault | None:
    patient.workspace.config  # noqa: B018 (raises what is wrong)
    patient.workspace.person  # noqa: B018
    for broken in patient.workspace.registry.broken.values():
        return Fault(broken.message, hint=broken.hint)
    return None


def _rights(patient: Patient) -> Fault | None:
    """Folders that their owner cannot use: every write needs a new file in one of them."""
    closed = []
    for folder in patient.folders():
        found = folder.stat()
        if found.st_mode & stat.S_IRWXU != stat.S_IRWXU or not os.access(folder, os.W_OK | os.X_OK):
            closed.append((folder, found))
    if not closed:
        return None
    shown = ", ".join(str(folder.relative_to(patient.root)) for folder, _found in closed[:3])
    text = ngettext("no writing in {shown}", "no writing in {count} folders: {shown}", len(closed))
    message = text.format(count=len(closed), shown=shown)
    if any(found.st_uid != os.geteuid() for _folder, found in closed) and os.geteuid() != 0:
        return Fault(message, hint=_("it belongs to somebody else: ask them, or use “chown”"))

    def mend() -> str:
        for folder, found in closed:
            folder.chmod(stat.S_IMODE(found.st_mode) | stat.S_IRWXU)
        return _("{message}; their owner may now").format(message=message)

    return Fault(message, mend)


def _privacy(patient: Patient) -> Fault | None:
    """The journal holds what the records hold, so nobody may read it who may not read these."""
    records, private = patient.root / "records", patient.private
    if not (records.is_dir() and private.is_dir()):
        return None
    mode = records.stat().st_mode
    rights = [(stat.S_IRGRP, stat.S_IRWXG), (stat.S_IROTH, stat.S_IRWXO)]
    closed = sum(every for read, every in rights if not mode & read)
    found = stat.S_IMODE(private.stat().st_mode)
    if not found & closed:
        return None
    message = _("others may look into .crmctl, though not into records")

    def mend() -> str:
        private.chmod(found & ~closed)
        return _("{message}; not any more").format(message=message)

    return Fault(message, mend)


def _interrupted(patient: Patient) -> Fault | None:
    """A change set that was not finished; a record of it that nobody can read is put aside."""
    pending = Journal(patient.private).pending()
    if pending is None:
        return None
    if not _is_sound(patient, pending):
        return _put_aside(patient, [pending.file])
    message = _("change {change} was interrupted").format(change=pending.id)

    def mend() -> str:
        done = patient.applier.recover()
        left = ", ".join(done.left) if done else ""
        if left:
            text = _("{message} and is finished; edited since and left: {left}")
            return text.format(message=message, left=left)
        return _("{message} and is finished now").format(message=message)

    return Fault(message, mend)


def _journal(patient: Patient) -> Fault | None:
    entries = Journal(patient.private).entries()
    spoilt = [entry.file for entry in entries if not _is_sound(patient, entry)]
    return _put_aside(patient, spoilt) if spoilt else None


def _is_sound(patient: Patient, entry: Entry) -> bool:
    try:
        Transaction(patient.root, Journal(patient.private)).examine(entry)
        _all = entry.header, entry.changes
    except DamagedJournal:
        return False
    return True


def _put_aside(patient: Patient, files: list[Path]) -> Fault:
    names = ", ".join(str(file.relative_to(patient.root)) for file in files)
    message = _("damaged: {names}").format(names=names)

    def mend() -> str:
        with patient.lock:
            for file in files:
                file.replace(file.with_name(f"{file.name.removesuffix(SUFFIX)}.damaged"))
        text = _("{message}; put aside as *.damaged, what git has of it still counts")
        return text.format(message=message)

    return Fault(message, mend)


def _leftovers(patient: Patient) -> Fault | None:
    """What a killed process was just writing."""
    found = [
        file
        for folder in patient.folders()
        for file in folder.glob(".*.tmp~")
        if clock.age(file.lstat().st_mtime) > LEFTOVER_SECONDS
    ]
    if not found:
        return None
    text = ngettext("{count} half-written file", "{count} half-written files", len(found))
    message = text.format(count=len(found))

    def mend() -> str:
        with patient.lock:
            for file in found:
                file.unlink(missing_ok=True)
        return _("{message} of a killed process removed").format(message=message)

    return Fault(message, mend)


def _index(patient: Patient) -> Fault | None:
    index = patient.workspace.index
    reason = _("it was damaged")
    if not examine.is_damaged(index):
        # As long as a change is on its way the index may well be behind.
        moving, _number = startup.moving(str(patient.root))
        count = 0 if moving else examine.outdated(index)
        if not count:
            return None
        text = ngettext("{count} file is out of date", "{count} files are out of date", count)
        reason = text.format(count=count)

    def mend() -> str:
        index.rebuild()
        index.rows("SELECT 1")
        return _("{message}; built anew").format(message=reason)

    return Fault(reason, mend)


# git


def _uncommitted(patient: Patient) -> Fault | None:
    commits = patient.applier.commits
    owed = commits.owed() if commits.enabled else []
    if not owed:
        return None
    text = ngettext(
        "{count} change is not committed", "{count} changes are not committed", len(owed)
    )
    message = text.format(count=len(owed))

    def mend() -> str:
        with patient.lock:
            commits.make_up()
        return _("{message}; committed now").format(message=message)

    return Fault(message, mend)


def _git(patient: Patient) -> Fault | None:
    if git.is_versioned(patient.root) and not git.available():
        return Fault(_("the book is in git, but git is not installed"), hint=_("install git"))
    return None


def _git_locks(patient: Patient) -> Fault | None:
    found = locks.left_behind(patient.root) if patient.versioned else []
    if not found:
        return None
    names = ", ".join(lock.name for lock in found)
    message = _("git left {names} behind").format(names=names)
    if not all(locks.is_stale(patient.root, lock) for lock in found):
        hint = _("git may be at work: run “crmctl doctor” again when it is not, ten minutes on")
        return Fault(message, hint=hint)

    def mend() -> str:
        for lock in found:
            lock.unlink(missing_ok=True)
        return _("{message}; removed, for no git runs").format(message=message)

    return Fault(message, mend)


def _identity(patient: Patient) -> Fault | None:
    if not patient.versioned or all(git.identity(patient.root)):
        return None
    return Fault(
        _("git does not know who you are"),
        hint=_("git config --global user.name … and user.email …"),
    )


def _merge_driver(patient: Patient) -> Fault | None:
    missing = setup.lacking(patient.root) if patient.versioned else []
    if not missing:
        return None
    message = _("missing or outdated: {names}").format(names=", ".join(missing))

    def mend() -> str:
        setup.set_up(patient.root)
        text = _("set up: {names}")
        if setup.ATTRIBUTES in missing:
            text = _("set up: {names}; commit .gitattributes, so that every clone has it")
        return text.format(names=", ".join(missing))

    return Fault(message, mend)


def _ignored(patient: Patient) -> Fault | None:
    if not patient.versioned:
        return None
    if git.run(patient.root, ["ls-files", "-z", "--", startup.PRIVATE]):
        return Fault(
            _("git versions .crmctl, which is each clone's own"),
            hint="git rm -r --cached .crmctl",
        )
    if git.is_ignored(patient.root, f"{startup.PRIVATE}/journal"):
        return None

    def mend() -> str:
        setup.add_line(patient.root / ".gitignore", IGNORED)
        return _("“{line}” is in .gitignore now; commit it").format(line=IGNORED)

    return Fault(_("git does not ignore .crmctl"), mend)


EXAMINATIONS: dict[str, tuple[str, Callable[[Patient], Fault | None]]] = {
    "settings": (N_("Settings and schemas"), _settings),
    "rights": (N_("Rights to write"), _rights),
    "privacy": (N_("Who else may read"), _privacy),
    "interrupted": (N_("Interrupted changes"), _interrupted),
    "journal": (N_("Journal"), _journal),
    "leftovers": (N_("Half-written files"), _leftovers),
    "index": (N_("Index"), _index),
    "git": (N_("git"), _git),
    "git_locks": (N_("Locks of git"), _git_locks),
    "identity": (N_("Who you are to git"), _identity),
    "merge_driver": (N_("Merge driver"), _merge_driver),
    "ignored": (N_("What git ignores"), _ignored),
    "uncommitted": (N_("Commits"), _uncommitted),
}
