"""What a command is given: the book, and how to talk to the person who called it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crmctl import startup
from crmctl.locale import _, ngettext
from crmctl.values.text import visible

if TYPE_CHECKING:
    from crmctl.committed import CommittedBook
    from crmctl.errors import CrmctlError
    from crmctl.schema.model import Kind
    from crmctl.values.dates import Period
    from crmctl.workspace import Workspace

Defined = TypeVar("Defined")


class App:
    """One call of the program."""

    def __init__(
        self,
        directory: str | None = None,
        *,
        actor: str | None = None,
        meta: dict[str, Any] | None = None,
    ) -> None:
        self.directory = directory
        self._actor = actor
        self._meta = meta if meta is not None else {}
        self.warned = False
        self.revision: str | None = None

    @property
    def workspace(self) -> Workspace:
        """The book that the command is about: as it stands, or as git recorded it (--at)."""
        return self._present if self.revision is None else self._committed

    @cached_property
    def _committed(self) -> CommittedBook:
        book = self._present.at(self.revision or "")
        if sys.stdout.isatty():
            self.remark(_("As recorded by commit {commit}.").format(commit=book.commit_said))
        return book

    @cached_property
    def _present(self) -> Workspace:
        from crmctl.workspace import Workspace

        workspace = Workspace.find(self.directory, actor=self._actor)
        if sys.stderr.isatty() and not self.quiet:
            workspace.on_progress = self._progress
        if startup.moving(str(workspace.root))[0]:
            self._recover(workspace)
        return workspace

    @property
    def root(self) -> Path:
        """Where the book is, whatever state it is in; NoWorkspace without one."""
        from crmctl.workspace import Workspace

        return Workspace.find(self.directory).root

    def close(self) -> None:
        """Ends the work on the book, and on what git recorded of it."""
        for name in ("_committed", "_present"):
            book: Workspace | None = self.__dict__.get(name)
            if book is not None:
                book.close()

    def _recover(self, workspace: Workspace) -> None:
        """Finishes a change set that was interrupted, unless it is just being made."""
        from crmctl.changes.apply import Applier
        from crmctl.changes.errors import DamagedJournal
        from crmctl.index import ahead
        from crmctl.storage.errors import Locked

        applier = Applier(workspace)
        try:
            done = applier.recover()
        except Locked:
            return
        except DamagedJournal as error:
            self.remark(_("warning: {problem}").format(problem=f"{error.message} {error.hint}"))
            return
        except OSError as error:
            text = _("warning: an interrupted change cannot be finished here: {reason}")
            self.remark(text.format(reason=error.strerror or error))
            return
        for warning in applier.warnings:
            self.remark(warning)
        if done is None:
            return
        ahead.drop()
        self.remark(
            _("Change {change} was interrupted and is finished now.").format(change=done.change)
        )
        for id in done.left:
            text = _("warning: “{id}” was edited in the meantime and is left as it is")
            self.remark(text.format(id=id))

    def look_ahead(self) -> None:
        """Has the files of a large book looked at while the command itself is loaded."""
        from crmctl.index import ahead

        root = startup.find_root(self.directory)
        if root is not None and self.revision is None:
            ahead.begin(root)

    @property
    def quiet(self) -> bool:
        return bool(self._meta.get("quiet"))

    def warn_of_broken(self) -> None:
        """One line on stderr for each file of which something was left out."""
        book = self.workspace
        for problem in chain(book.schema_problems, book.index.broken(), book.rate_problems[:1]):
            self.remark(_("warning: {problem}").format(problem=book.shown(str(problem))))

    def warn_of_setup(self) -> None:
        """One line where git would merge records by lines: a fresh clone lacks the driver."""
        from crmctl.vcs.setup import is_missing

        if not self.quiet and is_missing(self.workspace.root):
            self.remark(
                _("git does not merge records by fields in this clone yet: run “crmctl git setup”.")
            )

    # talking

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None when the output goes elsewhere."""
        return shutil.get_terminal_size().columns if sys.stdout.isatty() else None

    def print(self, lines: Iterable[str]) -> None:
        """Results, on stdout; through the pager when they are long and a person reads."""
        if not sys.stdout.isatty():
            for line in lines:
                sys.stdout.write(line + "\n")
            return
        # Files and pipes get every character as it is; a terminal would obey some of them.
        text = "".join(visible(line, keep_newlines=True) + "\n" for line in lines)
        if text.count("\n") > shutil.get_terminal_size().lines and os.environ.get("PAGER") != "":
            os.environ.setdefault("LESS", "-FRX")
            click.echo_via_pager(text)
        else:
            sys.stdout.write(text)

    def remark(self, text: str) -> None:
        """Everything that is not the result, on stderr."""
        if not self.quiet:
            print(visible(text, keep_newlines=True), file=sys.stderr)

    def count(self, number: int) -> None:
        """How many records were listed; only for a person."""
        if sys.stdout.isatty():
            self.remark(ngettext("{count} record", "{count} records", number).format(count=number))

    def confirm(self, question: str) -> bool:
        """Asks on a terminal; without one the answer is no."""
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        return click.confirm(question, err=True)

    def _progress(self, done: int, total: int) -> None:
        end = "\r" if done + 1000 < total else "\r\033[K"
        text = _("reading files: {done} of {total}").format(done=done, total=total)
        print(text, end=end, file=sys.stderr, flush=True)

    def usable(self, names: Iterable[str], get: Callable[[str], Defined]) -> Iterator[Defined]:
        """The definitions of these names; of one that cannot be used only a warning is left."""
        from crmctl.errors import CrmctlError

        for name in names:
            try:
                yield get(name)
            except CrmctlError as error:
                self.warn(error)

    def warn(self, error: CrmctlError) -> None:
        """A warning in place of an error, where the rest goes on without what is wrong."""
        self.remark(_("warning: {problem}").format(problem=error.message))

    # words for the layers below

    def kind(self, name: str) -> Kind:
        return self.workspace.registry.kind(name)

    def day(self, text: str | None) -> date | None:
        """The day that --as-of means: a date, or a word such as “yesterday”."""
        return None if text is None else self.period("--as-of", text).end

    def period(self, option: str, text: str) -> Period:
        """The days that an option means: a date, a month, or a word such as “last-week”."""
        from crmctl.errors import BadOption
        from crmctl.values.dates import parse_period

        period = parse_period(text, self.workspace.today)
        if period is None:
            raise BadOption(option, text, [], _("A date such as 2026-06-30 or “yesterday”."))
        return period


def joined(words: Sequence[str]) -> str:
    """Several arguments as one query: side by side they are ANDed."""
    return " ".join(words)
