"""What people type to change fields: `level=vip`, `tags+=fair`, `contacts.li-si.title=CTO`, `due=`.

A path goes through keyed lists by the key of an item (`contacts.li-si`), and every field name may
be an alias or a title in either language.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmctl.errors import BadValue, NotFound, UnknownField, UsageError
from crmctl.locale import _
from crmctl.schema.model import Field, Kind
from crmctl.schema.typing import from_input
from crmctl.storage.reader import parse_document
from crmctl.values.names import slug
from crmctl.values.text import suggest
from crmctl.values.tree import Tree

Values = dict[str, Any]
Resolve = Callable[[Field, str, Mapping[str, Any]], str]

_ASSIGNMENT = re.compile(r"(?P<path>[^=:\s+\-][^=]*?)\s*(?P<op>\+=|-=|=)(?P<value>.*)\Z", re.DOTALL)
_TITLED = re.compile(r"(?P<path>[^=:：\s]+)[:：](?P<value>.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One `path`, an operator (`=`, `+=`, `-=`) and the text behind it."""

    path: str
    operator: str
    text: str


def parse_assignment(text: str) -> Assignment:
    """Takes `FIELD=VALUE`, `FIELD+=ITEM`, `FIELD-=ITEM`, `FIELD=` apart; also `级别:重要`."""
    found = _ASSIGNMENT.match(text)
    if found:
        return Assignment(found["path"].strip(), found["op"], found["value"])
    found = _TITLED.match(text)
    if found:
        return Assignment(found["path"], "=", found["value"])
    raise UsageError(
        _("“{text}” is no assignment.").format(text=text),
        _("Write FIELD=VALUE, FIELD+=ITEM, FIELD-=ITEM, or FIELD= to clear."),
    )


