"""Changes records without touching a byte that need not change.

An edit is applied to the values first; the difference becomes splices at the marks of nodes, and
the result is read again and compared. Where a splice cannot do it, the one top-level field is
written anew; where even that does not read back as intended, the edit is refused. Comments, key
order, quoting and line endings thus survive every write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from crmctl.storage.edits import Edit, Insert, Path, Remove, Set
from crmctl.storage.errors import EditRefused
from crmctl.storage.nodes import MappingNode, Node, ScalarNode, SequenceNode, child
from crmctl.storage.reader import parse_document
from crmctl.storage.splices import Document
from crmctl.storage.streams import newline_of
from crmctl.storage.writer import Flow, Plain, as_tree, dump, is_empty, prune
from crmctl.values.frozen import Frozen
from crmctl.values.tree import Tilde, Tree

Order = Callable[[Path], Sequence[str]]


class Extend(Frozen):
    """The splice that puts values into a list which has some already, before `index`."""

    path: Path
    index: int
    values: Sequence[Any]


# From more on, they are tried together first: one by one each reads the document again.
MANY_SETS = 8
# Beyond this many splices a field is written anew: each of them reads the document again.
MAX_SPLICES = 64


def edit_document(text: str, edits: Sequence[Edit], order: Order) -> str:
    """The document with the edits made one after the other; indexes count at that moment.

    `order(path)` names the keys of the mapping at `path` in schema order: a new key goes after
    its nearest predecessor there. An edit that changes no value changes no byte.
    Raises EditRefused.
    """
    tree, faults = parse_document(text)
    if faults:
        raise EditRefused(edits[0].path if edits else (), "unreadable")
    for together in _batches(edits):
        if len(together) > MANY_SETS and isinstance(together[0], Set):
            at_once = _set_at_once(text, tree or {}, together, order)
            if at_once is not None:
                text, tree = at_once
                continue
            batches = [[edit] for edit in together]
        else:
            batches = [together]
        for batch in batches:
            wanted = _applied(tree or {}, batch)
            if as_tree(wanted) != (tree or {}):
                text, tree = _edited(text, tree, batch, wanted, order)
    return text


def _batches(edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Edits that may be made at once: what is added to one list, what is set in its entries."""
    batch: list[Edit] = []
    for edit in edits:
        if batch and _sort(edit) != _sort(batch[-1]):
            yield batch
            batch = []
        batch.append(edit)
        if _sort(edit) is None:
            yield batch
            batch = []
    if batch:
        yield batch


def _sort(edit: Edit) -> tuple[str, Path] | None:
    """What edits of one batch have in common; None for one that stands alone."""
    if isinstance(edit, Insert) and edit.index is None:
        return "insert", edit.path
    if isinstance(edit, Set) and len(edit.path) > 1 and isinstance(edit.path[1], int):
        return "set", edit.path[:1]
    return None


def _set_at_once(
    text: str, tree: dict[str, Tree], edits: Sequence[Edit], order: Order
) -> tuple[str, dict[str, Tree]] | None:
    """Many values set in one list, with the document read once; None where that does not do.

    From the end, so that the marks of what comes before stay true.
    """
    wanted = _applied(tree, edits)
    try:
        document = Document(text)
        for step in reversed([*_difference(tree, wanted, ())]):
            if not isinstance(step, Set):
                return None
            document.text = document.set(step.path, step.value, order)
    except ValueError:
        return None
    reread, faults = parse_document(document.text)
    return (document.text, reread or {}) if not faults and reread == as_tree(wanted) else None


