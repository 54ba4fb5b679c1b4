"""What storage refuses to do, as the user reads it."""

from __future__ import annotations

from collections.abc import Sequence

from crmctl.errors import CrmctlError
from crmctl.locale import _

Step = str | int


class Locked(CrmctlError):
    """Another process holds the lock on the book and kept it longer than we wait."""

    exit_code = 5

    def __init__(self, path: str, holder: str = "") -> None:
        if holder:
            message = _("Another process ({pid}) is writing to this book.").format(pid=holder)
        else:
            message = _("Another process is writing to this book.")
        super().__init__(message, _("Try again in a moment. The lock is {path}.").format(path=path))
        self.path = path
        self.holder = holder


class EditRefused(CrmctlError):
    """An edit that cannot be made without losing something; nothing was changed.

    `reason` is `unreadable` (the document has faults), `shape` (the path leads through a value
    that is no mapping or list, or to an item that does not exist) or `unsafe` (the edited text
    would not read back as intended).
    """

    exit_code = 3

    def __init__(self, path: Sequence[Step], reason: str) -> None:
        field = ".".join(str(step) for step in path)
        if reason == "unreadable":
            message = _("The record cannot be changed because it cannot be read.")
            hint = _("Mend the file by hand; “crmctl check” says where it is broken.")
        elif reason == "shape":
            message = _("“{field}” cannot be set: the record has another kind of value there.")
            hint = _("Look at the file, and mend that value by hand.")
        else:
            message = _("“{field}” cannot be changed without harm to the rest of the record.")
            hint = _("Change it by hand in the file.")
        super().__init__(message.format(field=field), hint)
        self.path = tuple(path)
        self.reason = reason


class OutsideWorkspace(CrmctlError):
    """A path that would leave the book."""

    exit_code = 2

    def __init__(self, relative: str) -> None:
        super().__init__(
            _("The path “{path}” leads out of the book.").format(
                # The path may be hostile text on its way to a terminal.
                path=relative.encode("unicode_escape").decode("ascii")
                if not relative.isprintable()
                else relative
            ),
            _("Name a file inside the book."),
        )
        self.relative = relative
