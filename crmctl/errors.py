"""Everything a user can do wrong or run into: one class each, with its exit code and a hint.

Exit codes: 2 usage, ambiguous reference or an unconfirmed write; 3 bad data; 4 not found;
5 conflict or locked. The command line prints `message` and `hint` on stderr and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmctl.locale import _, ngettext


def did_you_mean(suggestion: str | None) -> str | None:
    """The hint that names one likely intention."""
    return _("Did you mean “{suggestion}”?").format(suggestion=suggestion) if suggestion else None


class CrmctlError(Exception):
    """A failure that is the user's to mend: one line of what, one of what to do."""

    exit_code = 2

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CrmctlError):
    """A command that does not make sense as it was typed."""


class NoWorkspace(CrmctlError):
    exit_code = 4

    def __init__(self, start: str) -> None:
        super().__init__(
            _("No book found in {start} or any folder above it.").format(start=start),
            _("Make one with “crmctl init”, or name one with -C DIR or CRMCTL_WORKSPACE."),
        )


class AlreadyWorkspace(CrmctlError):
    exit_code = 5

    def __init__(self, path: str) -> None:
        super().__init__(
            _("{path} is a book already.").format(path=path),
            _("Nothing was changed. Use it as it is, or name another folder."),
        )


class BadDefinition(CrmctlError):
    """A file with settings, a schema, a segment or a report that cannot be used as it is written.

    `place` is the part of it that is wrong, such as `sections.2.measures` (lists count from 1),
    `steps` the keys and list indexes that lead there. Who knows the file adds line and column.
    """

    exit_code = 3

    def __init__(
        self,
        path: str,
        place: str,
        reason: str,
        hint: str | None = None,
        *,
        steps: Sequence[str | int] | None = None,
    ) -> None:
        super().__init__(": ".join(part for part in (path, place, reason) if part), hint)
        self.path = path
        self.place = place
        self.reason = ": ".join(part for part in (place, reason) if part)
        self.steps = tuple(_steps(place) if steps is None else steps)
        self.code = "definition"
        self.params = {"reason": self.reason, "hint": hint or ""}
        self.line: int | None = None
        self.column = 1

    def stand(self, line: int, column: int) -> None:
        """Says from now on where in its file the fault is."""
        self.line, self.column = line, column
        self.message = f"{self.path}:{line}:{column}: {self.reason}"


def _steps(place: str) -> list[str | int]:
    names = place.split(".") if place else []
    return [int(name) - 1 if name.isdecimal() else name for name in names]


class NewerFormat(CrmctlError):
    exit_code = 3

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            _("This book has format {found}; this crmctl knows format {known}.").format(
                found=found, known=known
            ),
            _("Install a newer crmctl. Nothing was changed."),
        )


class UnknownKind(CrmctlError):
    def __init__(self, name: str, suggestion: str | None) -> None:
        super().__init__(
            _("There is no kind of record called “{name}”.").format(name=name),
            did_you_mean(suggestion) or _("“crmctl schema list” shows the kinds."),
        )


class UnknownField(CrmctlError):
    def __init__(self, kind: str, name: str, suggestion: str | None) -> None:
        super().__init__(
            _("“{kind}” has no field “{name}”.").format(kind=kind, name=name),
            did_you_mean(suggestion)
            or _("“crmctl schema show {kind}” lists the fields.").format(kind=kind),
        )


class BadValue(CrmctlError):
    """A value that its field cannot hold."""

    def __init__(self, field: str, value: str, expected: str, hint: str | None = None) -> None:
        super().__init__(
            _("“{value}” is no value for {field}: {expected}.").format(
                field=field, value=value, expected=expected
            ),
            hint,
        )


class BadOption(CrmctlError):
    """A value that an option or a name cannot have."""

    def __init__(self, what: str, value: str, choices: Iterable[str], hint: str | None) -> None:
        super().__init__(
            _("{what} cannot be “{value}”.").format(what=what, value=value),
            hint or _("Possible: {choices}.").format(choices=", ".join(choices)),
        )


class MissingField(CrmctlError):
    def __init__(self, kind: str, fields: Sequence[str]) -> None:
        super().__init__(
            _("A new {kind} needs {fields}.").format(kind=kind, fields=", ".join(fields)),
            " ".join(f"--set {name}=…" for name in fields),
        )


class NotFound(CrmctlError):
    exit_code = 4

    def __init__(self, what: str, ref: str, suggestion: str | None = None) -> None:
        super().__init__(
            _("No {what} is called “{ref}”.").format(what=what, ref=ref),
            did_you_mean(suggestion),
        )


class Ambiguous(CrmctlError):
    def __init__(self, ref: str, candidates: Sequence[str]) -> None:
        shown = "\n  ".join(candidates[:20])
        more = len(candidates) - 20
        if more > 0:
            shown += "\n  " + _("… and {count} more").format(count=more)
        super().__init__(
            _("“{ref}” could be any of these:").format(ref=ref) + f"\n  {shown}",
            _("Use the id."),
        )


class Exists(CrmctlError):
    exit_code = 5

    def __init__(self, what: str, name: str) -> None:
        super().__init__(
            _("There is a {what} “{name}” already.").format(what=what, name=name),
            _("Nothing was written. Choose another name, or change the existing one."),
        )


