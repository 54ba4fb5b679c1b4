"""What a command is given: the book, and how to talk to the person who called it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from crmctl.locale import _, ngettext
from crmctl.values.text import visible

if TYPE_CHECKING:
    from crmctl.schema.model import Kind
    from crmctl.workspace import Workspace


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

    @cached_property
    def workspace(self) -> Workspace:
        """The book; every file of it that cannot be read is named once on stderr."""
        from crmctl.workspace import Workspace

        workspace = Workspace.find(self.directory, actor=self._actor)
        if sys.stderr.isatty() and not self.quiet:
            workspace.on_progress = self._progress
        return workspace

    @property
    def quiet(self) -> bool:
        return bool(self._meta.get("quiet"))

    def warn_of_broken(self) -> None:
        """One line on stderr for each file of which something was left out."""
        for problem in [*self.workspace.schema_problems, *self.workspace.index.broken()]:
            self.remark(_("warning: {problem}").format(problem=problem))
        for problem in self.workspace.rate_problems[:1]:
            self.remark(_("warning: {problem}").format(problem=problem))

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
        text = "".join(line + "\n" for line in lines)
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

    # words for the layers below

    def kind(self, name: str) -> Kind:
        return self.workspace.registry.kind(name)

    def day(self, text: str | None) -> date | None:
        """The day that --as-of means: a date, or a word such as “yesterday”."""
        if text is None:
            return None
        from crmctl.errors import BadOption
        from crmctl.values.dates import parse_period

        period = parse_period(text, self.workspace.today)
        if period is None:
            raise BadOption("--as-of", text, [], _("A date such as 2026-06-30 or “yesterday”."))
        return period.end


def joined(words: Sequence[str]) -> str:
    """Several arguments as one query: side by side they are ANDed."""
    return " ".join(words)
