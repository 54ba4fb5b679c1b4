"""Writes docs/kinds.md, the fields of the shipped kinds, from their schema files.

python tools/kinds.py           write it
python tools/kinds.py --check   exit 1 when it is not what the schemas say
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parent.parent
TARGET = REPOSITORY / "docs" / "kinds.md"
sys.path.insert(0, str(REPOSITORY))

from crmctl.cli.catalog import KINDS  # noqa: E402
from crmctl.schema.load import build_registry  # noqa: E402
from crmctl.schema.model import Field, Kind  # noqa: E402
from crmctl.storage.reader import parse_document  # noqa: E402
from tools.reference import filled  # noqa: E402

HEAD = """\
# Kinds of records

The fields of the shipped kinds, made from their schema files by `python tools/kinds.py`.
`crmctl schema show KIND` says the same of a book, with its own fields.

How they hang together:

- A **campaign** brings **customers**, who take part in it. A chance to sell to one is an
  **opportunity**; it goes through the stages of a pipeline and has **quotes**.
- What is won becomes an **order**, or a **contract** with orders under it. An **invoice** asks for
  the money, **payments** bring it, or are planned to. What is bought and looked after is an
  **asset**.
- Whatever is wrong or asked for is a **ticket**; what helped is a **solution**. What customers
  think of it all, they say in **surveys**.
- Every touch is an **interaction**, all that is still to be done a **task**. **Products** and
  **users** are what all this is about, and who does it.

Every record also has an `id`. `created` is the day on which it was written down, where no date of
its own says more; `archived` the day on which it was put away; `uid` tells namesakes apart that
were made in two places. A field that keeps its past has a list beside it, such as `status_history`,
with what it was, since when, and by whom. A star marks what must be there.

A reference to a record of another customer is a warning of `crmctl check`, unless both belong to
one group of companies (`parent`) or one record names the other's customer, as its end user for
example. Contacts are those of the customer who stands nearest: of the participant in a campaign, of
the record everywhere else.
"""


def document() -> str:
    """The whole page."""
    trees = {}
    for name in KINDS:
        text = (REPOSITORY / "schemas" / f"{name}.yaml").read_text("utf-8")
        trees[name], _faults = parse_document(text)
    registry = build_registry({name: tree or {} for name, tree in trees.items()}, {})
    lines = [HEAD]
    for name, help_ in KINDS.items():
        lines += _section(registry.kinds[name], help_, trees[name] or {})
    return "\n".join(lines).rstrip("\n") + "\n"


def _section(kind: Kind, help_: str, tree: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {kind.title['en']} · {kind.title['zh']}"
    yield ""
    id_ = f"made from `{kind.slug_field}`" if kind.slug_field else f"`{kind.id_prefix}-…`"
    facts = [help_, f"Files: `records/{kind.path}`, ids {id_}."]
    if kind.date:
        facts.append(f"It happens on the day `{kind.date}`.")
    if len(kind.names) > 1 or (kind.names and not kind.slug_field):
        facts.append(f"Known by {_listed(kind.names)}.")
    yield filled(" ".join(facts))
    yield ""
    yield "| field | title | 标题 | type | |"
    yield "|---|---|---|---|---|"
    yield from _rows(kind.root, tree)
    yield ""


def _rows(holder: Field, tree: Mapping[str, Any]) -> Iterator[str]:
    properties = tree.get("items", tree).get("properties", {})
    for name, field in holder.children().items():
        below = properties.get(name)
        if below is None:  # every record has it, or it is a history
            continue
        said = _said(field, below)
        star = " *" if name in holder.leaf.required else ""
        titles = f"{field.title['en']} | {field.title.get('zh', '')}"
        yield f"| `{field.dotted}`{star} | {titles} | {_type(field)} | {said} |"
        yield from _rows(field, below)


def _type(field: Field) -> str:
    leaf = field.leaf
    type_ = f"→ {leaf.ref}" if leaf.ref else leaf.type
    if leaf.entries is not None:
        type_ = f"{leaf.entries.type} by key"
    return f"list of {type_}" if leaf is not field else type_


def _said(field: Field, tree: Mapping[str, Any]) -> str:
    parts = [tree.get("description", "")]
    parts += [f"{_listed([*field.leaf.values])}."] if field.leaf.values else []
    default = field.default
    if default is not None and default is not False:
        parts.append(f"Without one: `{default}`.")
    if field.key:
        parts.append(f"Entries by `{field.key}`.")
    if field.history:
        parts.append("Keeps its past" + (" by the minute." if field.history == "instant" else "."))
    return " ".join(filter(None, parts)).replace("|", "\\|")


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def main(arguments: list[str]) -> int:
    """Writes the page, or checks it with --check."""
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    text = document()
    if arguments:
        if TARGET.exists() and TARGET.read_text("utf-8") == text:
            return 0
        print(f"{TARGET.relative_to(REPOSITORY)} is old; run: python tools/kinds.py")
        return 1
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
