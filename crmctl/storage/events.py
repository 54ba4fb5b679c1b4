"""Reads a document with care: one dialect of YAML, which nothing can crash.

PyYAML's C parser is used at the level of events: scalars stay the text that was written, and
everything that could expand, nest without end or hide a value (anchors, aliases, tags, duplicate
keys) is a fault with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from crmctl.storage.reader import MISSING, Fault
from crmctl.values.tree import Tree

MAX_DEPTH = 32
# A file full of anchors must not cost more to report than to read.
MAX_FAULTS = 20

_CONFLICT = re.compile(
    r"(?:\A|(?<=[\r\n]))(?:([<>|])\1{6}(?=[ \t\r\n]|\Z)|={7}[ \t]*(?=[\r\n]|\Z))[^\r\n]*"
)
# What no YAML file may contain as it is; the byte order mark may only open a file.
_CONTROL = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_BREAK = re.compile(r"\r\n|\r|\n")
_CORE_TAG = "tag:yaml.org,2002:"  # what the parser makes of "!!"
# YAML 1.1 takes these for line breaks, YAML 1.2 and people do not.
_OLD_BREAKS = ("\x85", "\u2028", "\u2029")


class _Irregular(Exception):
    """The quick reading met something that only the careful one can name."""


def examine(text: str, line: int) -> tuple[dict[str, Tree] | None, list[Fault]]:
    """The record in a document, or its faults; (None, []) when there is nothing but comments.

    `line` is the file's line on which the text begins. Never raises.
    """
    if "<<<<<<<" in text or "=======" in text or ">>>>>>>" in text or "|||||||" in text:
        conflict = _CONFLICT.search(text)
        if conflict:
            marker = conflict[0][:7]
            return None, [_fault_at(text, conflict.start(), line, "conflict-marker", marker=marker)]
    if "\ufeff" in text:
        # libyaml takes it for a byte order mark here and there, and its marks would be off by one.
        return None, _faults(text, line)
    try:
        return _build(text), []
    except (YAMLError, UnicodeEncodeError, _Irregular):
        return None, _faults(text, line)


def open_events(text: str) -> tuple[Callable[[], Any], dict[int, str]]:
    """A function that gives the next event, and the table that turns its scalars back.

    Line breaks that only YAML 1.1 knows are hidden behind characters that the text does not use,
    one for one, so that marks stay true. Raises UnicodeEncodeError for lone surrogates.
    """
    back: dict[int, str] = {}
    for char in _OLD_BREAKS:
        if char in text:
            stand_in = next(c for c in map(chr, range(0xE000, 0xF8FF)) if c not in text)
            text = text.replace(char, stand_in)
            back[ord(stand_in)] = char
    return CParser(text).get_event, back


def _build(text: str) -> dict[str, Tree] | None:
    """The quick reading: no marks, no recursion; raises on whatever is not quite regular."""
    next_event, back = open_events(text)
    next_event()
    if type(next_event()) is not DocumentStartEvent:
        return None
    event = next_event()
    if type(event) is AliasEvent or event.anchor is not None or event.tag is not None:
        raise _Irregular
    if type(event) is not MappingStartEvent:
        if type(event) is not ScalarEvent or event.value or event.style:
            raise _Irregular
        _expect_end(next_event)
        return None
    root: dict[str, Tree] = {}
    node: Any = root
    key: str | None = None
    outer: list[Any] = []
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                raise _Irregular
            text = event.value
            if back:
                text = text.translate(back)
            value: Tree = text
            if type(node) is dict:
                if key is None:
                    if text in node or not (text or event.style):
                        raise _Irregular
                    key = text
                    continue
                if not event.style and text in MISSING:
                    value = MISSING[text]
                node[key] = value
                key = None
            else:
                if not event.style and text in MISSING:
                    value = MISSING[text]
                node.append(value)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            if not outer:
                _expect_end(next_event)
                return root
            node, key = outer.pop(), None
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.anchor is not None or event.tag is not None or len(outer) + 2 > MAX_DEPTH:
                raise _Irregular
            inner: dict[str, Tree] | list[Tree] = {} if kind is MappingStartEvent else []
            if type(node) is dict:
                if key is None:
                    raise _Irregular
                node[key] = inner
            else:
                node.append(inner)
            outer.append(node)
            node, key = inner, None
        else:
            raise _Irregular


def _expect_end(next_event: Callable[[], Any]) -> None:
    next_event()
    if type(next_event()) is not StreamEndEvent:
        raise _Irregular


def _fault_at(text: str, index: int, line: int, code: str, **params: str) -> Fault:
    breaks = list(_BREAK.finditer(text, 0, index))
    column = index - (breaks[-1].end() if breaks else 0) + 1
    return Fault(code, line + len(breaks), column, params)


def _faults(text: str, line: int) -> list[Fault]:
    """The careful reading of a text that is known to have faults: all that can be found."""
    controls = []
    for match in _CONTROL.finditer(text):
        codepoint = f"U+{ord(match[0]):04X}"
        controls.append(_fault_at(text, match.start(), line, "control-character", char=codepoint))
        if len(controls) == MAX_FAULTS:
            break
    if controls:
        return controls
    inspector = _Inspector(line)
    try:
        next_event, back = open_events(text)
        while len(inspector.faults) < MAX_FAULTS and not inspector.done:
            inspector.see(next_event(), back)
    except MarkedYAMLError as error:
        inspector.faults.append(_syntax_fault(text, line, error))
    except YAMLError as error:
        inspector.faults.append(Fault("syntax", line, 1, {"reason": str(error)}))
    return inspector.faults or [Fault("syntax", line, 1, {"reason": "unreadable"})]


def _syntax_fault(text: str, line: int, error: MarkedYAMLError) -> Fault:
    context, problem = str(error.context or ""), str(error.problem or "")
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Fault("syntax", line, 1, {"reason": problem, "context": context})
    if "tab" in problem.split() or text[mark.index : mark.index + 1] == "\t":
        code = "tab"
    else:
        code = "syntax"
        # An open quote or a missing colon is noticed far below the place to mend.
        if context in ("while scanning a simple key", "while scanning a quoted scalar"):
            mark = error.context_mark or mark
    params = {"reason": problem, "context": context}
    if mark.index >= len(text):
        # The parser counts one line too many at the end: point behind the last visible character.
        return _fault_at(text, len(text.rstrip()), line, code, **params)
    return Fault(code, line + mark.line, mark.column + 1, params)


class _Inspector:
    """Follows the events of one document and notes every fault with its place."""

    def __init__(self, line: int) -> None:
        self.faults: list[Fault] = []
        self._marks: Fault | None = None
        self.done = False
        self._line = line
        self._documents = 0
        # One entry a level: the keys seen so far (None for a list), and whether a key comes next.
        self._levels: list[tuple[set[str] | None, bool]] = []

    def see(self, event: Any, back: dict[int, str]) -> None:
        if isinstance(event, NodeEvent):
            self._see_node(event, back)
        elif isinstance(event, CollectionEndEvent):
            self._levels.pop()
        elif isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._add("syntax", event, reason="a second document")
                self.done = True
        elif isinstance(event, StreamEndEvent):
            self.done = True
        else:
            assert isinstance(event, StreamStartEvent | DocumentEndEvent)

    def _add(self, code: str, event: Any, **params: str) -> None:
        mark = event.start_mark
        self.faults.append(Fault(code, self._line + mark.line, mark.column + 1, params))

    def _add_mark(self, code: str, event: NodeEvent) -> None:
        """Anchors and aliases come in swarms: the first one stands for all."""
        if self._marks is None:
            self._add(code, event, name=str(event.anchor))
            self._marks = self.faults[-1]
        else:
            params = self._marks.params
            params["more"] = str(int(params.get("more", 0)) + 1)

    def _see_node(self, event: NodeEvent, back: dict[int, str]) -> None:
        if isinstance(event, AliasEvent):
            self._add_mark("alias", event)
        elif event.anchor is not None:
            self._add_mark("anchor", event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._add("tag", event, name=str(tag).replace(_CORE_TAG, "!!"))
        if not self._levels:
            empty = isinstance(event, ScalarEvent) and not (event.value or event.style)
            if not isinstance(event, MappingStartEvent) and not empty:
                self._add("not-a-mapping", event)
        else:
            self._see_place(event, back)
        if isinstance(event, CollectionStartEvent):
            if len(self._levels) >= MAX_DEPTH:
                self._add("too-deep", event, limit=str(MAX_DEPTH))
                self.done = True
            mapping = isinstance(event, MappingStartEvent)
            self._levels.append((set(), True) if mapping else (None, False))

    def _see_place(self, event: NodeEvent, back: dict[int, str]) -> None:
        """Checks a node that stands as a key, and turns key into value and value into key."""
        keys, is_key = self._levels[-1]
        if keys is None:
            return
        self._levels[-1] = (keys, not is_key)
        if not is_key:
            return
        if not isinstance(event, ScalarEvent):
            self._add("syntax", event, reason="a key that is not a text")
            return
        text = str(event.value).translate(back)
        if not text and not event.style:
            self._add("syntax", event, reason="an empty key")
        elif text in keys:
            self._add("duplicate-key", event, key=text)
        keys.add(text)