class Assigner:
    """Applies assignments to the values of records of one kind.

    `resolve` turns what a person wrote for a reference into the id that is stored.
    """

    def __init__(self, kind: Kind, now: datetime, resolve: Resolve) -> None:
        self.kind = kind
        self.now = now
        self.resolve = resolve

    def apply(self, values: Mapping[str, Any], assignments: list[Assignment]) -> Values:
        """A copy of `values` with the assignments made in order."""
        changed: Values = copy.deepcopy(dict(values))
        for assignment in assignments:
            self._apply(changed, assignment)
        _prune(changed)
        return changed

    def value(self, field: Field, text: str, record: Mapping[str, Any]) -> Any:
        """The value that `text` means for a field: scalar, list (`a, b` or `[a, b]`) or mapping."""
        if field.type == "list":
            return self._list(field, text, record)
        if field.type == "object":
            return self._mapping(field, text, record)
        if field.type == "ref":
            return self.resolve(field, text.strip(), record)
        return from_input(field, text, self.now)

    def _apply(self, values: Values, assignment: Assignment) -> None:
        holder, field, name, around = self._locate(values, assignment.path)
        text = assignment.text
        if isinstance(holder, list):  # an item of a keyed list, as a whole
            self._assign_item(holder, field, name, assignment, around)
        elif assignment.operator == "=":
            if text.strip() == "":
                holder.pop(name, None)
            else:
                holder[name] = self.value(field, text, around)
        elif field.type != "list":
            self._step(holder, field, name, assignment)
        else:
            self._item(holder, field, name, assignment, around)

    def _assign_item(
        self, items: list[Any], field: Field, key: str, assignment: Assignment, values: Values
    ) -> None:
        item = _keyed(items, field, key)
        if assignment.operator != "=":
            raise UsageError(_("Use “=” for an entry of {field}.").format(field=field.dotted))
        if assignment.text.strip() == "":
            items.remove(item)
            return
        new = self._mapping(field.leaf, assignment.text, {**values, **item})
        item.update(new)

    def _step(self, holder: Values, field: Field, name: str, assignment: Assignment) -> None:
        """`points+=50` on a number."""
        if field.type not in ("number", "money", "integer"):
            raise BadValue(
                field.dotted,
                assignment.operator + assignment.text,
                _("only lists and numbers take += and -="),
                _("Write {field}=VALUE.").format(field=assignment.path),
            )
        amount = from_input(field, assignment.text, self.now)
        old = holder.get(name, 0)
        holder[name] = old + amount if assignment.operator == "+=" else old - amount

    def _item(
        self, holder: Values, field: Field, name: str, assignment: Assignment, values: Values
    ) -> None:
        items = holder.setdefault(name, [])
        item_field = field.item
        assert item_field is not None
        if item_field.type == "object":
            if assignment.operator == "-=":
                items.remove(_keyed(items, field, assignment.text.strip()))
                return
            items.append(
                self.keyed_item(field, self._item_value(field, assignment.text, values), items)
            )
            return
        for value in self._list(field, assignment.text, values):
            if assignment.operator == "+=" and value not in items:
                items.append(value)
            elif assignment.operator == "-=":
                if value not in items:
                    raise NotFound(field.titled(), str(value), suggest(str(value), map(str, items)))
                items.remove(value)

    @staticmethod
    def keyed_item(field: Field, item: Values, items: list[Any]) -> Values:
        """An item for a keyed list, with a key that no other item has."""
        if field.key is None or field.key in item:
            return item
        label = str(item.get(field.label or "") or "")
        base = slug(label) or re.sub("(?<=ss)es$|s$", "", field.name)
        taken = {str(other.get(field.key)) for other in items}
        key, number = base, 2
        while key in taken:
            key, number = f"{base}-{number}", number + 1
        return {field.key: key, **item}

    def _item_value(self, field: Field, text: str, values: Values) -> Values:
        item = field.leaf
        if text.strip().startswith("{"):
            return self._mapping(item, text, values)
        if field.label is None or field.label not in item.fields:
            raise BadValue(field.dotted, text, _("an entry such as {name: …} is expected"))
        return {field.label: self.value(item.fields[field.label], text, values)}

    def _list(self, field: Field, text: str, record: Mapping[str, Any]) -> list[Any]:
        item = field.item
        assert item is not None
        stripped = text.strip()
        if stripped.startswith("["):
            tree = read_input_tree(stripped, field.dotted)
            return self._typed_list(field, tree, record)
        if item.type == "object":
            raise BadValue(field.dotted, text, _("a list such as [{…}, {…}] is expected"))
        # A comma may be part of a text; people separate tags and the like with it.
        if item.type in ("tag", "enum", "ref", "phone", "email"):
            parts = [part.strip() for part in re.split(r"[,，、]", stripped)]
        else:
            parts = [stripped]
        return list(dict.fromkeys(self.value(item, part, record) for part in parts if part))

    def _mapping(self, field: Field, text: str, record: Mapping[str, Any]) -> Values:
        tree = read_input_tree(text.strip(), field.dotted)
        if not isinstance(tree, dict):
            raise BadValue(field.dotted, text, _("an entry such as {name: …} is expected"))
        return self.typed(field, tree, record)

    def typed(self, field: Field, tree: Mapping[str, Any], record: Mapping[str, Any]) -> Values:
        """A mapping of texts, as people or imports give it, with every value typed."""
        values: Values = {}
        known = []
        for key, node in tree.items():
            child = next((f for f in field.fields.values() if f.named(key)), field.child(key))
            if child is None:
                raise UnknownField(field.dotted or self.kind.name, key, suggest(key, field.fields))
            known.append((child, node))
        # The customer first: what refers to its contacts is looked up there.
        for child, node in sorted(known, key=lambda one: "." in (one[0].ref or "")):
            value = self.typed_node(child, node, {**record, **values})
            if value not in (None, "", [], {}):
                values[child.name] = value
        return values

    def typed_node(self, field: Field, node: Any, record: Mapping[str, Any]) -> Any:
        """One node of such a mapping: text, list, mapping or an already typed scalar."""
        if node is None or node == "":
            return None
        if isinstance(node, dict):
            if field.type != "object":
                raise BadValue(field.dotted, "{…}", _("a single value is expected"))
            return self.typed(field, node, record)
        if isinstance(node, list):
            return self._typed_list(field, node, record)
        text = ("true" if node else "false") if isinstance(node, bool) else str(node)
        return self.value(field, text, record)

    def _typed_list(self, field: Field, nodes: Any, record: Mapping[str, Any]) -> list[Any]:
        if field.type != "list" or field.item is None or not isinstance(nodes, list):
            raise BadValue(field.dotted, "[…]", _("a single value is expected"))
        items: list[Any] = []
        for node in nodes:
            value = self.typed_node(field.item, node, record)
            if isinstance(value, dict):
                value = self.keyed_item(field, value, items)
            if value is not None:
                items.append(value)
        return items

    def _locate(self, values: Values, path: str) -> tuple[Any, Field, str, Values]:
        """The mapping (or keyed list) that holds what `path` names, its field and its key there.

        Last the values of all the mappings around it, the nearer ones before the farther.
        """
        head, *steps = path.split(".")
        first = self.kind.own(head)
        if len(first.path) > 1:  # an alias of the kind may lead into a list or mapping
            head, *inner = first.path
            first = self.kind.fields[head]
            keys = [_only_key(values, first)] if first.type == "list" else []
            steps = [*keys, *inner, *steps]
        holder: Any = values
        around: Values = values
        field, name = first, first.name
        entered = False
        for position, step in enumerate(steps, 1):
            if field.type == "list":
                items = holder.setdefault(name, [])
                if position == len(steps):
                    return items, field, step, around
                holder, field, entered = _keyed(items, field, step), field.leaf, True
                around = {**around, **holder}
                continue
            child = next((f for f in field.fields.values() if f.named(step)), field.child(step))
            if child is None:
                raise UnknownField(self.kind.name, path, suggest(step, field.fields))
            if not entered:
                holder = holder.setdefault(name, {})
                around = {**around, **holder}
            entered = False
            field, name = child, child.name
        return holder, field, name, around


