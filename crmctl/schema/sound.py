"""Whether kinds fit together: settings lead to fields, references to kinds, names to one kind each.

Only what a book adds is looked at: the shipped schemas fit, and a test keeps it so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.schema.model import SCALARS, Field, Kind, Registry
from crmctl.schema.trees import Place, Tree, file_of
from crmctl.values.text import suggest


def check(registry: Registry, own: Mapping[str, Tree]) -> None:
    """Refuses the first setting of a kind in `own` that does not fit: BadDefinition."""
    for name in own:
        _check_settings(registry.kinds[name])
    _check_references(registry)
    _check_unique(registry, own)


def _unfitting(kind: Kind, what: str, name: str, candidates: Iterable[str]) -> BadDefinition:
    """The error about a setting that leads to no field."""
    return (
        file_of(kind.name)
        .at("x-crmctl", what, shown="x-crmctl")
        .error(
            _("“{what}” names no fitting field: {name}").format(what=what, name=name),
            did_you_mean(suggest(name, candidates)),
        )
    )


def _check_settings(kind: Kind) -> None:
    def must_exist(what: str, name: str | None, types: tuple[str, ...] = ()) -> None:
        if name is None:
            return
        field = kind.fields.get(name.split(".")[0])
        if field is None or (types and field.type not in types):
            raise _unfitting(kind, what, name, kind.fields)

    must_exist("date", kind.date, ("date", "instant"))
    must_exist("id", kind.slug_field, ("text",))
    must_exist("id", kind.id_date, ("date", "instant"))
    must_exist("label", kind.label)
    _check_path(kind)
    _check_guards(kind)
    for field in kind.root.walk():
        if field.currency and not _in_reach(kind, field, field.currency):
            reason = _("“money” names no field: {name}").format(name=field.currency)
            raise _place(kind, field, "money").error(reason)
        if field.lines and field.lines not in kind.fields:
            reason = _("“lines” names no field: {name}").format(name=field.lines)
            raise _place(kind, field, "lines").error(reason)
        for name, value in (field.fill or {}).items():
            if value not in getattr(kind.fields.get(name), "values", ()):
                reason = _("“fill” names no field with this value: {name}").format(name=name)
                raise _place(kind, field, "fill").error(reason)
        if field.history and (len(field.path) > 1 or field.type in ("list", "object")):
            reason = _("only a single value of the record can keep a history")
            raise _place(kind, field, "history").error(reason)


def _check_path(kind: Kind) -> None:
    """Refuses a template in which a record would not be found, or not find its place."""
    names = {field.name for field in kind.fields.values() if field.type in SCALARS}
    names |= {"shard", "year", "author"}
    for name in {*re.findall(r"\{([a-z0-9_]+)\}", kind.path)} - names:
        raise _unfitting(kind, "path", name, sorted(names))
    if not kind.is_stream and not kind.path.endswith("/{id}.yaml"):
        place = file_of(kind.name).at("x-crmctl", "path", shown="x-crmctl")
        raise place.error(_("a file with one record is called “{{id}}.yaml”").format())


def _check_guards(kind: Kind) -> None:
    if kind.guards:
        from crmctl.guards import GUARDS

        for name in kind.guards:
            if name not in GUARDS:
                place = file_of(kind.name).at("x-crmctl", "guards", shown="x-crmctl")
                reason = _("“guards” must be some of {choices}").format(choices=", ".join(GUARDS))
                raise place.error(reason, did_you_mean(suggest(name, GUARDS)))


def _place(kind: Kind, field: Field, setting: str) -> Place:
    """Where the schema of a kind says a setting of a field."""
    steps: list[str] = []
    holder = kind.root
    for name in field.path:
        steps += ["items"] if holder.item is not None else []
        steps += ["properties", name]
        holder = holder.children()[name]
    return file_of(kind.name).at(*steps, "x-crmctl", setting, shown=field.dotted)


def _in_reach(kind: Kind, field: Field, name: str) -> bool:
    """Whether a field called `name` stands beside this one or in a mapping around it."""
    levels = [kind.fields]
    for step in field.path[:-1]:
        levels.append(levels[-1][step].children())
    return any(name in fields for fields in levels)


def _check_references(registry: Registry) -> None:
    for kind in registry:
        for field in kind.root.walk():
            ref = field.leaf.ref or ""
            target, dot, inner = ref.partition(".")
            if target and target not in registry.kinds:
                raise _place(kind, field, "ref").error(
                    _("“ref” names no kind: {name}").format(name=ref),
                    did_you_mean(suggest(target, [*registry.kinds])),
                )
            if dot:
                keyed = [one.name for one in registry.kinds[target].fields.values() if one.key]
                near = target == kind.name or _in_reach(kind, field, target)
                if inner not in keyed or not near:
                    raise _place(kind, field, "ref").error(
                        _("“ref” names no list with keys: {name}").format(name=ref),
                        did_you_mean(suggest(inner, keyed)),
                    )


def check_paths(registry: Registry) -> None:
    """Refuses settings of a kind that lead to no field, neither stored nor computed."""
    for kind in registry:
        named_fields = {
            "columns": kind.columns,
            "sort": [name.removeprefix("-") for name in kind.sort],
            "aliases": [*kind.aliases.values()],
            "search": kind.search,
            "names": kind.names,
            "state-dates": kind.state_dates,
        }
        for what, names in named_fields.items():
            for name in names:
                # An alias of an alias could lead round in a circle.
                again = what == "aliases" and name.split(".")[0].casefold() in kind.aliases
                found = None if again else kind.find(name)
                dated = found is not None and found.field.type in ("date", "instant")
                if found is None or (what == "state-dates" and not dated):
                    raise _unfitting(kind, what, name, kind.words())


def _check_unique(registry: Registry, own: Mapping[str, Tree]) -> None:
    seen: dict[str, str] = {}
    # The shipped kinds come first: what they use is taken.
    for kind in sorted(registry, key=lambda kind: kind.name in own):
        for what, name in (("plural", kind.plural), ("path", kind.folder)):
            if seen.setdefault(name, kind.name) != kind.name:
                raise (
                    file_of(kind.name)
                    .at("x-crmctl", what, shown="")
                    .error(
                        _("“{name}” is taken by the kind {other}").format(
                            name=name, other=seen[name]
                        )
                    )
                )
