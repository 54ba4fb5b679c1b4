"""Schema files -> kinds: shipped ones first, then the workspace's own and its extensions.

A schema tree is untyped text as the YAML reader gives it; here every keyword gets its type, and a
keyword that crmctl does not know is an error: a misspelt rule must not silently rule nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from crmctl.errors import BadSchema, did_you_mean
from crmctl.locale import N_, _
from crmctl.schema.model import Field, Kind, Registry
from crmctl.values.text import suggest

Tree = Any
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
KINDNAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
TEMPLATE = re.compile(r"[a-z][a-z0-9_-]*(/([A-Za-z0-9_.-]|\{[a-z][a-z0-9_]*\})+)+\.yaml\Z")
MAX_PATTERN = 200

NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
KEYWORDS = frozenset(
    "$schema $id title description type enum format pattern uniqueItems items properties "
    "required default examples x-crmctl".split()
) | {*NUMBERS, *COUNTS}
KIND_SETTINGS = frozenset(
    "title plural plural-title path id label date state-dates search columns sort aliases".split()
)
FIELD_SETTINGS = frozenset(
    "zh aliases values ref money lines history default key label command group replace".split()
)
FORMATS = {
    "tag": "tag",
    "date": "date",
    "partial-date": "partial",
    "date-time": "instant",
    "phone": "phone",
    "email": "email",
    "uri": "url",
    "multiline": "note",
}
TYPES = ("string", "number", "integer", "boolean", "array", "object")

COMMON: dict[str, Tree] = {
    "id": {"type": "string", "title": N_("ID"), "x-crmctl": {"zh": "编号"}},
    "uid": {"type": "string", "title": N_("Unique mark"), "x-crmctl": {"zh": "唯一标识"}},
    "created": {
        "type": "string",
        "format": "date",
        "title": N_("Created"),
        "x-crmctl": {"zh": "建立日期"},
    },
    "archived": {
        "type": "string",
        "format": "date",
        "title": N_("Archived"),
        "x-crmctl": {"zh": "归档日期"},
    },
}
HISTORY_ITEM: dict[str, Tree] = {
    "at": {"type": "string", "format": "date", "title": N_("Since"), "x-crmctl": {"zh": "起始"}},
    "by": {
        "type": "string",
        "title": N_("By"),
        "x-crmctl": {"zh": "经手人", "ref": "user"},
    },
}


def build_registry(shipped: Mapping[str, Tree], own: Mapping[str, Tree]) -> Registry:
    """The kinds of a book from schema trees by name; a shipped name in `own` extends that kind."""
    trees = dict(shipped)
    for name, tree in own.items():
        trees[name] = merge(trees[name], tree) if name in trees else tree
    registry = Registry([build_kind(name, tree) for name, tree in trees.items()])
    _check_references(registry)
    _check_unique(registry)
    return registry


def merge(base: Tree, extension: Tree) -> Tree:
    """`base` extended: properties merge, enum values append, `required` adds, the rest replaces.

    A property whose x-crmctl says `replace: true` takes the extension's enum as the whole list.
    """
    if not isinstance(base, dict) or not isinstance(extension, dict):
        return extension
    merged = dict(base)
    settings = extension.get("x-crmctl")
    replace = isinstance(settings, dict) and settings.get("replace") == "true"
    for key, value in extension.items():
        old = merged.get(key)
        if key in ("required", "enum") and isinstance(old, list) and isinstance(value, list):
            added = [item for item in value if item not in old]
            merged[key] = value if key == "enum" and replace else [*old, *added]
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def build_kind(name: str, tree: Tree) -> Kind:
    """One kind from its schema tree; BadSchema names file, place and remedy."""
    where = f"schemas/{name}.yaml"
    if not KINDNAME.match(name):
        raise BadSchema(where, _("a kind's name is lowercase letters, digits and “-”"))
    root = _mapping(tree, where)
    _known(root, KEYWORDS, where)
    x = _mapping(root.get("x-crmctl") or {}, f"{where}: x-crmctl")
    _known(x, KIND_SETTINGS, f"{where}: x-crmctl")
    english = _text(root.get("title") or name.replace("-", " ").capitalize(), where)
    settings = _kind_settings(name, english, x, where)

    properties = _mapping(root.get("properties") or {}, f"{where}: properties")
    tail = ("created", "archived", "uid") if "slug" in settings else ("created", "archived")
    ordered = {"id": COMMON["id"]}
    ordered |= {key: value for key, value in properties.items() if key not in COMMON}
    ordered |= {key: COMMON[key] for key in tail}
    fields = _fields(ordered, (), where)
    for field in list(fields.values()):
        if field.history:
            plain = {
                key: ordered[field.name][key]
                for key in ("type", "enum")
                if key in ordered[field.name]
            }
            fields = _with_history(fields, field, plain)
    required = _texts(root.get("required") or [], f"{where}: required")
    for required_name in required:
        if required_name not in fields:
            raise BadSchema(
                where, _("“required” names no field: {name}").format(name=required_name)
            )
    top = Field("", "object", fields=fields, required=frozenset({*required, "id"}))
    kind = Kind(name, top, settings)
    _check_settings(kind, where)
    return kind


def _kind_settings(name: str, english: str, x: Tree, where: str) -> dict[str, Any]:
    plural = _text(x.get("plural") or name.replace("-", "_") + "s", where)
    if not NAME.match(plural):
        raise BadSchema(where, _("a plural is lowercase letters, digits and “_”"))
    title = {"en": english, **_titles(x.get("title"), where)}
    plural_title = {"en": plural.replace("_", " ").capitalize()}
    plural_title |= {"zh": title["zh"]} if "zh" in title else {}
    settings: dict[str, Any] = {
        "plural": plural,
        "title": title,
        "plural_title": plural_title | _titles(x.get("plural-title"), where),
        "path": _text(x.get("path") or f"{plural}/{{id}}.yaml", where),
        "columns": _texts(x.get("columns") or ["id"], where),
        "search": _texts(x.get("search") or [], where),
        "sort": _texts(x.get("sort") or ["id"], where),
        "state_dates": _texts(x.get("state-dates") or [], where),
        "date": x.get("date"),
        "label": _text(x.get("label") or "id", where),
        "aliases": {
            _text(alias, where).casefold(): _text(target, where)
            for alias, target in _mapping(x.get("aliases") or {}, where).items()
        },
    }
    if not TEMPLATE.match(settings["path"]):
        raise BadSchema(
            where,
            _("“path” must look like folder/{{id}}.yaml, not “{path}”").format(
                path=settings["path"]
            ),
        )
    rule = _mapping(x.get("id") or {"prefix": name[:3]}, f"{where}: id")
    _known(rule, frozenset(("slug", "prefix", "date")), f"{where}: id")
    if "slug" in rule:
        settings["slug"] = _text(rule["slug"], where)
    else:
        settings["prefix"] = _text(rule.get("prefix") or name[:3], where)
        settings["id_date"] = rule.get("date") or settings["date"] or "created"
        if not re.match(r"[a-z][a-z0-9]{0,9}\Z", settings["prefix"]):
            raise BadSchema(where, _("an id prefix is up to ten lowercase letters and digits"))
    return settings


def _fields(properties: Mapping[str, Tree], path: tuple[str, ...], where: str) -> dict[str, Field]:
    fields = {}
    for name, tree in properties.items():
        place = f"{where}: {'.'.join((*path, name))}"
        if not NAME.match(name):
            raise BadSchema(place, _("a field's name is lowercase letters, digits and single “_”"))
        fields[name] = _field(name, tree, (*path, name), place)
    return fields


def _field(name: str, tree: Tree, path: tuple[str, ...], where: str) -> Field:
    tree = _mapping(tree, where)
    _known(tree, KEYWORDS, where)
    x = _mapping(tree.get("x-crmctl") or {}, f"{where}: x-crmctl")
    _known(x, FIELD_SETTINGS, f"{where}: x-crmctl")
    type_ = _type(tree, x, where)
    title = {"en": _text(tree.get("title") or name.replace("_", " ").capitalize(), where)}
    if x.get("zh"):
        title["zh"] = _text(x["zh"], where)
    field = Field(
        name,
        type_,
        path=path,
        title=title,
        ref=x.get("ref"),
        key=x.get("key"),
        label=x.get("label"),
        command=x.get("command"),
        group=x.get("group"),
        currency=x.get("money"),
        lines=x.get("lines"),
        history=x.get("history") == "true",
        aliases=_texts(x.get("aliases") or [], where),
        rules=_rules(tree, where),
    )
    if type_ == "enum":
        titles = _mapping(x.get("values") or {}, where)
        values = _texts(tree.get("enum") or [], where)
        for value in titles:
            if value not in values:
                raise BadSchema(where, _("“values” names no enum value: {name}").format(name=value))
        field.values = {
            value: _titles(titles.get(value) or {"en": value.replace("_", " ")}, where)
            for value in values
        }
    if type_ == "object":
        field.fields = _fields(_mapping(tree.get("properties") or {}, where), path, where)
        field.required = frozenset(_texts(tree.get("required") or [], where))
    if type_ == "list":
        field.item = _field(name, tree.get("items") or {"type": "string"}, path, where)
        if field.item.type == "object" and field.key and field.key not in field.item.fields:
            raise BadSchema(
                where, _("the key “{key}” is no field of the items").format(key=field.key)
            )
        if field.item.type == "list":
            raise BadSchema(where, _("a list cannot hold lists"))
    if "default" in x:
        field.default = _default(field, _text(x["default"], where), where)
    return field


def _type(tree: Tree, x: Tree, where: str) -> str:
    type_ = tree.get("type") or ("string" if "enum" in tree else None)
    if type_ not in TYPES:
        raise BadSchema(
            where,
            _("“type” must be one of {types}").format(types=", ".join(TYPES)),
            did_you_mean(suggest(str(type_), TYPES)) if type_ else None,
        )
    if type_ == "array":
        return "list"
    if type_ == "number":
        return "money" if x.get("money") else "number"
    if type_ != "string":
        return str(type_)
    if x.get("ref"):
        return "ref"
    if tree.get("enum"):
        return "enum"
    if where.endswith(": id"):
        return "id"
    format_ = tree.get("format")
    if format_ is None:
        return "text"
    if format_ not in FORMATS:
        raise BadSchema(
            where,
            _("“format” must be one of {formats}").format(formats=", ".join(FORMATS)),
            did_you_mean(suggest(str(format_), [*FORMATS])),
        )
    return FORMATS[format_]


def _rules(tree: Tree, where: str) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    try:
        for keyword in NUMBERS:
            if keyword in tree:
                number = Decimal(tree[keyword])
                rules[keyword] = int(number) if number == int(number) else float(number)
        for keyword in COUNTS:
            if keyword in tree:
                rules[keyword] = int(tree[keyword])
    except (InvalidOperation, ValueError, TypeError):
        raise BadSchema(where, _("“{key}” must be a number").format(key=keyword)) from None
    if tree.get("uniqueItems") == "true":
        rules["uniqueItems"] = True
    if "pattern" in tree:
        pattern = _text(tree["pattern"], where)
        if len(pattern) > MAX_PATTERN:
            raise BadSchema(where, _("a pattern has at most 200 characters"))
        rules["pattern"] = pattern
    return rules


def _default(field: Field, text: str, where: str) -> Any:
    if field.type == "boolean":
        return text == "true"
    if field.type == "integer":
        return int(text)
    if field.type in ("number", "money"):
        return Decimal(text)
    if field.type == "enum" and text not in field.values:
        raise BadSchema(where, _("the default “{value}” is no enum value").format(value=text))
    return text


def _with_history(fields: dict[str, Field], field: Field, tree: Tree) -> dict[str, Field]:
    """`fields` with the list of past values right behind the field it belongs to.

    An entry says the value, since when and by whom; the first one also what `was` before.
    """
    name = f"{field.name}_history"
    value = {"title": N_("Value"), "x-crmctl": {"zh": "值"}}
    was = {"title": N_("Before"), "x-crmctl": {"zh": "原值"}}
    entry: dict[str, Tree] = {"value": {**tree, **value}, "was": {**tree, **was}, **HISTORY_ITEM}
    item = Field(name, "object", path=(name,), fields=_fields(entry, (name,), name))
    for part in ("value", "was"):
        item.fields[part].values = field.values
    title = {"en": f"{field.title['en']} history"}
    title |= {"zh": f"{field.title['zh']}历史"} if "zh" in field.title else {}
    history = Field(name, "list", path=(name,), title=title, item=item)
    ordered: dict[str, Field] = {}
    for key, other in fields.items():
        ordered[key] = other
        if key == field.name:
            ordered[name] = history
    return ordered


def _check_settings(kind: Kind, where: str) -> None:
    def must_exist(what: str, name: str | None, types: tuple[str, ...] = ()) -> None:
        if name is None:
            return
        field = kind.fields.get(name.split(".")[0])
        if field is None or (types and field.type not in types):
            raise BadSchema(
                where,
                _("x-crmctl: “{what}” names no fitting field: {name}").format(what=what, name=name),
                did_you_mean(suggest(name, [*kind.fields])),
            )

    must_exist("id", kind.slug_field, ("text",))
    must_exist("id", kind.id_date, ("date", "instant"))
    must_exist("label", kind.label)
    must_exist("date", kind.date, ("date", "instant"))
    for name in kind.state_dates:
        must_exist("state-dates", name)
    for name in kind.search:
        must_exist("search", name)
    for name in re.findall(r"\{([a-z0-9_]+)\}", kind.path):
        if name not in ("shard", "year", "author"):
            must_exist("path", name)
    for field in kind.root.walk():
        if field.currency and not _currency_in_reach(kind, field):
            raise BadSchema(where, _("“money” names no field: {name}").format(name=field.currency))
        if field.lines and field.lines not in kind.fields:
            raise BadSchema(where, _("“lines” names no field: {name}").format(name=field.lines))
        if field.history and (len(field.path) > 1 or field.type in ("list", "object")):
            raise BadSchema(where, _("only a single value of the record can keep a history"))


def _currency_in_reach(kind: Kind, field: Field) -> bool:
    """Whether the currency of an amount stands beside it or in a mapping around it."""
    levels = [kind.fields]
    for name in field.path[:-1]:
        levels.append(levels[-1][name].children())
    return any(field.currency in fields for fields in levels)


def _check_references(registry: Registry) -> None:
    for kind in registry:
        for field in kind.root.walk():
            leaf = field.leaf
            target = (leaf.ref or "").split(".")[0]
            if target and target not in registry.kinds:
                raise BadSchema(
                    f"schemas/{kind.name}.yaml: {field.dotted}",
                    _("“ref” names no kind: {name}").format(name=leaf.ref),
                    did_you_mean(suggest(target, [*registry.kinds])),
                )


def _check_unique(registry: Registry) -> None:
    seen: dict[str, str] = {}
    for kind in registry:
        for name in {kind.plural, kind.folder}:
            if seen.setdefault(name, kind.name) != kind.name:
                raise BadSchema(
                    f"schemas/{kind.name}.yaml",
                    _("“{name}” is taken by the kind {other}").format(name=name, other=seen[name]),
                )


def _known(tree: Mapping[str, Tree], known: frozenset[str], where: str) -> None:
    for key in tree:
        if key not in known:
            raise BadSchema(
                where,
                _("“{key}” is no keyword that crmctl knows").format(key=key),
                did_you_mean(suggest(key, sorted(known))),
            )


def _mapping(tree: Tree, where: str) -> dict[str, Tree]:
    if not isinstance(tree, dict):
        raise BadSchema(where, _("fields with values are expected here"))
    return tree


def _text(tree: Tree, where: str) -> str:
    if not isinstance(tree, str):
        raise BadSchema(where, _("a text is expected here"))
    return tree


def _texts(tree: Tree, where: str) -> list[str]:
    if not isinstance(tree, list):
        raise BadSchema(where, _("a list of texts is expected here"))
    return [_text(item, where) for item in tree]


def _titles(tree: Tree, where: str) -> dict[str, str]:
    titles = _mapping(tree or {}, where)
    return {language: _text(title, where) for language, title in titles.items()}
