"""The JSON Schema part of a schema, compiled: lengths, ranges, patterns, required fields.

Types, enums and formats are settled while typing; what remains is compiled once a command and
kind, by a validator that runs no generated Python, so a schema in a foreign book is only data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmctl.errors import BadDefinition
from crmctl.locale import N_
from crmctl.schema.model import Field, Kind
from crmctl.schema.typing import Finding

REASONS = {
    "minimum": N_("must be at least {limit}"),
    "exclusiveMinimum": N_("must be more than {limit}"),
    "maximum": N_("must be at most {limit}"),
    "exclusiveMaximum": N_("must be less than {limit}"),
    "multipleOf": N_("must be a multiple of {limit}"),
    "minLength": N_("must have at least {limit} characters"),
    "maxLength": N_("must have at most {limit} characters"),
    "pattern": N_("must match the pattern {limit}"),
    "minItems": N_("must have at least {limit} entries"),
    "maxItems": N_("must have at most {limit} entries"),
    "uniqueItems": N_("must not repeat an entry"),
}


class Rules:
    """The compiled rules of one kind; BadDefinition for a pattern that is none."""

    def __init__(self, kind: Kind) -> None:
        import jsonschema_rs

        self._schema = json_schema(kind.root)
        try:
            self._validator = jsonschema_rs.Draft202012Validator(self._schema)
        except jsonschema_rs.ValidationError as error:
            reason, steps = str(error).splitlines()[0], tuple(error.instance_path)
            raise BadDefinition(f"schemas/{kind.name}.yaml", "", reason, steps=steps) from None

    def check(self, values: Mapping[str, Any]) -> list[Finding]:
        """What a record's typed values break; an empty list when nothing."""
        if self._validator.is_valid(values):
            return []
        return [self._finding(error) for error in self._validator.iter_errors(values)]

    def _finding(self, error: Any) -> Finding:
        path = tuple(error.instance_path)
        keyword = error.schema_path[-1]
        name = ".".join(str(step) for step in path)
        if keyword == "required":
            missing = error.kind.property
            return Finding(path, "required", field=f"{name}.{missing}" if name else missing)
        limit: Any = self._schema
        for step in error.schema_path:
            limit = limit[step]
        return Finding(path, "rule", field=name, rule=REASONS[keyword], limit=str(limit))


def json_schema(field: Field) -> dict[str, Any]:
    """The plain JSON Schema of a field, with nothing in it that typing has settled."""
    schema = dict(field.rules)
    if field.type == "object":
        properties = {name: json_schema(child) for name, child in field.fields.items()}
        schema["properties"] = {name: rules for name, rules in properties.items() if rules}
        schema["required"] = sorted(field.required)
        free = json_schema(field.entries) if field.entries is not None else {}
        if free:
            schema["additionalProperties"] = free
        if not schema["properties"] and not schema["required"] and not free:
            return {}
    elif field.item is not None:
        items = json_schema(field.item)
        if items:
            schema["items"] = items
    return schema
