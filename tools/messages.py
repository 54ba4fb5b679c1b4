"""Keeps the Chinese catalog in step with the source.

    python tools/messages.py update     collect messages, merge them into the .po, compile it
    python tools/messages.py compile    only compile the .mo
    python tools/messages.py check      exit 1 when a message is missing, fuzzy or unused,
                                        or the .mo is older than the .po

The catalog also holds what click says ("Usage:", "Options", its errors), because click looks its
own words up in it. Those of another click version than the installed one do no harm, so they are
neither missing nor unused.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "crmctl"
PO = PACKAGE / "locale" / "zh_CN" / "LC_MESSAGES" / "crmctl.po"
MO = PO.with_suffix(".mo")
# Each keyword with the number of leading arguments that are messages.
KEYWORDS = {"_": 1, "N_": 1, "ngettext": 2}
HEADER = """\
# Chinese catalog of crmctl, with the messages of click.
# Written by tools/messages.py: edit the translations, run it again.
#"""
_PERCENT = re.compile(r"%\(\w+\)[a-z]")

MessageId = str | tuple[str, ...]


@dataclass
class Found:
    """Messages with the files they stand in, and calls that cannot be collected."""

    places: dict[MessageId, list[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def extract(folder: Path, shown: str) -> Found:
    """The messages of every source file below a folder, named as below `shown`."""
    found = Found()
    for file in sorted(folder.rglob("*.py")):
        path = f"{shown}/{file.relative_to(folder).as_posix()}"
        for call in _keyword_calls(ast.parse(file.read_text("utf-8"))):
            count = KEYWORDS[_called(call)]
            texts = [_constant(argument) for argument in call.args[:count]]
            key: MessageId
            if any(isinstance(argument, ast.JoinedStr) for argument in call.args[:count]):
                found.faults.append(f"{path}:{call.lineno}: an f-string cannot be translated")
            if len(texts) == count and all(texts):
                key = (str(texts[0]), str(texts[1])) if count == 2 else str(texts[0])
                places = found.places.setdefault(key, [])
                if path not in places:
                    places.append(path)
    return found


def _keyword_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in KEYWORDS:
            yield node


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _constant(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def extract_ours() -> Found:
    """The messages of crmctl."""
    return extract(PACKAGE, "crmctl")


def extract_click() -> Found:
    """The messages of the installed click."""
    spec = find_spec("click")
    assert spec is not None
    assert spec.origin is not None
    return extract(Path(spec.origin).parent, "click")


def read() -> Catalog:
    """The catalog as committed; an empty one when there is none yet."""
    if not PO.exists():
        return _empty()
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


class ChineseCatalog(Catalog):
    """A catalog whose header names no date and no tool, so that equal messages give equal files."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "crmctl"),
            ("Language", "zh_CN"),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def _empty() -> Catalog:
    return ChineseCatalog(locale="zh_CN", header_comment=HEADER, fuzzy=False)


def merged(old: Catalog, *sources: Found) -> Catalog:
    """A catalog of the messages found, with the translations that `old` has.

    Translations no longer needed stay as comments; they come back with their message.
    """
    new = _empty()
    places: dict[MessageId, list[str]] = {}
    for found in sources:
        for key, files in found.places.items():
            places.setdefault(key, []).extend(files)
    for key in sorted(places, key=lambda key: (places[key][0], singular(key))):
        known = old.get(key) or old.obsolete.get(singular(key))
        locations = [(file, 1) for file in places[key]]
        string = known.string if known else ""
        if isinstance(key, tuple) and isinstance(string, str):
            string = (string,)
        new.add(key, string, locations, flags=known.flags if known else ())
    for message in [*_entries(old), *old.obsolete.values()]:
        if _key(message) not in places and is_translated(message):
            new.obsolete[singular(message.id)] = message
    return new


def _key(message: Message) -> MessageId:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def singular(key: object) -> str:
    """The text that names a message: of two forms the singular."""
    return str(key[0] if isinstance(key, tuple | list) else key)


def _entries(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def strings(message: Message) -> Sequence[str]:
    """The translations of a message: one, or one for each plural form."""
    text = message.string
    if isinstance(text, tuple | list):
        return [str(form or "") for form in text]
    return [str(text or "")]


def is_translated(message: Message) -> bool:
    return all(strings(message))


def po_bytes(catalog: Catalog) -> bytes:
    """The catalog as a .po file."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, include_lineno=False)
    return out.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The translated messages as a .mo file."""
    done = _empty()
    for message in _entries(catalog):
        if is_translated(message) and not message.fuzzy:
            done.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, done)
    return out.getvalue()


def faults(catalog: Catalog, ours: Found, click: Found) -> list[str]:
    """What is wrong with a catalog, one line each."""
    found = list(ours.faults)
    entries = {_key(message): message for message in _entries(catalog)}
    for key, places in ours.places.items():
        if key not in entries:
            found.append(f"{places[0]}: not in the catalog: {singular(key)!r}")
    for key, message in entries.items():
        where = message.locations[0][0] if message.locations else PO.name
        if not is_translated(message):
            found.append(f"{where}: not translated: {singular(key)!r}")
        elif message.fuzzy:
            found.append(f"{where}: fuzzy: {singular(key)!r}")
        else:
            found += [f"{where}: {fault}" for fault in placeholder_faults(message)]
        from_click = all(file.startswith("click/") for file, _line in message.locations)
        if not from_click and key not in ours.places and key not in click.places:
            found.append(f"{where}: no longer used: {singular(key)!r}")
    return found


def placeholder_faults(message: Message) -> list[str]:
    """Placeholders that a translation lost or invented."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    wanted = set().union(*map(_placeholders, ids))
    found = []
    for string in strings(message):
        there = _placeholders(string)
        if there != wanted:
            differing = ", ".join(sorted(there ^ wanted))
            found.append(f"placeholders differ ({differing}): {singular(message.id)!r}")
    return found


def _placeholders(text: str) -> set[str]:
    percent = set(_PERCENT.findall(text))
    try:
        return percent | {f"{{{name}}}" for _t, name, _s, _c in Formatter().parse(text) if name}
    except ValueError:  # a lone brace: no format string
        return percent


def is_stale() -> bool:
    """Whether the .mo is not what the .po compiles to."""
    return not MO.exists() or MO.read_bytes() != mo_bytes(read())


def update() -> int:
    catalog = merged(read(), extract_ours(), extract_click())
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po_bytes(catalog))
    compile_()
    missing = sum(not is_translated(message) for message in _entries(catalog))
    print(f"{len(_entries(catalog))} messages, {missing} not translated")
    return 0


def compile_() -> int:
    MO.write_bytes(mo_bytes(read()))
    return 0


def check() -> int:
    found = faults(read(), extract_ours(), extract_click())
    if is_stale():
        found.append(f"{MO.relative_to(REPOSITORY)}: stale; run tools/messages.py compile")
    for line in found:
        print(line)
    return 1 if found else 0


COMMANDS: dict[str, Callable[[], int]] = {"update": update, "compile": compile_, "check": check}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    sys.exit(COMMANDS[sys.argv[1]]())
