"""What git calls to merge a record file: three files and a path in, the merged file out.

git takes whatever the driver leaves for the result. So nothing may go wrong silently: what cannot
be merged by fields is merged by lines, and said to be a conflict even where the lines agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from crmctl import startup
from crmctl.errors import CrmctlError
from crmctl.locale import _
from crmctl.merging.document import Merger
from crmctl.merging.files import merge_files
from crmctl.merging.markers import marked
from crmctl.merging.telling import told
from crmctl.merging.values import Conflict
from crmctl.schema.model import Kind
from crmctl.storage.files import load, replace
from crmctl.vcs import git
from crmctl.workspace import Workspace

MARKER_SIZE = 7


@dataclass(slots=True)
class Outcome:
    """Whether git may take the file as merged, and what to tell the person who merges."""

    clean: bool
    remarks: list[str] = field(default_factory=list)


class Unmergeable(Exception):
    """Why a file cannot be merged by fields."""


def merge_into(
    top: Path, base: Path, ours: Path, theirs: Path, path: str, marker_size: int = MARKER_SIZE
) -> Outcome:
    """Merges the three files into `ours`; `path` is the record file's, from the working tree's
    top. Never raises while `ours` looks merged and is not."""
    try:
        return _by_fields(top, base, ours, theirs, path, marker_size)
    except Exception as error:  # whatever it was: a file that only looks merged loses data
        reason = error.message if isinstance(error, CrmctlError) else str(error)
        _by_lines(base, ours, theirs)
        text = _("{path}: could not be merged by fields ({reason}). {hint}")
        hint = _("It was merged by lines: look at it, mend it, then “git add” it.")
        return Outcome(False, [text.format(path=path, reason=reason, hint=hint)])


def _by_fields(
    top: Path, base: Path, ours: Path, theirs: Path, path: str, marker_size: int
) -> Outcome:
    workspace, kind = _place(top, path)
    sides = [load(file) for file in (base, ours, theirs)]
    if any(side.faults for side in sides):
        raise Unmergeable(_("not UTF-8 text"))
    ancestor = marker_size > MARKER_SIZE and _is_ancestor(top, path, marker_size)
    merger = Merger(kind, workspace.zone, ancestor=ancestor)
    merged = merge_files(merger, sides[0].text, sides[1].text, sides[2].text)
    replace(ours, merged.text, bom=sides[1].bom)
    if ancestor:
        return Outcome(True)
    remarks = [_told(path, id, conflict) for id, conflict in merged.conflicts]
    return Outcome(not remarks, remarks)


def _place(top: Path, path: str) -> tuple[Workspace, Kind]:
    """The book that a path is in, which may be a folder of the working tree, and the kind."""
    pure = PurePosixPath(path)
    for folder in pure.parents:
        if (top / folder / startup.CONFIG).is_file():
            parts = pure.relative_to(folder).parts
            workspace = Workspace(top / folder)
            kind = workspace.registry.by_folder(parts[1]) if parts[0] == "records" else None
            if kind is None:
                raise Unmergeable(_("it is no record of any kind"))
            return workspace, kind
    raise Unmergeable(_("it is in no book"))


def _is_ancestor(top: Path, path: str, marker_size: int) -> bool:
    """Whether git only makes up a common ancestor, for which it asks for longer markers: by two
    for every level, and by one for renames."""
    found = git.run(top, ["check-attr", "-z", "conflict-marker-size", "--", path]).split("\0")
    usual = int(found[2]) if found[2].isdigit() else MARKER_SIZE
    return marker_size - usual >= 2


def _by_lines(base: Path, ours: Path, theirs: Path) -> None:
    contents = [file.read_bytes() for file in (base, ours, theirs)]
    try:
        merged, _clean = git.merge_file(contents[0], contents[1], contents[2])
    except git.GitFailed:
        both = [content.decode("latin-1") for content in contents[1:]]
        merged = marked(both[0], both[1], "\n").encode("latin-1")
    ours.write_bytes(merged)


# telling


def _told(path: str, id: str, conflict: Conflict) -> str:
    """One conflict in one line, with what to do."""
    if conflict.path:
        text = _("Keep one in the file, then “git add” it.")
    elif conflict.made_apart:
        text = _("Keep one, give the other an id of its own, then “git add” the file.")
    elif not conflict.ours or not conflict.theirs:
        text = _("Keep it or take it away, then “git add” the file.")
    else:
        text = _("Keep one in the file, then “git add” it.")
    return _("{first} {second}").format(first=told(path, id, conflict), second=text)
