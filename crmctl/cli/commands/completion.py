"""`crmctl completion`: the script that a shell sources."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from crmctl.cli.base import argument, define
from crmctl.locale import N_

SHELLS = ("bash", "zsh", "fish")


@define(
    "completion",
    help=N_("Print the completion script of your shell; load it from the shell's start file."),
    examples=[
        "echo 'eval \"$(crmctl completion bash)\"' >> ~/.bashrc",
        "crmctl completion fish > ~/.config/fish/completions/crmctl.fish",
    ],
)
@argument("shell", type=click.Choice(SHELLS), required=False)
def command(_app: object, shell: str | None) -> None:
    name = shell or Path(os.environ.get("SHELL", "bash")).name
    found = get_completion_class(name if name in SHELLS else "bash")
    assert found is not None
    click.echo(
        found(
            click.get_current_context().find_root().command, {}, "crmctl", "_CRMCTL_COMPLETE"
        ).source()
    )