class Referenced(CrmctlError):
    """A removal that would leave references without their record."""

    exit_code = 5

    def __init__(self, ref: str, referrers: Sequence[str]) -> None:
        shown = ", ".join(referrers[:5]) + (" …" if len(referrers) > 5 else "")
        text = ngettext(
            "“{ref}” is referred to by {count} record: {shown}.",
            "“{ref}” is referred to by {count} records: {shown}.",
            len(referrers),
        )
        super().__init__(
            text.format(ref=ref, count=len(referrers), shown=shown),
            _("Remove them too with --cascade, or archive it instead."),
        )


class InUse(CrmctlError):
    """A definition that others mention and would miss."""

    exit_code = 5

    def __init__(self, name: str, users: Sequence[str]) -> None:
        super().__init__(
            _("“{name}” is used by {users}.").format(name=name, users=", ".join(users)),
            _("Nothing was removed. Change them first, or add --force."),
        )


class ChangedMeanwhile(CrmctlError):
    exit_code = 5

    def __init__(self, path: str) -> None:
        super().__init__(
            _("{path} was changed by somebody else in the meantime.").format(path=path),
            _("Nothing was written. Run the command again."),
        )


class NotCheckedOut(CrmctlError):
    exit_code = 5

    def __init__(self, path: str) -> None:
        super().__init__(
            _("{path} is in git, but not in this working tree.").format(path=path),
            _("A new file would take its place. Check it out: “git sparse-checkout disable”."),
        )


class AlreadyApplied(CrmctlError):
    exit_code = 5

    def __init__(self, change: str) -> None:
        super().__init__(
            _("Change {change} was applied already.").format(change=change),
            _("Nothing was written. “crmctl changes {change}” shows it.").format(change=change),
        )


class BadPlan(CrmctlError):
    exit_code = 3

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            _("{file} cannot be carried out: {reason}.").format(file=file, reason=reason),
            _("Nothing was written."),
        )


class NothingToUndo(CrmctlError):
    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            _("Nothing to undo."),
            _("An undo is itself undone by its id: “crmctl changes” lists them."),
        )


class PartlyUndone(CrmctlError):
    exit_code = 5

    def __init__(self, count: int) -> None:
        text = ngettext(
            "{count} thing was left as it is.", "{count} things were left as they are.", count
        )
        super().__init__(
            text.format(count=count), _("The rest is undone. --force overrides later edits.")
        )


class Unparsable(CrmctlError):
    exit_code = 3

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            _("{where} cannot be read: {reason}").format(where=where, reason=reason),
            _("Mend the file first; “crmctl check” shows every fault in the book."),
        )


class Invalid(CrmctlError):
    """Values that would break the rules of their kind; nothing is written."""

    def __init__(self, what: str, reasons: Sequence[str]) -> None:
        super().__init__(
            _("{what}: {reasons}").format(what=what, reasons="; ".join(reasons)),
            _("Nothing was written."),
        )


class InvalidText(Invalid):
    """The same, and in a document that was edited."""

    exit_code = 3


class Unconfirmed(CrmctlError):
    def __init__(self, count: int) -> None:
        text = ngettext(
            "This would change {count} record and was not confirmed.",
            "This would change {count} records and was not confirmed.",
            count,
        )
        super().__init__(
            text.format(count=count),
            _("Nothing was written. Add --yes to go ahead, or --dry-run to look first."),
        )


class Unreadable(CrmctlError):
    """An input that cannot be understood as the format it should have."""

    exit_code = 3

    def __init__(self, path: str, reason: str, hint: str | None = None) -> None:
        super().__init__(_("{path}: {reason}").format(path=path, reason=reason), hint)


class NoText(CrmctlError):
    """An argument or an input whose bytes are no UTF-8."""

    exit_code = 3

    def __init__(self) -> None:
        super().__init__(
            _("There are characters in the input that are no text."),
            _("Nothing was written. Use UTF-8."),
        )


class GitRefused(CrmctlError):
    """git could not do what a command needs; `reason` is ours or git's own."""

    exit_code = 3

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("git: {reason}.").format(reason=reason.rstrip(".")),
            _("“git init” makes a repository; “git status” says how it stands."),
        )


class BadSql(CrmctlError):
    """A statement that the index will not run; `reason` is SQLite's own."""

    def __init__(self, reason: str) -> None:
        hints = {
            "not authorized": _("Only SELECT on the tables of the book is allowed."),
            "interrupted": _("It took too long; narrow it down or raise --steps."),
            "no such": _("“crmctl sql” without a statement lists tables and columns."),
        }
        hint = next((text for start, text in hints.items() if start in reason), None)
        super().__init__(_("SQL: {reason}").format(reason=reason), hint)


class IndexUnusable(CrmctlError):
    """The index failed beyond what building it anew can mend; `reason` is SQLite's own."""

    exit_code = 3

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("The index cannot be used: {reason}.").format(reason=reason),
            _("Run the command again; look whether the disk is full."),
        )


class NotAFolder(CrmctlError):
    """Something stands where the book keeps its journal."""

    exit_code = 3

    def __init__(self, path: str) -> None:
        super().__init__(
            _("{path} is no folder, and crmctl needs one of this name.").format(path=path),
            _("Nothing was written. Move it away."),
        )


class FileSystem(CrmctlError):
    """The operating system refused; its reason is passed on."""

    exit_code = 3

    def __init__(self, error: OSError) -> None:
        where = f"{error.filename}: " if error.filename else ""
        super().__init__(
            f"{where}{error.strerror or error}",
            _("Nothing was half-written. Check space and permissions, then try again."),
        )
