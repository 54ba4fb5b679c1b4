"""A process that dies, or a disk that fails, at the Nth call that touches the file system."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CALLS = ("open", "replace", "unlink", "fsync", "sync", "mkdir", "fchmod", "fchown")


@contextmanager
def at_call(number: int, act: Callable[[str], None]) -> Iterator[list[str]]:
    """Calls `act` with the name of the function instead of letting the Nth call through.

    Yields the names of the calls made so far.
    """
    made: list[str] = []

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            made.append(name)
            if len(made) == number:
                act(name)
            return real(*args, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, watched(name, getattr(os, name)))
        yield made


def die(_name: str) -> None:
    """Ends the process as a kill does: no handler runs."""
    os._exit(9)


def fail(code: int) -> Callable[[str], None]:
    """An error of the system such as ENOSPC."""

    def act(name: str) -> None:
        raise OSError(code, os.strerror(code), name)

    return act


ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO)
