"""Schema files -> kinds: shipped ones first, then the workspace's own and its extensions.

A schema tree is untyped text as the YAML reader gives it; here every keyword gets its type, and a
keyword that crmctl does not know is an error: a misspelt rule must not silently rule nothing. A
file with an error is left out as a whole, so that the kinds that are left fit together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import N_, _
from crmctl.schema import sound
from crmctl.schema.fields import KEYWORDS, NAME, read_fields, with_history
from crmctl.schema.model import Field, Kind, Listed, Registry
from crmctl.schema.trees import Place, Tree, file_of, known, mapping, named, text, texts, titles
from crmctl.values.text import suggest

KINDNAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
TEMPLATE = re.compile(r"[a-z][a-z0-9_-]*(/([A-Za-z0-9_.-]|\{[a-z][a-z0-9_]*\})+)+\.yaml\Z")

# A kind's table bears its plural: the index and the facts have tables of their own.
RESERVED = re.compile(
    r"(file|folder|key|meta|outdated|problem|reading|record|text|sqlite_.*|trigram.*|.*_facts"
    r"|.*_(by|with)_.*)\Z"
)
RESERVED_FIELDS = ("rid",)
# A kind is a command too, and these are taken.
COMMANDS = frozenset(
    "init config check log show timeline today agenda open archive search query sql segment "
    "analyze report history diff changes undo apply sync doctor git relayout import export "
    "schema completion owner assign account alerts "
    "brief dedupe forget handover network next promise queue".split()
)

KIND_SETTINGS = frozenset(
    "title singular plural plural-title path id label date state-dates search names columns sort "
    "aliases guards".split()
)
LABELS = ("name", "title")  # what a record is called by, where its schema does not say

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


def build_registry(
    shipped: Mapping[str, Tree],
    own: Mapping[str, Tree],
    complete: Callable[[Registry], None] | None = None,
    mark: str | None = None,
) -> Registry:
    """The kinds of a book from schema trees by name; a shipped name in `own` extends that kind.

    What is `shipped` is known to be sound as it is. A faulty tree of `own` counts as if it were not
    there, and its error is kept in `broken`.
    `complete` adds what no schema says before the last checks. A `mark` says that these very trees
    were found sound before and what the registry is marked with: nothing is checked again then,
    and the fields of a kind are made when somebody asks for them.
    """
    if mark is not None:
        registry = Registry(_kinds(shipped, own), mark)
        if complete:
            complete(registry)
        return registry
    kept = dict(own)
    broken: dict[str, BadDefinition] = {}
    while True:
        try:
            registry = _registry(shipped, kept)
            if complete:
                complete(registry)
            if kept:
                sound.check_paths(registry)
        except BadDefinition as error:
            name = PurePath(error.path).stem
            if name not in kept:  # a shipped kind that no longer fits to one that was extended
                name = next((name for name in kept if name in shipped), "")
            if not name:
                raise
            del kept[name]
            broken[name] = error
        else:
            registry.broken = broken
            return registry


def _registry(shipped: Mapping[str, Tree], own: Mapping[str, Tree]) -> Registry:
    registry = Registry(_kinds(shipped, own))
    if own:
        sound.check(registry, own)
    return registry


def _kinds(shipped: Mapping[str, Tree], own: Mapping[str, Tree]) -> list[Kind]:
    trees = dict(shipped)
    for name, tree in own.items():
        trees[name] = merge(trees[name], tree) if name in trees else tree
    return [build_kind(name, tree) for name, tree in trees.items()]


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
    """One kind from its schema tree; BadDefinition says place and remedy.

    Faults of its fields are told when they are first asked for.
    """
    where = file_of(name)
    if not KINDNAME.match(name):
        raise where.error(_("a kind's name is lowercase letters, digits and “-”"))
    if name in COMMANDS:
        raise where.error(
            _("“crmctl {name}” is another command already").format(name=name),
            _("Give the file, and so the kind, another name."),
        )
    root = mapping(tree, where)
    known(root, KEYWORDS, where)
    if root.get("type", "object") != "object":
        raise where.at("type").error(_("a record is an “object”"))
    inner = where.at("x-crmctl")
    x = mapping(root.get("x-crmctl") or {}, inner)
    known(x, KIND_SETTINGS, inner)
    settings = _kind_settings(name, named(root, "title", where), x, inner)

    properties = mapping(root.get("properties") or {}, where.at("properties"))
    tail = ("created", "archived", "uid") if "slug" in settings else ("created", "archived")
    ordered = {"id": COMMON["id"]}
    ordered |= {key: value for key, value in properties.items() if key not in COMMON}
    ordered |= {key: COMMON[key] for key in tail}
    for key in RESERVED_FIELDS:
        if key in ordered:
            place = where.at("properties", key, shown=key)
            raise place.error(_("the index uses this name itself"))
    if not settings["label"]:
        texted = (name for name in LABELS if _is_text(ordered.get(name)))
        settings["label"] = next(texted, "id")
    if "slug" in settings:
        settings["names"] = settings["names"] or [settings["label"]]

    def make() -> Field:
        required = texts(root, "required", where)
        return _root(ordered, required, where, lambda name: kind.registry.listed(name))

    kind = Kind(name, make, settings)
    return kind


def _is_text(tree: Tree) -> bool:
    """Whether a property is a plain text, by which a record may be called."""
    if not isinstance(tree, dict) or tree.get("type") != "string":
        return False
    x = tree.get("x-crmctl")
    return not ("enum" in tree or "format" in tree or (isinstance(x, dict) and x.get("ref")))


def _root(
    properties: Mapping[str, Tree],
    required: Sequence[str],
    where: Place,
    listed: Callable[[str], Mapping[str, dict[str, str]]],
) -> Field:
    """The record itself as a field, with those of its properties and their histories."""
    fields = read_fields(properties, (), where)
    for field in list(fields.values()):
        if field.listed:
            field.values = Listed(partial(listed, field.listed))
        if field.history:
            tree = properties[field.name]
            plain = {key: tree[key] for key in ("type", "enum", "format") if key in tree}
            fields = with_history(fields, field, plain)
    for name in required:
        if name not in fields:
            place = where.at("required", shown="")
            reason = _("“required” names no field: {name}").format(name=name)
            raise place.error(reason, did_you_mean(suggest(name, [*fields])))
    return Field("", "object", fields=fields, required=frozenset({*required, "id"}))


def _kind_settings(name: str, title: str | None, x: Tree, where: Place) -> dict[str, Any]:
    singular = named(x, "singular", where)
    if singular and not KINDNAME.match(singular):
        place = where.at("singular", shown="")
        raise place.error(_("a kind's name is lowercase letters, digits and “-”"))
    singular = singular or name
    plural = named(x, "plural", where) or singular.replace("-", "_") + "s"
    place = where.at("plural", shown="")
    if not NAME.match(plural):
        raise place.error(_("a plural is lowercase letters, digits and “_”"))
    if RESERVED.match(plural):
        raise where.at("plural", shown=plural).error(_("the index uses this name itself"))
    english = title or singular.replace("-", " ").capitalize()
    titled = {"en": english, **titles(x.get("title"), where.at("title"))}
    plural_title = {"en": plural.replace("_", " ").capitalize()}
    plural_title |= {"zh": titled["zh"]} if "zh" in titled else {}
    aliases = mapping(x.get("aliases") or {}, where.at("aliases"))
    settings: dict[str, Any] = {
        "singular": singular,
        "plural": plural,
        "title": titled,
        "plural_title": plural_title | titles(x.get("plural-title"), where.at("plural-title")),
        "path": named(x, "path", where) or f"{plural}/{{id}}.yaml",
        "columns": texts(x, "columns", where) or ["id"],
        "search": texts(x, "search", where),
        "names": texts(x, "names", where),
        "sort": texts(x, "sort", where) or ["id"],
        "state_dates": texts(x, "state-dates", where),
        "guards": texts(x, "guards", where),
        "date": named(x, "date", where),
        "label": named(x, "label", where),
        "aliases": {
            alias.casefold(): text(target, where.at("aliases", alias))
            for alias, target in aliases.items()
        },
    }
    if not TEMPLATE.match(settings["path"]) or "/." in settings["path"]:
        raise where.at("path", shown="").error(
            _("“path” must look like folder/{{id}}.yaml, not “{path}”").format(
                path=settings["path"]
            ),
        )
    rule = mapping(x.get("id") or {"prefix": name[:3]}, where.at("id"))
    known(rule, frozenset(("slug", "prefix", "date")), where.at("id"))
    if "slug" in rule:
        settings["slug"] = text(rule["slug"], where.at("id", "slug"))
    else:
        settings["prefix"] = named(rule, "prefix", where.at("id")) or name[:3]
        settings["id_date"] = named(rule, "date", where.at("id")) or settings["date"] or "created"
        if not re.match(r"[a-z][a-z0-9]{0,9}\Z", settings["prefix"]):
            place = where.at("id", "prefix", shown="")
            raise place.error(_("an id prefix is up to ten lowercase letters and digits"))
    return settings
