"""What the history of a book cannot answer, and what sharing it runs into, as the user reads it."""

from __future__ import annotations

from collections.abc import Sequence

from crmctl.errors import CrmctlError, GitRefused
from crmctl.locale import _, ngettext


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


class NoBranch(GitRefused):
    def __init__(self) -> None:
        super().__init__(
            _("this clone is on no branch"), _("“git switch main”, or another one, goes to it.")
        )


class NoRemote(GitRefused):
    """Nothing says where to push to: no other repository is known, or several are."""

    def __init__(self, branch: str, remotes: Sequence[str]) -> None:
        if remotes:
            names = ", ".join(remotes)
            super().__init__(
                _("the branch “{branch}” belongs to none of {names}").format(
                    branch=branch, names=names
                ),
                _("“git push -u NAME {branch}” says to which, once.").format(branch=branch),
            )
        else:
            super().__init__(
                _("no other repository is known to share this book through"),
                _("“git remote add origin URL” names one."),
            )


class Unreachable(GitRefused):
    """The other repository does not answer; `reason` is git's own."""

    def __init__(self, remote: str, reason: str) -> None:
        super().__init__(
            _("“{remote}” cannot be reached: {reason}").format(remote=remote, reason=reason),
            _("Your work is safe here. Run “crmctl sync” again when it can be."),
        )


class NotPushed(GitRefused):
    """The other repository takes nothing, and not because somebody was faster."""

    def __init__(self, remote: str, reason: str) -> None:
        super().__init__(
            _("“{remote}” does not take it: {reason}").format(remote=remote, reason=reason),
            _("Your work is safe here, and what others did is in the book."),
        )


class Overtaken(CrmctlError):
    """Others pushed each time before we did."""

    exit_code = 5

    def __init__(self, remote: str) -> None:
        super().__init__(
            _("Others are sending to “{remote}” all the time.").format(remote=remote),
            _("Your work is safe here. Run “crmctl sync” again in a moment."),
        )


class InTheMiddle(CrmctlError):
    """git has begun something that sync neither began nor can finish."""

    exit_code = 5

    def __init__(self, what: str) -> None:
        super().__init__(
            _("git is in the middle of a {what}.").format(what=what),
            _("“git {what} --continue” or “git {what} --abort” ends it.").format(what=what)
            if what != "bisect"
            else _("“git bisect reset” ends it."),
        )


class InConflict(CrmctlError):
    """Only a person can decide what is to stand."""

    exit_code = 5

    def __init__(self, count: int) -> None:
        text = ngettext(
            "{count} place is to be decided by you.",
            "{count} places are to be decided by you.",
            count,
        )
        super().__init__(
            text.format(count=count),
            _(
                "Mend the files and run “crmctl sync” again; “crmctl sync --abort” takes "
                "the merge back."
            ),
        )


class Uncommitted(CrmctlError):
    """What is not committed cannot be shared, and `commit: manual` leaves that to the person."""

    exit_code = 5

    def __init__(self, paths: Sequence[str]) -> None:
        shown = ", ".join(paths[:5]) + (" …" if len(paths) > 5 else "")
        text = ngettext(
            "{count} file is not committed: {shown}.",
            "{count} files are not committed: {shown}.",
            len(paths),
        )
        super().__init__(
            text.format(count=len(paths), shown=shown),
            _("Commit with git what is to be shared, or set “commit: auto”."),
        )


class NotChecked(CrmctlError):
    """The book has errors that others are not to get."""

    exit_code = 1

    def __init__(self, count: int) -> None:
        text = ngettext(
            "The book has {count} error, so nothing was sent.",
            "The book has {count} errors, so nothing was sent.",
            count,
        )
        super().__init__(
            text.format(count=count),
            _("Your work is safe here. Mend it and run “crmctl sync” again."),
        )


class NothingBegun(CrmctlError):
    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            _("There is no merge to take back."),
            _("“crmctl undo” takes back what you changed yourself."),
        )
