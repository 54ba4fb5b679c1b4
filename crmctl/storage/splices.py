"""Single changes of a document's text: one value set, inserted or removed at the marks of a node.

Each method gives the new text and leaves every byte outside its splice alone. The methods trust
neither themselves nor strange layouts: `editor` reads every result again. A layout they do not
know raises ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crmctl.storage.errors import Step
from crmctl.storage.nodes import (
    MappingNode,
    Node,
    SequenceNode,
    colon_end,
    compose,
    end_of_line,
    locate,
)
from crmctl.storage.streams import newline_of
from crmctl.storage.writer import (
    CANONICAL,
    Flow,
    Layout,
    inline,
    item_lines,
    key_text,
    mapping_lines,
    render,
)

_DASH = re.compile(r"(?:[ \t\r\n]+(?:#[^\r\n]*)?)*-")
_NEXT_LINE = re.compile(r"(?:\r\n|\r|\n)([ \t]*)(#[^\r\n]*)?(?=[\r\n]|\Z)")
_BREAK = re.compile(r"\r\n|\r|\n")


class Document:
    """The text of one record with its nodes. Raises ValueError for one that cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = compose(text)
        self._newline = newline_of(text)
        self._layout = _layout_of(self.root)

    def set(self, path: Sequence[Step], value: Any, order: Any) -> str:
        """Replaces the value at a path, or adds its key to the mapping there."""
        node = locate(self.root, path)
        if node is not None:
            return self._replace(path, node, value)
        parent, key = locate(self.root, path[:-1]), path[-1]
        if not isinstance(parent, MappingNode) or not isinstance(key, str):
            raise ValueError("no such place")
        return self._add(parent, key, value, order(tuple(path[:-1])))

    def insert(self, path: Sequence[Step], index: int, values: Sequence[Any]) -> str:
        """Inserts items into the list at a path, which has items already."""
        node = locate(self.root, path)
        if not isinstance(node, SequenceNode) or not node.items:
            raise ValueError("no list there")
        if node.flow:
            return self._insert_flow(node, index, values)
        return self._insert_block(node, index, values)

    def remove(self, path: Sequence[Step]) -> str:
        """Removes an item of a list or a key, with its lines; others must remain beside it
        (but for the record's own last key)."""
        parent = locate(self.root, path[:-1])
        step = path[-1]
        if isinstance(parent, SequenceNode) and isinstance(step, int):
            starts, ends = [item.start for item in parent.items], [n.end for n in parent.items]
            if not parent.flow:
                starts = [self._dash(parent, index) for index in range(len(parent.items))]
            at = step
        elif isinstance(parent, MappingNode) and isinstance(step, str):
            starts = [key.start for key, _value in parent.items]
            ends = [value.end for _key, value in parent.items]
            found = parent.position(step)
            if found is None:
                raise ValueError("no such key")
            at = found
        else:
            raise ValueError("no such place")
        if parent.flow:
            return self._cut_flow(starts, ends, at)
        return self._cut_block(starts, ends, at)

    def rewrite(self, key: str, value: Any) -> str:
        """Writes a whole top-level field anew in canonical form, or removes it (None)."""
        if self.root.flow:
            return self.remove([key]) if value is None else self.set([key], value, lambda _path: ())
        column = self.root.column - 1
        lines = [] if value is None else mapping_lines({key: value}, column, CANONICAL)
        at = self.root.position(key)
        if at is None:
            # The end of the text was no good place for it; the beginning always is one.
            return self._put_before(self.root.items[0][0].start, lines, column)
        start = self._line_start(self.root.items[at][0].start)
        stop = end_of_line(self.text, self.root.items[at][1].end)
        if lines:
            return self._joined(start, lines, stop)
        return self.text[:start] + self.text[self._next_line(stop) :]

    # Setting

    def _replace(self, path: Sequence[Step], node: Node, value: Any) -> str:
        text = self.text
        parent = locate(self.root, path[:-1])
        assert isinstance(parent, MappingNode | SequenceNode)
        anchor = self._anchor(parent, path[-1], node)
        head, body = self._rendered(parent, node, anchor, value)
        same_line = not _BREAK.search(text, anchor, node.start)
        block = isinstance(node, MappingNode | SequenceNode) and not node.flow
        if not body and (same_line or not block):
            gap = " " if node.start == node.end else ""
            return text[: node.start] + gap + head + text[node.end :]
        stop = end_of_line(text, node.end)
        lead = (text[anchor : node.start] if same_line else "") or " "
        # A comment beside the old value stays on the line of the key.
        beside = text[node.end : stop] if same_line else text[anchor : end_of_line(text, anchor)]
        first = (lead + head if head else "") + (beside if beside.strip() else "")
        return self._joined(anchor, [first, *body], stop)

    def _anchor(self, parent: MappingNode | SequenceNode, step: Step, node: Node) -> int:
        """The offset after the colon or dash to which a value belongs."""
        if isinstance(parent, MappingNode):
            at = parent.position(str(step))
            assert at is not None
            anchor = colon_end(self.text, parent.items[at][0])
            if self.text[anchor - 1] != ":":
                raise ValueError("a key without a colon")
            return anchor
        return node.start if parent.flow else self._dash(parent, int(step)) + 1

    def _rendered(
        self, parent: MappingNode | SequenceNode, node: Node, anchor: int, value: Any
    ) -> tuple[str, list[str]]:
        if parent.flow:
            return inline(value), []
        indent = parent.column - 1
        if isinstance(parent, MappingNode):
            room = anchor + 1 - self._line_start(anchor)
            return render(value, indent, room, self._layout)
        width = _item_width(parent)
        lines = item_lines(value, indent, width, self._layout)
        return lines[0][indent + width :], lines[1:]

    def _add(self, parent: MappingNode, key: str, value: Any, order: Sequence[str]) -> str:
        after, before = _neighbors(parent, key, order)
        if parent.flow:
            return self._add_flow(parent, f"{key_text(key)}: {inline(value)}", after, before)
        column = parent.column - 1
        lines = mapping_lines({key: value}, column, self._layout)
        if before is not None:
            return self._put_before(parent.items[before][0].start, lines, column)
        return self._put_after(parent.items[after][1].end, lines, column)

    def _add_flow(self, parent: MappingNode, entry: str, after: int, before: int | None) -> str:
        text = self.text
        if text[parent.start] != "{":
            raise ValueError("a mapping without braces")
        if not parent.items:
            return text[: parent.start + 1] + entry + text[parent.start + 1 :]
        if before is not None:
            at = parent.items[before][0].start
            return f"{text[:at]}{entry}, {text[at:]}"
        end = parent.items[after][1].end
        # A comma right after a colon would belong to the key.
        gap = " " if text[end - 1] == ":" else ""
        return f"{text[:end]}{gap}, {entry}{text[end:]}"

    def _put_after(self, end: int, lines: list[str], column: int) -> str:
        """Lines below the value that ends at `end` and the comments that belong to it."""
        at = keep = end_of_line(self.text, end)
        while match := _NEXT_LINE.match(self.text, at):
            at = match.end()
            if match[2] and len(match[1]) > column:
                keep = at
        return self._joined(keep, ["", *lines], keep)

    def _put_before(self, at: int, lines: list[str], column: int) -> str:
        """Lines above the key or dash at `at`, which stands in `column`."""
        first = lines[0][column:]
        block = self._newline.join([first, *lines[1:], " " * column])
        return self.text[:at] + block + self.text[at:]

    def _joined(self, start: int, lines: list[str], stop: int) -> str:
        """The text with lines in the place of [start:stop], where a line ends."""
        rest = self.text[stop:]
        # Literal text at the very end would lose its last line break.
        end = self._newline if not rest and len(lines) > 1 else ""
        return self.text[:start] + self._newline.join(lines) + end + rest

    # Lists

    def _insert_flow(self, node: SequenceNode, at: int, values: Sequence[Any]) -> str:
        items = ", ".join(map(inline, values))
        if at < len(node.items):
            start = node.items[at].start
            return f"{self.text[:start]}{items}, {self.text[start:]}"
        end = node.items[-1].end
        return f"{self.text[:end]}, {items}{self.text[end:]}"

    def _insert_block(self, node: SequenceNode, at: int, values: Sequence[Any]) -> str:
        column, width = node.column - 1, _item_width(node)
        short = all(_is_flow_mapping(item) for item in node.items)
        lines: list[str] = []
        for value in values:
            fits = Flow(value) if short and isinstance(value, Mapping) else value
            lines += item_lines(fits, column, width, self._layout)
        if at < len(node.items):
            return self._put_before(self._dash(node, at), lines, column)
        return self._put_after(node.items[-1].end, lines, column)

    def _dash(self, node: SequenceNode, index: int) -> int:
        """The offset of an item's dash."""
        if index == 0:
            return node.start
        match = _DASH.match(self.text, node.items[index - 1].end)
        if match is None:
            raise ValueError("no dash")
        return match.end() - 1

    # Removing

    def _cut_flow(self, starts: list[int], ends: list[int], at: int) -> str:
        if at + 1 < len(starts):
            return self.text[: starts[at]] + self.text[starts[at + 1] :]
        start = ends[at - 1] if at else starts[at]
        return self.text[:start] + self.text[ends[at] :]

    def _cut_block(self, starts: list[int], ends: list[int], at: int) -> str:
        text = self.text
        line = self._line_start(starts[at])
        stop = end_of_line(text, ends[at])
        if not text[line : starts[at]].strip():
            return text[:line] + text[self._next_line(stop) :]
        # The first of several that begin on the line of an outer dash.
        if at + 1 == len(starts):
            raise ValueError("nothing beside it")
        if "#" in text[stop : starts[at + 1]]:
            return text[: starts[at]].rstrip(" \t") + text[stop:]
        return text[: starts[at]] + text[starts[at + 1] :]

    def _next_line(self, at: int) -> int:
        match = _BREAK.match(self.text, at)
        return match.end() if match else at

    def _line_start(self, at: int) -> int:
        return max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1


