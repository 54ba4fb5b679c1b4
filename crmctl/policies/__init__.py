"""What the rules of a book need: stages, cadences, service levels, thresholds.

Each topic is a section of crmctl.yaml. `policies/<topic>.yaml` beside this file is what is shipped
and the description of the section; a book's own section overrides it key by key. The module of the
same name says what shape the section has.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

TOPICS = (
    "accounts",
    "alerts",
    "assignment",
    "attitude",
    "buying",
    "calendar",
    "criteria",
    "duplicates",
    "festivals",
    "flow",
    "handover",
    "levels",
    "marketing",
    "pipelines",
    "privacy",
    "queues",
    "relationship",
    "reminders",
    "sales",
    "service",
    "value",
)


def shipped(topic: str) -> str:
    """The file that holds the defaults of a topic."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{topic}.yaml")


def module_of(topic: str) -> ModuleType:
    """The module of a topic: its SHAPE, and where it has them `check` and `queries`."""
    return import_module(f"crmctl.policies.{topic}")


def queries(topic: str, policy: Any) -> Iterable[tuple[str, str, str]]:
    """The queries that a policy holds: where each stands in it, its kind and its text."""
    found: Iterable[tuple[str, str, str]] = getattr(module_of(topic), "queries", lambda _: ())(
        policy
    )
    return found


def load(
    topic: str, book: Mapping[str, Any], where: str, said: Mapping[str, Any] | None = None
) -> Any:
    """The policy of a topic, in the SHAPE of its module, which may `check` what no shape says.

    `book` is the tree of the settings file `where`; BadDefinition for what cannot be used in it.
    `said` goes before both: what was said for one run.
    """
    from pathlib import Path

    from crmctl import definitions
    from crmctl.errors import BadDefinition
    from crmctl.locale import _
    from crmctl.typed import merged, typed

    module = module_of(topic)
    base = definitions.read(Path(shipped(topic)), f"{topic}.yaml")
    own = book.get(topic) or {}
    if not isinstance(own, Mapping):
        raise BadDefinition(where, topic, _("settings are expected here"))
    tree = merged(merged(base, own), said or {})
    policy = typed(module.SHAPE, tree, where, (topic,))
    if hasattr(module, "check"):
        module.check(policy, where)
    return policy


def listed(name: str, policy: Callable[[str], Any]) -> dict[str, dict[str, str]]:
    """The values, with titles, that the settings of a book list under a name."""
    from crmctl.policies.pipelines import pipeline_titles, stage_titles

    found = policy("pipelines")
    return stage_titles(found) if name == "stages" else pipeline_titles(found)


def text(topic: str) -> str:
    """The shipped section of a topic as it would stand in crmctl.yaml, with its comments."""
    with open(shipped(topic), encoding="utf-8") as file:
        lines = file.read().splitlines()
    comments = 0
    while lines[comments].startswith("#"):
        comments += 1
    inner = [f"  {line}" if line else line for line in lines[comments:]]
    return "\n".join([*lines[:comments], f"{topic}:", *inner]) + "\n"
