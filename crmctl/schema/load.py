"""Schema files -> kinds: shipped ones first, then the workspace's own and its extensions.

A schema tree is untyped text as the YAML reader gives it; here every keyword gets its type, and a
keyword that crmctl does not know is an error: a misspelt rule must not silently rule nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmctl.errors import BadSchema, did_you_mean
from crmctl.locale import N_, _
from crmctl.schema.fields import KEYWORDS, NAME, read_fields, with_history
from crmctl.schema.model import Field, Kind, Registry
from crmctl.schema.trees import Tree, known, mapping, named, text, texts, titles
from crmctl.values.text import suggest

KINDNAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
TEMPLATE = re.compile(r"[a-z][a-z0-9_-]*(/([A-Za-z0-9_.-]|\{[a-z][a-z0-9_]*\})+)+\.yaml\Z")

# A kind's table bears its plural: the index and the facts have tables of their own.
RESERVED = re.compile(
    r"(file|folder|key|meta|problem|reading|record|text|sqlite_.*|trigram.*|.*_facts"
    r"|.*_(by|with)_.*)\Z"
)
RESERVED_FIELDS = ("rid",)

KIND_SETTINGS = frozenset(
    "title plural plural-title path id label date state-dates search names columns sort "
    "aliases".split()
)

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
    settings = extension.get("x-crmctl")
    replace = isinstance(settings, dict) and settings.get("replace") == "true"
    merged = _narrowed(base, extension.get("enum")) if replace else dict(base)
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


def _narrowed(base: Mapping[str, Tree], kept: Tree) -> dict[str, Tree]:
    """A property without what its settings say of enum values that are not `kept`."""
    settings = base.get("x-crmctl")
    if not isinstance(kept, list) or not isinstance(settings, dict):
        return dict(base)
    settings = dict(settings)
    if isinstance(settings.get("values"), dict):
        values = settings["values"].items()
        settings["values"] = {value: title for value, title in values if value in kept}
    if "default" in settings and settings["default"] not in kept:
        del settings["default"]
    return {**base, "x-crmctl": settings}


def build_kind(name: str, tree: Tree) -> Kind:
    """One kind from its schema tree; BadSchema names file, place and remedy."""
    where = f"schemas/{name}.yaml"
    if not KINDNAME.match(name):
        raise BadSchema(where, _("a kind's name is lowercase letters, digits and “-”"))
    root = mapping(tree, where)
    known(root, KEYWORDS, where)
    x = mapping(root.get("x-crmctl") or {}, f"{where}: x-crmctl")
    known(x, KIND_SETTINGS, f"{where}: x-crmctl")
    english = text(root.get("title") or name.replace("-", " ").capitalize(), where)
    settings = _kind_settings(name, english, x, where)

    properties = mapping(root.get("properties") or {}, f"{where}: properties")
    tail = ("created", "archived", "uid") if "slug" in settings else ("created", "archived")
    ordered = {"id": COMMON["id"]}
    ordered |= {key: value for key, value in properties.items() if key not in COMMON}
    ordered |= {key: COMMON[key] for key in tail}
    for key in RESERVED_FIELDS:
        if key in ordered:
            raise BadSchema(f"{where}: {key}", _("the index uses this name itself"))
    fields = read_fields(ordered, (), where)
    for field in list(fields.values()):
        if field.history:
            plain = {
                key: ordered[field.name][key]
                for key in ("type", "enum")
                if key in ordered[field.name]
            }
            fields = with_history(fields, field, plain)
    required = texts(root.get("required") or [], f"{where}: required")
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
    plural = text(x.get("plural") or name.replace("-", "_") + "s", where)
    if not NAME.match(plural):
        raise BadSchema(where, _("a plural is lowercase letters, digits and “_”"))
    if RESERVED.match(plural):
        raise BadSchema(f"{where}: {plural}", _("the index uses this name itself"))
    title = {"en": english, **titles(x.get("title"), where)}
    plural_title = {"en": plural.replace("_", " ").capitalize()}
    plural_title |= {"zh": title["zh"]} if "zh" in title else {}
    settings: dict[str, Any] = {
        "plural": plural,
        "title": title,
        "plural_title": plural_title | titles(x.get("plural-title"), where),
        "path": text(x.get("path") or f"{plural}/{{id}}.yaml", where),
        "columns": texts(x.get("columns") or ["id"], where),
        "search": texts(x.get("search") or [], where),
        "names": texts(x.get("names") or [x.get("label") or "id"], where),
        "sort": texts(x.get("sort") or ["id"], where),
        "state_dates": texts(x.get("state-dates") or [], where),
        "date": named(x, "date", where),
        "label": text(x.get("label") or "id", where),
        "aliases": {
            text(alias, where).casefold(): text(target, where)
            for alias, target in mapping(x.get("aliases") or {}, where).items()
        },
    }
    if not TEMPLATE.match(settings["path"]) or "/." in settings["path"]:
        raise BadSchema(
            where,
            _("“path” must look like folder/{{id}}.yaml, not “{path}”").format(
                path=settings["path"]
            ),
        )
    rule = mapping(x.get("id") or {"prefix": name[:3]}, f"{where}: id")
    known(rule, frozenset(("slug", "prefix", "date")), f"{where}: id")
    if "slug" in rule:
        settings["slug"] = text(rule["slug"], where)
    else:
        settings["prefix"] = text(rule.get("prefix") or name[:3], where)
        settings["id_date"] = named(rule, "date", where) or settings["date"] or "created"
        if not re.match(r"[a-z][a-z0-9]{0,9}\Z", settings["prefix"]):
            raise BadSchema(where, _("an id prefix is up to ten lowercase letters and digits"))
    return settings


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

    must_exist("date", kind.date, ("date", "instant"))
    must_exist("id", kind.slug_field, ("text",))
    must_exist("id", kind.id_date, ("date", "instant"))
    must_exist("label", kind.label)
    for name in re.findall(r"\{([a-z0-9_]+)\}", kind.path):
        if name not in ("shard", "year", "author"):
            must_exist("path", name)
    for field in kind.root.walk():
        place = f"{where}: {field.dotted}"
        if field.currency and not _currency_in_reach(kind, field):
            raise BadSchema(place, _("“money” names no field: {name}").format(name=field.currency))
        if field.lines and field.lines not in kind.fields:
            raise BadSchema(place, _("“lines” names no field: {name}").format(name=field.lines))
        if field.history and (len(field.path) > 1 or field.type in ("list", "object")):
            raise BadSchema(place, _("only a single value of the record can keep a history"))


def _currency_in_reach(kind: Kind, field: Field) -> bool:
    """Whether the currency of an amount stands beside it or in a mapping around it."""
    levels = [kind.fields]
    for name in field.path[:-1]:
        levels.append(levels[-1][name].children())
    return any(field.currency in fields for fields in levels)


def _check_references(registry: Registry) -> None:
    for kind in registry:
        for field in kind.root.walk():
            where = f"schemas/{kind.name}.yaml: {field.dotted}"
            ref = field.leaf.ref or ""
            target, dot, inner = ref.partition(".")
            if target and target not in registry.kinds:
                raise BadSchema(
                    where,
                    _("“ref” names no kind: {name}").format(name=ref),
                    did_you_mean(suggest(target, [*registry.kinds])),
                )
            if dot:
                keyed = [one.name for one in registry.kinds[target].fields.values() if one.key]
                if inner not in keyed or target not in kind.fields:
                    raise BadSchema(
                        where,
                        _("“ref” names no list with keys: {name}").format(name=ref),
                        did_you_mean(suggest(inner, keyed)),
                    )


def check_paths(registry: Registry) -> None:
    """Refuses settings of a kind that lead to no field; call when the computed ones are known."""
    for kind in registry:
        named_fields = {
            "columns": kind.columns,
            "sort": [name.removeprefix("-") for name in kind.sort],
            "aliases": [*kind.aliases.values()],
            "search": [*kind.search, *kind.names],
            "state-dates": kind.state_dates,
        }
        for what, names in named_fields.items():
            for name in names:
                # An alias of an alias could lead round in a circle.
                again = what == "aliases" and name.split(".")[0].casefold() in kind.aliases
                found = None if again else kind.find(name)
                dated = found is not None and found.field.type in ("date", "instant")
                if found is None or (what == "state-dates" and not dated):
                    raise BadSchema(
                        f"schemas/{kind.name}.yaml",
                        _("x-crmctl: “{what}” names no fitting field: {name}").format(
                            what=what, name=name
                        ),
                        did_you_mean(suggest(name, kind.words())),
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
