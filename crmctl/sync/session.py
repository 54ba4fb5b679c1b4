"""One sync: commit what is here, fetch, merge, check, send.

Nothing is lost at any step: all of ours is committed before anything of theirs is touched, and a
step that fails leaves the book such that a person can go on with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from crmctl.changes.commits import Commits
from crmctl.checks import check
from crmctl.errors import GitRefused
from crmctl.index import ahead
from crmctl.locale import _
from crmctl.problems import ERROR, Problem
from crmctl.startup import CONFIG
from crmctl.storage.files import Lock
from crmctl.sync.clashes import Clash, Clashes
from crmctl.sync.collisions import Collisions, Renamed
from crmctl.sync.news import News, news
from crmctl.vcs import git, joining, remote
from crmctl.vcs.errors import (
    InTheMiddle,
    NothingBegun,
    NothingCommitted,
    NotPushed,
    Overtaken,
    Uncommitted,
)
from crmctl.vcs.setup import ATTRIBUTES, set_up
from crmctl.workspace import Workspace

BOOK = (CONFIG, "rates.yaml", "records", "schemas", "segments", "reports", ATTRIBUTES, ".gitignore")
TRIES = 5


@dataclass(slots=True)
class Report:
    """How far it came: with clashes nothing was concluded, with errors nothing was sent.

    `outgoing` are our commits, sent or to be sent; `edited` the files that a dry run found to be
    committed first.
    """

    news: News = field(default_factory=lambda: News([], []))
    outgoing: list[remote.Commit] = field(default_factory=list)
    pushed: bool = False
    renamed: list[Renamed] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    set_up: bool = False

    @property
    def errors(self) -> int:
        return sum(problem.severity == ERROR for problem in self.problems)


class Sync:
    """Brings one book and the repository that it is shared through to the same state."""

    def __init__(self, workspace: Workspace, command: Sequence[str] = ()) -> None:
        self.workspace = workspace
        self.report = Report()
        self._root = workspace.root
        self._command = command
        if not git.available():
            raise GitRefused(_("git is not installed"))
        if not git.inside_repository(self._root):
            raise GitRefused(_("{root} is in no repository of git").format(root=self._root))
        self._begun = git.unfinished(self._root)

    def preview(self) -> Report:
        """What would come in and go out; only what git knows of the others is changed."""
        if self._begun:
            raise InTheMiddle(self._begun)
        branch = remote.branch(self._root)
        remote.fetch(self._root, branch)
        tip, here = remote.tip(self._root, branch), self._here()
        self.report.edited = git.edited(self._root, BOOK)
        self._look(here, tip)
        return self.report

    def run(self, *, push: bool = True) -> Report:
        """All of it, or up to what only a person can do."""
        ours = "ORIG_HEAD" if self._begun == joining.REBASE else "HEAD"
        before = remote.commit(self._root, ours)
        joined = self._begun is not None
        if joined and not self._conclude():
            return self.report
        branch = remote.branch(self._root)
        self._commit()
        before = before if joined and before else self._here()
        for _try in range(TRIES):
            remote.fetch(self._root, branch)
            tip = remote.tip(self._root, branch)
            if tip and not self._has(tip):
                if not self._join(branch, tip):
                    return self.report
                joined = True
            self._look(before, tip)
            if joined or self.report.outgoing:
                # Settings and schemas may have come in too.
                self.report.problems = check(Workspace(self._root))
            if self.report.errors or not (push and self.report.outgoing):
                return self.report
            if self._push(branch):
                return self.report
        raise Overtaken(branch.remote)

    def abort(self) -> None:
        """Takes back a merge that waits for a person."""
        if self._begun not in (joining.MERGE, joining.REBASE):
            raise NothingBegun
        with self._locked():
            try:
                joining.abort(self._root, self._begun)
            except git.GitFailed as error:
                raise GitRefused(error.reason) from None

    # steps

    def _commit(self) -> None:
        """What is written here and not committed, so that no merge can touch it."""
        with self._locked():
            try:
                if ATTRIBUTES in (written := set_up(self._root)):
                    self._commit_attributes()
                self.report.set_up = bool(written)
                edited = git.edited(self._root, BOOK)
                if self.workspace.config.commit == "auto":
                    Commits(self.workspace).settle(edited)
                elif edited:
                    raise Uncommitted(edited)
            except git.GitFailed as error:
                raise GitRefused(error.reason) from None

    def _commit_attributes(self) -> None:
        subject, new = "Let git merge records by fields", [ATTRIBUTES]
        git.commit_only(self._root, new, subject, self.workspace.me, new)

    def _join(self, branch: remote.Branch, tip: str) -> bool:
        """Merges what others did; False when it waits for a person."""
        base = remote.common(self._root, "HEAD", tip)
        if base is not None:
            collisions = Collisions(self.workspace, base, tip)
            self.report.renamed += collisions.settle(self._command)
        name = f"{branch.remote}/{branch.merge.removeprefix('refs/heads/')}"
        how = self.workspace.config.sync
        with self._locked():
            try:
                joining.join(self._root, tip, name, how, self.workspace.me)
            except git.GitFailed as error:
                return self._carried_on(how, error)
        return True

    def _carried_on(self, how: str, error: git.GitFailed) -> bool:
        """Merges what git put off, and concludes where nothing is left to a person."""
        clashes = Clashes(self.workspace)
        if how != joining.MERGE or not clashes.paths:
            return self._waits(error)
        clashes.resolve()
        if clashes.paths:
            return self._waits(error)
        try:
            joining.conclude(self._root, how, [], self.workspace.me)
        except git.GitFailed as refused:
            return self._waits(refused)
        return True

    def _conclude(self) -> bool:
        """Goes on with what a person has mended; False when it still waits."""
        how = self._begun or ""
        if how not in (joining.MERGE, joining.REBASE):
            raise InTheMiddle(how)
        clashes = Clashes(self.workspace)
        with self._locked():
            clashes.resolve()  # an interrupted merge
            self.report.clashes = clashes.unsettled()
            if self.report.clashes:
                return False
            try:
                joining.conclude(self._root, how, clashes.paths, self.workspace.me)
            except git.GitFailed as error:
                return self._waits(error)
        return True

    def _waits(self, error: git.GitFailed) -> bool:
        """False, with what a person has to decide; GitRefused when git stopped for another
        reason."""
        self.report.clashes = Clashes(self.workspace).all()
        if not self.report.clashes:
            raise GitRefused(error.reason) from None
        return False

    def _push(self, branch: remote.Branch) -> bool:
        """False when somebody else was faster."""
        try:
            remote.push(self._root, branch)
        except git.GitFailed as error:
            remote.fetch(self._root, branch)
            tip = remote.tip(self._root, branch)
            if tip is None or self._has(tip):
                raise NotPushed(branch.remote, error.reason) from None
            return False
        self.report.pushed = True
        return True

    # looking

    def _look(self, before: str, tip: str | None) -> None:
        """Notes what came in since we had `before`, and what is not there yet."""
        base = tip and remote.common(self._root, before, tip)
        if tip and base and base != tip:
            self.report.news = news(self.workspace, base, tip)
        self.report.outgoing = remote.commits(self._root, tip, "HEAD")

    def _here(self) -> str:
        here = remote.commit(self._root, "HEAD")
        if here is None:
            raise NothingCommitted
        return here

    def _has(self, commit: str) -> bool:
        """Whether our branch has all of it."""
        return remote.common(self._root, "HEAD", commit) == commit

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """The book's lock while git changes files; afterwards nothing that was read holds."""
        with Lock(self.workspace.private / "lock"):
            try:
                yield
            finally:
                self.workspace.index.refresh()
                ahead.drop()