def _applied(tree: Mapping[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    record = dict(tree)
    for edit in edits:
        record = apply_edit(record, edit)
    return record


def _edited(
    text: str,
    tree: dict[str, Tree] | None,
    edits: Sequence[Edit],
    wanted: dict[str, Any],
    order: Order,
) -> tuple[str, dict[str, Tree] | None]:
    """The text after some edits and its tree; `wanted` is the record as it should read then."""
    intended = as_tree(wanted)
    for attempt in (_spliced, _rewritten):
        try:
            result = attempt(text, tree, edits, wanted, order)
        except ValueError:
            # A layout that the splices do not know, or text that YAML cannot hold.
            continue
        reread, faults = parse_document(result)
        if not faults and (reread or {}) == intended:
            return result, reread
    raise EditRefused(edits[0].path, "unsafe")


def _spliced(
    text: str,
    tree: dict[str, Tree] | None,
    edits: Sequence[Edit],
    wanted: dict[str, Any],
    order: Order,
) -> str:
    if tree is None:
        newline = newline_of(text)
        start = text if not text or text.endswith(("\n", "\r")) else text + newline
        return start + dump(wanted).replace("\n", newline)
    steps = list(islice(_difference(tree, wanted, ()), MAX_SPLICES + 1))
    if len(steps) > MAX_SPLICES:
        raise ValueError("too many splices")
    for step in steps:
        document = Document(text)
        if isinstance(step, Remove):
            text = document.remove(step.path)
        elif isinstance(step, Extend):
            text = document.insert(step.path, step.index, step.values)
        else:
            text = document.set(step.path, step.value, order)
    return text


def _rewritten(
    text: str,
    tree: dict[str, Tree] | None,
    edits: Sequence[Edit],
    wanted: dict[str, Any],
    order: Order,
) -> str:
    """The whole top-level field anew, in canonical form."""
    document = Document(text)
    key = edits[0].path[0]
    assert isinstance(key, str)
    old = child(document.root, key)
    record = _applied({} if old is None else {key: writable(old)}, edits)
    return document.rewrite(key, record.get(key))


def writable(node: Node) -> Any:
    """The value of a node such that writing it keeps plain scalars plain and flow flow.

    It equals what `parse_document` gives.
    """
    if isinstance(node, MappingNode):
        pairs = {str(key.value): writable(value) for key, value in node.items}
        return Flow(pairs) if node.flow else pairs
    if isinstance(node, SequenceNode):
        return [writable(item) for item in node.items]
    assert isinstance(node, ScalarNode)
    value = node.value
    return Plain(value) if node.plain and type(value) is str else value


def apply_edit(tree: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """The record with one edit made; `tree` stays as it is. Raises EditRefused (`shape`)."""
    if not edit.path or not isinstance(edit.path[0], str):
        raise EditRefused(edit.path, "shape")
    value = None if isinstance(edit, Remove) else prune(edit.value)
    if is_empty(value):
        if isinstance(edit, Insert) or not _exists(tree, edit.path):
            return dict(tree)
        return dict(_changed(tree, edit.path, Remove(edit.path), None))
    return dict(_changed(tree, edit.path, edit, value))


def _exists(tree: Any, path: Path) -> bool:
    for step in path:
        if isinstance(step, str):
            if not isinstance(tree, Mapping) or step not in tree:
                return False
        elif not isinstance(tree, list) or not 0 <= step < len(tree):
            return False
        tree = tree[step]
    return True


def _changed(node: Any, path: Path, edit: Edit, value: Any) -> Any:
    """A copy of `node` with the edit made below it; what became empty is dropped from mappings."""
    if not path:
        if isinstance(edit, Set):
            return value
        assert isinstance(edit, Insert)
        if node is None or isinstance(node, Tilde):
            node = []
        if not isinstance(node, list):
            raise EditRefused(edit.path, "shape")
        at = len(node) if edit.index is None else max(0, min(edit.index, len(node)))
        return [*node[:at], value, *node[at:]]
    step, rest = path[0], path[1:]
    gone = isinstance(edit, Remove) and not rest
    if isinstance(step, int):
        if not isinstance(node, list) or not 0 <= step < len(node):
            raise EditRefused(edit.path, "shape")
        new = [] if gone else [_changed(node[step], rest, edit, value)]
        return [*node[:step], *new, *node[step + 1 :]]
    if node is None or isinstance(node, Tilde):
        node = {}
    if not isinstance(node, Mapping):
        raise EditRefused(edit.path, "shape")
    fields = Flow(node) if isinstance(node, Flow) else dict(node)
    inner = None if gone else _changed(fields.get(step), rest, edit, value)
    if is_empty(inner):
        del fields[step]
    else:
        fields[step] = inner
    return fields


def _difference(old: Tree, new: Any, path: Path) -> Iterator[Edit | Extend]:
    """The splices that turn `old` into `new`: each sets, inserts or removes one value, and none
    leaves a mapping or list empty, save the record itself."""
    if as_tree(new) == old:
        return
    if isinstance(old, dict) and isinstance(new, Mapping) and ((old and new) or not path):
        for key, value in new.items():
            if key in old:
                yield from _difference(old[key], value, (*path, key))
            else:
                yield Set((*path, key), value)
        for key in old:
            if key not in new:
                yield Remove((*path, key))
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _list_difference(old, new, path)
    else:
        yield Set(path, new)


def _list_difference(old: list[Tree], new: list[Any], path: Path) -> Iterator[Edit | Extend]:
    shorter = min(len(old), len(new))
    first = next((i for i in range(shorter) if as_tree(new[i]) != old[i]), shorter)
    last = 0
    while last < shorter - first and as_tree(new[-1 - last]) == old[-1 - last]:
        last += 1
    common = shorter - last
    for index in range(first, common):
        yield from _difference(old[index], new[index], (*path, index))
    if common < len(new) - last:
        yield Extend(path, common, new[common : len(new) - last])
    for index in reversed(range(common, len(old) - last)):
        yield Remove((*path, index))
