"""Untyped text trees: what a YAML file says before a schema gives its scalars their types."""

from __future__ import annotations

from typing import TypeAlias

Tree: TypeAlias = "str | None | list[Tree] | dict[str, Tree]"


class Tilde(str):
    """A plain `~`: nothing at all, except in a text field, where it is the text."""


TILDE = Tilde("~")