def _only_key(values: Values, field: Field) -> str:
    """The key of a list's single item, which is made if there is none; NotFound among several."""
    key = field.key or "id"
    items = values.setdefault(field.name, [])
    if not items:
        items.append({key: "main"})
    if len(items) > 1:
        keys = [str(item.get(key)) for item in items]
        raise UsageError(
            _("There are several {field}: {keys}.").format(
                field=field.titled(), keys=", ".join(keys)
            ),
            f"{field.name}.{keys[0]}.FIELD=…",
        )
    return str(items[0].get(key))


def _keyed(items: list[Any], field: Field, key: str) -> Any:
    """The item of a keyed list by its key, or by its label if only one has it."""
    for item in items:
        if isinstance(item, dict) and str(item.get(field.key or "id")) == key:
            return item
    named = [
        item for item in items if str(item.get(field.label or "")).casefold() == key.casefold()
    ]
    if len(named) == 1:
        return named[0]
    keys = [str(item.get(field.key or "id")) for item in items]
    raise NotFound(field.titled(), key, suggest(key, keys))


def read_input_tree(text: str, field: str) -> Tree:
    """A list or mapping as people type it on one line: `[a, b]`, `{name: 李四}`; BadValue."""
    tree, faults = parse_document(f"value: {text}")
    if faults or tree is None or "value" not in tree:
        raise BadValue(field, text, _("not a list or mapping on one line"))
    return tree["value"]


def _prune(values: Any) -> bool:
    """Drops empty lists and mappings, which are never written; True when nothing is left."""
    if isinstance(values, dict):
        for key in [key for key, value in values.items() if _prune(value)]:
            del values[key]
        return not values
    if isinstance(values, list):
        values[:] = [value for value in values if not (isinstance(value, dict) and _prune(value))]
        return not values
    return values is None or values == ""
