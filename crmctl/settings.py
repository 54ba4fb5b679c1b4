"""The settings in force and where each comes from; changing one without touching the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmctl import config, policies, startup
from crmctl.config import Config, Person
from crmctl.errors import BadOption, Unparsable
from crmctl.locale import _, language
from crmctl.policies import TOPICS
from crmctl.problems import Problem
from crmctl.storage.editor import edit_document
from crmctl.storage.edits import Set
from crmctl.storage.files import load, replace
from crmctl.storage.reader import parse_document
from crmctl.storage.writer import Plain
from crmctl.typed import names
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest
from crmctl.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its dotted name, its value as text, and the file that says so."""

    name: str
    value: str | None
    source: str


def effective(workspace: Workspace) -> Iterator[Setting]:
    """Every setting of the book and of the person, with its source; “default” without one."""
    book = load(workspace.root / startup.CONFIG)
    tree, _faults = parse_document(book.text)
    for name in names(Config):
        if name == "language":
            continue
        source = startup.CONFIG if _has(tree or {}, name) else _("default")
        yield Setting(name, _text(config.get(workspace.config, name)), source)
    yield Setting("language", language(), _("this command"))
    yield Setting("user", workspace.me, _("this command"))


def value(workspace: Workspace, name: str) -> str | None:
    """The value of a setting as text."""
    for setting in effective(workspace):
        if setting.name == name:
            return setting.value
    if name.split(".")[0] in TOPICS:
        return _text(_rule(workspace, name))
    raise _unknown(name, [*names(Config), *TOPICS, "user"])


def _rule(workspace: Workspace, name: str) -> Any:
    """A single value in the rules of a book by its dotted name."""
    topic, *steps = name.split(".")
    found, so_far = workspace.policy(topic), topic
    while True:
        parts = found if isinstance(found, dict) else _parts(found)
        if parts is None:
            break
        if not steps or steps[0] not in parts:
            raise _unknown(name, [f"{so_far}.{key}" for key in parts])
        found, so_far = parts[steps[0]], f"{so_far}.{steps[0]}"
        steps = steps[1:]
    if steps:
        raise _unknown(name, [so_far])
    return found


def _parts(found: Any) -> dict[str, Any] | None:
    if not isinstance(found, Frozen):
        return None
    return {key: getattr(found, key) for key in found.names()}


def change(workspace: Workspace, name: str, text: str, place: str) -> Path:
    """Sets `name` in the book's, the person's or the local file; refuses what would not load."""
    known = names(Config if place == "book" else Person)
    policy = name.split(".")[0] if place == "book" and "." in name else ""
    if name not in known and policy not in TOPICS:
        raise _unknown(name, [*known, *TOPICS])
    file = {
        "book": workspace.root / startup.CONFIG,
        "person": Path(startup.person_config()),
        "local": workspace.private / "local.yaml",
    }[place]
    old = load(file) if file.exists() else None
    before = old.text if old else ""
    written = [item.strip() for item in text.split(",")] if name == "purchases.confirmed" else text
    new: Any = Plain(text) if isinstance(written, str) else written
    after = edit_document(before, [Set(tuple(name.split(".")), new)], lambda _path: ())
    tree, faults = parse_document(after)
    if faults:
        problem = Problem(str(file), faults[0].line, 1, faults[0].code, dict(faults[0].params))
        raise Unparsable(str(file), problem.message)
    if place == "book":
        config.load(Config, tree or {}, file.name)
        if policy in TOPICS:
            policies.load(policy, tree or {}, file.name)
    else:
        config.load(Person, tree or {}, file.name)
    replace(file, after, bom=old.bom if old else False)
    return file


def _unknown(name: str, known: list[str]) -> BadOption:
    nearest = suggest(name, known)
    hint = _("Did you mean “{suggestion}”?").format(suggestion=nearest) if nearest else None
    return BadOption(_("A setting"), name, known, hint)


def _has(tree: Any, name: str) -> bool:
    for step in name.split("."):
        if not isinstance(tree, dict) or step not in tree:
            return False
        tree = tree[step]
    return True


def _text(found: Any) -> str | None:
    if found is None:
        return None
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, tuple):
        return ", ".join(map(str, found))
    return str(found)
