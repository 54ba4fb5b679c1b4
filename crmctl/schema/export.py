"""A kind as plain JSON Schema, with titles and descriptions in the current language."""

from __future__ import annotations

from typing import Any

from crmctl.schema.model import Field, Kind
from crmctl.schema.rules import json_schema

TYPES = {
    "integer": "integer",
    "boolean": "boolean",
    "number": "number",
    "money": "number",
    "object": "object",
    "list": "array",
}
FORMATS = {"date": "date", "instant": "date-time", "email": "email", "url": "uri"}


def editor_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one record file of a kind."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind.titled()}
    return head | _schema(kind.root)


def _schema(field: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": TYPES.get(field.type, "string")}
    if field.name:
        schema = {"title": field.titled(), **schema}
    if field.type in FORMATS:
        schema["format"] = FORMATS[field.type]
    if field.values:
        schema["enum"] = list(field.values)
    if field.default is not None:
        schema["default"] = field.default
    if field.type == "object":
        schema["properties"] = {name: _schema(child) for name, child in field.fields.items()}
        if field.required:
            schema["required"] = sorted(field.required)
        if field.entries is not None:
            free = _schema(field.entries)
            schema["additionalProperties"] = {k: v for k, v in free.items() if k != "title"}
        return schema
    if field.item is not None:
        schema["items"] = _schema(field.item)
    return schema | {key: value for key, value in json_schema(field).items() if key != "items"}
