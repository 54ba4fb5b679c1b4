"""git's merge by lines, where no two fields touch.

git takes changes of two adjacent lines for a conflict, and equal lines of two new items for one
line of both. So each value is put between two fences, lines that bear its name and that no record
can contain, and its own lines begin with that name; all this goes when git is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import takewhile
from typing import TypeGuard

from crmctl.storage.nodes import MappingNode, Node, ScalarNode, SequenceNode, compose
from crmctl.storage.streams import newline_of
from crmctl.vcs import git

FENCE = "\x01"
MARKER_SIZE = 60  # no line of a record is taken for such a marker


def merge_lines(base: str, ours: str, theirs: str) -> str:
    """The merged text of one record. Nobody has looked at its values.

    Where both sides changed the lines of one value, ours stand with what theirs remarked, unless
    theirs have all of them.
    Raises GitFailed, and ValueError for mixed line breaks.
    """
    newline = newline_of(ours)
    base, plain, theirs = (text.replace(newline, "\n") for text in (base, ours, theirs))
    if plain.replace("\n", newline) != ours or any("\r" in text for text in (base, plain, theirs)):
        raise ValueError("mixed line breaks")
    texts = [base, plain, theirs]
    slots = _slots([_names(text) for text in (base, theirs, plain)])
    fenced = [_fenced(text, slots).encode() for text in texts]
    merged, _clean = git.merge_file(fenced[0], fenced[1], fenced[2], MARKER_SIZE)
    lines = _decided(merged.decode().split("\n"), {*base.split("\n"), *plain.split("\n")})
    kept = [line.rpartition(FENCE)[2] for line in lines if line.count(FENCE) != 1]
    if not plain.endswith("\n") and not kept[-1]:
        kept.pop()
    return newline.join(kept)


def _decided(lines: Iterable[str], known: Set[str]) -> Iterator[str]:
    """The lines without markers: of every conflict the lines that are to stand.

    What theirs remarked is not `known`.
    """
    sides: list[list[str]] = []
    for line in lines:
        mark = line[:MARKER_SIZE]
        if mark == "<" * MARKER_SIZE:
            sides = [[]]
        elif mark == "=" * MARKER_SIZE:
            sides.append([])
        elif mark == ">" * MARKER_SIZE:
            ours, theirs = map(_values_in, sides)
            if set(sides[0]) <= set(sides[1]):
                yield from sides[1]
            elif ours & theirs:
                yield from _remarked(sides[0], sides[1], known)
            else:
                yield from sides[0] + sides[1]
            sides = []
        elif sides:
            sides[-1].append(line)
        else:
            yield line


def _remarked(ours: Sequence[str], theirs: Sequence[str], known: Set[str]) -> Iterator[str]:
    """Our lines, with new remarks of theirs above the same values as there, or at the end."""
    remarks: list[str] = []
    above: dict[str, list[str]] = {}
    for line in theirs:
        if line.lstrip().startswith("#") and line not in known:
            remarks.append(line)
        elif line.count(FENCE) == 1 and not line.startswith(f"{FENCE}/"):
            above[line], remarks = remarks, []
    for line in ours:
        yield from above.get(line, ())
        yield line
    yield from remarks


def _values_in(lines: Iterable[str]) -> set[str]:
    """The names of the values that fenced lines belong to."""
    return {line.split(FENCE)[1] for line in lines if line.startswith(FENCE)}


def _names(text: str) -> list[str]:
    return [str(key.value) for key, _value in compose(text).items] if text else []


def _slots(sides: Sequence[Sequence[str]]) -> list[str]:
    """The fields of all sides in one order that each of them has; none where they have none."""
    order: list[str] = []
    for names in sides:
        at = 0
        for name in names:
            if name not in order:
                order.insert(at, name)
            at = order.index(name) + 1
    fitting = all([name for name in order if name in names] == [*names] for names in sides)
    return order if fitting else []


def _fenced(text: str, slots: Sequence[str]) -> str:
    """The text with fences; also around nothing, where it lacks a field that another side has."""
    if not text:
        return ""
    root = compose(text)
    lines = text.removesuffix("\n").split("\n")
    names = [""] * len(lines)
    fences: dict[int, list[str]] = {}
    for first, last, name, is_leaf in _spans(text, root, ""):
        fences.setdefault(first, []).append(f"{FENCE}{name}")
        if is_leaf:
            names[first : last + 1] = [name] * (last + 1 - first)
        # An inner value ends before the outer one, and both before the next begins.
        fences.setdefault(last + 1, []).insert(0, f"{FENCE}/{name}")
        if name.count(".") == 1:
            for slot in _missing_after(name[1:], slots, root):
                fences[last + 1] += [f"{FENCE}.{slot}", f"{FENCE}/.{slot}"]
    result: list[str] = []
    for number, (name, line) in enumerate(zip(names, lines, strict=True)):
        result += fences.get(number, [])
        result.append(f"{FENCE}{name}{FENCE}{line}" if name else line)
    return "\n".join([*result, *fences.get(len(lines), []), ""])


def _missing_after(name: str, slots: Sequence[str], root: MappingNode) -> Iterator[str]:
    at = slots.index(name) + 1 if name in slots else len(slots)
    return takewhile(lambda slot: root.position(slot) is None, slots[at:])


def _spans(text: str, node: Node, name: str) -> Iterator[tuple[int, int, str, bool]]:
    """First and last line (from 0) and name of every value in a block, outer ones first, and
    whether none is inside it."""
    if not _is_block(node):
        return
    items: list[tuple[Node, Node, str]] = (
        [(key, value, str(key.value)) for key, value in node.items]
        if isinstance(node, MappingNode)
        else [(item, item, _label(item)) for item in node.items]
    )
    for start, value, label in items:
        inner = f"{name}.{label}".replace("\n", " ")
        first, last = (text.count("\n", 0, at) for at in (start.start, value.end))
        yield first, last, inner, not _is_block(value)
        yield from _spans(text, value, inner)


def _is_block(node: Node) -> TypeGuard[MappingNode | SequenceNode]:
    return isinstance(node, MappingNode | SequenceNode) and not node.flow


def _label(item: Node) -> str:
    """What tells an item of a list from the others: its first value."""
    while isinstance(item, MappingNode | SequenceNode) and item.items:
        first = item.items[0]
        item = first[1] if isinstance(first, tuple) else first
    return str(item.value) if isinstance(item, ScalarNode) else ""
