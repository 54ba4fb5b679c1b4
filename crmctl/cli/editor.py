"""The person's editor: what is typed there is never lost, even when it cannot be used."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from crmctl.errors import CrmctlError, UsageError
from crmctl.locale import _
from crmctl.values.text import visible


def editor_command() -> list[str]:
    """VISUAL or EDITOR as words; no shell sees them."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    return shlex.split(named)


def run_editor(file: Path, line: int = 1) -> None:
    """Opens a file, at a line where the editor is known to take one."""
    words = editor_command()
    at_line = [f"+{line}"] if Path(words[0]).name in ("vi", "vim", "nvim", "nano", "emacs") else []
    try:
        done = subprocess.run([*words, *at_line, str(file)], check=False)
    except OSError as error:
        raise UsageError(
            _("The editor “{name}” cannot be started: {reason}.").format(
                name=words[0], reason=error.strerror
            ),
            _("Set EDITOR to the editor that you use."),
        ) from None
    if done.returncode != 0:
        raise UsageError(
            _("The editor ended with code {code}.").format(code=done.returncode),
            _("Nothing was written."),
        )


def edited_text(text: str, name: str, check: Callable[[str], object]) -> str:
    """The text as the person left it, once `check` accepts it.

    On a terminal a refused draft can be mended at once; otherwise its file is named and kept.
    """
    folder = Path(tempfile.mkdtemp(prefix="crmctl-"))
    draft = folder / name
    draft.write_text(text, "utf-8", newline="")
    while True:
        run_editor(draft)
        with draft.open(encoding="utf-8", newline="") as changed:
            new = changed.read()
        try:
            check(new)
        except CrmctlError as error:
            print(visible(error.message, keep_newlines=True), file=sys.stderr)
            if sys.stdin.isatty() and click.confirm(_("Edit again?"), default=True, err=True):
                continue
            error.hint = _("Nothing was written. Your text is kept in {file}.").format(file=draft)
            raise
        draft.unlink()
        folder.rmdir()
        return new