def _neighbors(parent: MappingNode, key: str, order: Sequence[str]) -> tuple[int, int | None]:
    """Where a new key goes: (after this item, None), or before the item that comes second."""
    last = len(parent.items) - 1
    if key not in order:
        return last, None
    place = order.index(key)
    for name in reversed(order[:place]):
        found = parent.position(name)
        if found is not None:
            return found, None
    for name in order[place + 1 :]:
        found = parent.position(name)
        if found is not None:
            return last, found
    return last, None


def _item_width(node: SequenceNode) -> int:
    """How far the content of a list's items stands from their dashes."""
    blocks = (item for item in node.items if isinstance(item, MappingNode) and not item.flow)
    return next((item.column - node.column for item in blocks), 2)


def _is_flow_mapping(node: Node) -> bool:
    return isinstance(node, MappingNode) and node.flow


def _layout_of(root: MappingNode) -> Layout:
    """The indentation that a document uses for nested mappings and lists."""
    step = dash = None
    waiting: list[Node] = [root]
    while waiting and (step is None or dash is None):
        node = waiting.pop()
        if isinstance(node, SequenceNode):
            waiting += node.items
        if not isinstance(node, MappingNode):
            continue
        for _key, value in node.items:
            waiting.append(value)
            if isinstance(value, MappingNode) and not value.flow:
                step = value.column - node.column
            elif isinstance(value, SequenceNode) and not value.flow:
                dash = value.column - node.column
    return Layout(2 if step is None else step, 2 if dash is None else dash)
