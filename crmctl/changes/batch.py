"""Many records at once: YAML documents, JSON lines or a JSON array, as untyped trees."""

from __future__ import annotations

from typing import Any

from crmctl.errors import Unreadable
from crmctl.locale import _
from crmctl.problems import Problem
from crmctl.storage.reader import parse_document, split_stream
from crmctl.values import jsontext


def read_batch(text: str, name: str) -> list[dict[str, Any]]:
    """The mappings in `text`; the first fault is an error with its line, nothing is used then."""
    if text.lstrip().startswith(("{", "[")):
        found = _json(text, name)
    else:
        found = []
        for chunk in split_stream(text):
            tree, faults = parse_document(chunk.text, chunk.line)
            for fault in faults:
                problem = Problem(name, fault.line, fault.column, fault.code, dict(fault.params))
                raise Unreadable(f"{name}:{fault.line}:{fault.column}", problem.message)
            if tree:
                found.append(tree)
    for number, one in enumerate(found, 1):
        if not isinstance(one, dict):
            raise Unreadable(name, _("entry {number} is no record").format(number=number))
    return found


def _json(text: str, name: str) -> list[Any]:
    try:
        if text.lstrip().startswith("["):
            return list(jsontext.loads(text))
        return [jsontext.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise Unreadable(name, _("not valid JSON: {reason}").format(reason=error)) from None
