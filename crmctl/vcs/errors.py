"""What the history of a book cannot answer, as the user reads it."""

from __future__ import annotations

from crmctl.errors import CrmctlError
from crmctl.locale import _


class NothingCommitted(CrmctlError):
    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            _("Nothing is committed yet, so there is no history."),
            _("“git add .” and “git commit” make the first one."),
        )


class NoRevision(CrmctlError):
    """Neither a day nor anything in the history of a book."""

    exit_code = 4

    def __init__(self, revision: str) -> None:
        super().__init__(
            _("“{revision}” is no date and no commit of this book.").format(revision=revision),
            _("A date such as 2026-06-30 or “yesterday”, or what “git log” and “git tag” show."),
        )


class NoBookYet(CrmctlError):
    exit_code = 4

    def __init__(self, commit: str) -> None:
        super().__init__(
            _("Commit {commit} holds no book: it has no crmctl.yaml in this folder.").format(
                commit=commit
            ),
            _("“git log --reverse crmctl.yaml” shows since when there is one."),
        )


class OnlyToRead(CrmctlError):
    """A write to the book as a commit has it."""

    def __init__(self, commit: str) -> None:
        super().__init__(
            _("The book as commit {commit} has it can only be read.").format(commit=commit),
            _("Nothing was written. “crmctl undo” takes a change back."),
        )


class NoHistory(CrmctlError):
    """A day before anything was committed; `cut` when a clone lacks the earlier commits."""

    exit_code = 4

    def __init__(self, day: str, begin: str, *, cut: bool) -> None:
        message = _("Nothing was committed on {day} or before: the history begins on {begin}.")
        hint = _("Take a later date. --as-of looks at any day, in the records of today.")
        if cut:
            hint = _("This clone has not all of it: “git fetch --unshallow” brings the rest.")
        super().__init__(message.format(day=day, begin=begin), hint)
