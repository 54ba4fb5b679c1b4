"""The files by which people shape a book: settings, schemas, segments and reports.

They are read in one way, and whatever is wrong in one of them is told with its line. Their trees
hold no places; only when something is wrong the file is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from crmctl.errors import BadDefinition
from crmctl.problems import Problem
from crmctl.values.tree import Tree


def read(file: Path, shown: str) -> dict[str, Tree]:
    """The tree of a definition, empty for an empty file; BadDefinition when it cannot be read."""
    from crmctl.storage.files import fault_of, load
    from crmctl.storage.reader import parse_document

    try:
        text = load(file)
    except OSError as error:
        tree, faults = None, [fault_of(error, file)]
    else:
        tree, faults = parse_document(text.text)
        faults = text.faults + faults
    for found in faults:
        raise fault(shown, found.code, found.line, found.column, found.params)
    return tree or {}


def fault(
    shown: str, code: str, line: int, column: int, params: Mapping[str, str]
) -> BadDefinition:
    """The error for a fault of the text itself."""
    problem = Problem(shown, line, column, code, dict(params))
    error = BadDefinition(shown, "", problem.message, problem.hint or None)
    error.code, error.params = code, problem.params
    error.stand(line, column)
    return error


@contextmanager
def placed(file: Path) -> Iterator[None]:
    """Gives a BadDefinition about `file` that passes through its line and column."""
    try:
        yield
    except BadDefinition as error:
        place(error, file)
        raise


def place(error: BadDefinition, file: Path) -> None:
    """Looks up where in its file a fault is: at its key, or at the nearest one that is there."""
    from crmctl.storage.files import load
    from crmctl.storage.nodes import compose, locate_key

    if error.line is not None:
        return
    try:
        root = compose(load(file).text)
    except (OSError, ValueError):
        return
    for length in range(len(error.steps), 0, -1):
        node = locate_key(root, error.steps[:length])
        if node is not None:
            error.stand(node.line, node.column)
            return
    error.stand(1, 1)


def problem(error: BadDefinition) -> Problem:
    """The same fault as a value, to be listed with others."""
    return Problem(error.path, error.line or 1, error.column, error.code, error.params)
