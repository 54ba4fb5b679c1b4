"""A record with places: where every key and value begins and ends in the text.

The slow path beside `reader`, for edits and for telling where a problem is. Ends are those a
person would point at: a block ends with its last value, not where the next token begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from yaml.error import YAMLError
from yaml.events import (
    CollectionEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    StreamEndEvent,
)

from crmctl.storage.events import MAX_DEPTH, open_events
from crmctl.storage.reader import MISSING
from crmctl.values.tree import Tree

_COLON = re.compile(r"(?:[ \t\r\n]+(?:#[^\r\n]*)?)*:")
_END_OF_LINE = re.compile(r"[^\r\n]*")
_KEEP = re.compile(r"[|>]\d?\+")


class Node:
    """Something in the text: offsets of its first character and after its last, 1-based place."""

    __slots__ = ("column", "end", "line", "start")

    def __init__(self, event: Any) -> None:
        self.start: int = event.start_mark.index
        self.end: int = event.end_mark.index
        self.line: int = event.start_mark.line + 1
        self.column: int = event.start_mark.column + 1


class ScalarNode(Node):
    """A scalar: its value as `parse_document` gives it, its style (`""` plain, `'`, `"`, `|`, `>`).

    A value that is not there (`key:`) stands right after its colon or dash, start == end.
    """

    __slots__ = ("style", "value")

    def __init__(self, event: Any, text: str, back: dict[int, str], is_key: bool) -> None:
        super().__init__(event)
        self.style: str = event.style or ""
        self.value: str | None = event.value.translate(back)
        if not self.style and not is_key:
            self.value = MISSING.get(self.value or "", self.value)
        if self.style in ("|", ">"):
            self.end = _block_end(text, self.start, self.end)

    @property
    def plain(self) -> bool:
        return not self.style


class MappingNode(Node):
    """A mapping; the document's own or a nested one."""

    __slots__ = ("flow", "items")

    def __init__(self, event: Any) -> None:
        super().__init__(event)
        self.flow = bool(event.flow_style)
        self.items: list[tuple[ScalarNode, Node]] = []

    def position(self, key: str) -> int | None:
        """The index of a key among the items."""
        return next((i for i, (name, _value) in enumerate(self.items) if name.value == key), None)


class SequenceNode(Node):
    """A list."""

    __slots__ = ("flow", "items")

    def __init__(self, event: Any) -> None:
        super().__init__(event)
        self.flow = bool(event.flow_style)
        self.items: list[Node] = []


def compose(text: str) -> MappingNode:
    """The record in a document, with places. Raises ValueError where `parse_document` has faults
    or finds no record."""
    try:
        return _compose(text)
    except (YAMLError, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from error


def _compose(text: str) -> MappingNode:
    next_event, back = open_events(text)
    root: MappingNode | None = None
    open_nodes: list[MappingNode | SequenceNode] = []
    key: ScalarNode | None = None
    node: Node
    while True:
        event = next_event()
        if isinstance(event, CollectionEndEvent):
            _close(open_nodes.pop(), event)
            continue
        if not isinstance(event, NodeEvent):
            if isinstance(event, StreamEndEvent):
                break
            continue
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            raise ValueError("not a plain record")
        parent = open_nodes[-1] if open_nodes else None
        wants_key = isinstance(parent, MappingNode) and key is None
        if isinstance(event, ScalarEvent):
            node = ScalarNode(event, text, back, wants_key)
        else:
            node = MappingNode(event) if type(event) is MappingStartEvent else SequenceNode(event)
        if parent is None:
            if root is not None or not isinstance(node, MappingNode):
                raise ValueError("not one mapping")
            root = node
        elif isinstance(parent, SequenceNode):
            parent.items.append(node)
        elif key is None:
            if not isinstance(node, ScalarNode):
                raise ValueError("a key that is not a text")
            key = node
            continue
        else:
            _place_missing(node, key, text)
            parent.items.append((key, node))
            key = None
        if isinstance(node, MappingNode | SequenceNode):
            open_nodes.append(node)
            if len(open_nodes) > MAX_DEPTH:
                raise ValueError("nested too deeply")
    if root is None:
        raise ValueError("no record")
    return root


def _close(node: MappingNode | SequenceNode, event: Any) -> None:
    if node.flow or not node.items:
        node.end = event.end_mark.index
    else:
        last = node.items[-1]
        node.end = last[1].end if isinstance(last, tuple) else last.end


def _place_missing(node: Node, key: ScalarNode, text: str) -> None:
    if node.start == node.end and isinstance(node, ScalarNode):
        node.start = node.end = colon_end(text, key)


def colon_end(text: str, key: ScalarNode) -> int:
    """The offset after the colon of a key, or of the key's end where it has no colon."""
    match = _COLON.match(text, key.end)
    return match.end() if match else key.end


def end_of_line(text: str, at: int) -> int:
    """The offset of the line break that ends the line of `at`, or of the text's end."""
    match = _END_OF_LINE.match(text, at)
    return match.end() if match else at


def _block_end(text: str, start: int, end: int) -> int:
    """Where a block scalar ends for a person: with its last line that counts, break excluded."""
    if _KEEP.match(text, start):
        if text.endswith("\r\n", start, end):
            return end - 2
        return end - 1 if text[end - 1] in "\r\n" else end
    stop = start + len(text[start:end].rstrip(" \t\r\n"))
    return min(end_of_line(text, stop), end)


def tree_of(node: Node) -> Tree:
    """The values of a node, as `parse_document` gives them."""
    if isinstance(node, MappingNode):
        return {str(key.value): tree_of(value) for key, value in node.items}
    if isinstance(node, SequenceNode):
        return [tree_of(item) for item in node.items]
    assert isinstance(node, ScalarNode)
    return node.value


def child(node: Node, step: str | int) -> Node | None:
    """The value under a key or at an index; None where there is none."""
    if isinstance(node, MappingNode) and isinstance(step, str):
        at = node.position(step)
        return None if at is None else node.items[at][1]
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def locate(node: Node, path: Sequence[str | int]) -> Node | None:
    """The node at a path of keys and list indexes; None where the path leads nowhere."""
    found: Node | None = node
    for step in path:
        found = child(found, step) if found is not None else None
    return found


def locate_key(node: Node, path: Sequence[str | int]) -> Node | None:
    """The key at a path (or the item, where it ends in an index): what to point at when the
    field, not its value, is the problem."""
    if not path or isinstance(path[-1], int):
        return locate(node, path)
    parent = locate(node, path[:-1])
    at = parent.position(path[-1]) if isinstance(parent, MappingNode) else None
    return parent.items[at][0] if isinstance(parent, MappingNode) and at is not None else None
