"""What an import refuses: a whole file that cannot be understood, or one row of it."""

from __future__ import annotations

from collections.abc import Sequence

from crmctl.errors import CrmctlError, UsageError, did_you_mean
from crmctl.locale import _, ngettext


class UnknownEncoding(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(
            _("There is no encoding called “{name}”.").format(name=name),
            _("Names are, for example, utf-8, gb18030, big5, utf-16 and latin-1."),
        )


class BadText(CrmctlError):
    """Bytes that are no text in the encoding they should have."""

    exit_code = 3

    def __init__(self, path: str, line: int, encoding: str, guess: str | None) -> None:
        message = _("{path}:{line}: this is no {encoding} text.")
        hint = _("Name the encoding of the file, such as --encoding {guess}.")
        super().__init__(
            message.format(path=path, line=line, encoding=encoding),
            hint.format(guess=guess or "latin-1"),
        )


class NotATable(CrmctlError):
    """A file that is neither CSV nor JSON."""

    exit_code = 3


class NoHeader(UsageError):
    """CSV without any text in it."""

    def __init__(self, path: str) -> None:
        super().__init__(
            _("{path} is empty: its first line must name the columns.").format(path=path)
        )


class UnmappedColumns(UsageError):
    """Columns that no field answers to, with the flags that would settle each."""

    def __init__(
        self, columns: Sequence[str], kind: str, suggestions: Sequence[str | None]
    ) -> None:
        listed = ", ".join(f"“{column}”" for column in columns)
        flags = [
            f"--map {quoted(f'{column}={field}')}" if field else f"--ignore {quoted(column)}"
            for column, field in zip(columns, suggestions, strict=True)
        ]
        super().__init__(
            ngettext(
                "The column {columns} is no field of “{kind}”.",
                "The columns {columns} are no fields of “{kind}”.",
                len(columns),
            ).format(columns=listed, kind=kind),
            _(
                "Nothing was written. Say which fields they are with --map COLUMN=FIELD, or leave "
                "them out: {flags}"
            ).format(flags=" ".join(flags)),
        )


class NoSuchColumn(UsageError):
    def __init__(self, column: str, columns: Sequence[str], suggestion: str | None) -> None:
        super().__init__(
            _("The file has no column “{column}”.").format(column=column),
            did_you_mean(suggestion)
            or _("Its columns: {columns}.").format(columns=", ".join(columns)),
        )


class SameField(UsageError):
    def __init__(self, field: str, columns: Sequence[str]) -> None:
        super().__init__(
            _("Several columns would fill “{field}”: {columns}.").format(
                field=field, columns=", ".join(columns)
            ),
            _("Leave all but one out with --ignore COLUMN."),
        )


class BadKey(UsageError):
    def __init__(self, field: str) -> None:
        super().__init__(
            _("No column is mapped to the key “{field}”.").format(field=field),
            _("Map one with --map COLUMN={field}, or choose another --key.").format(field=field),
        )


class BadMapping(CrmctlError):
    """A saved mapping that cannot be used."""

    exit_code = 3

    def __init__(self, where: str, reason: str, hint: str | None = None) -> None:
        super().__init__(f"{where}: {reason}", hint)


class NoSuchMapping(CrmctlError):
    exit_code = 4

    def __init__(self, name: str, path: str, suggestion: str | None) -> None:
        super().__init__(
            _("There is no saved mapping “{name}”.").format(name=name),
            did_you_mean(suggestion) or _("A mapping is a file such as {path}.").format(path=path),
        )


class Rejected(CrmctlError):
    """One row that cannot become a record; the others still can."""

    exit_code = 1


def quoted(text: str) -> str:
    """A word as a shell takes it."""
    from shlex import quote

    return quote(text)
