"""What the first milliseconds need: the book's root, the language, the kinds' names and titles.

Nothing here imports a YAML reader or the rest of crmctl, so `--help` and completion stay as quick
as click itself. Parsed settings and schemas are kept as JSON in the book's cache and used as long
as the files they came from look untouched.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from crmctl import __version__, shipped
from crmctl.locale import from_locale

CONFIG = "crmctl.yaml"
PRIVATE = ".crmctl"
SETTLED_NS = 2_000_000_000  # a file this young may change again within one time stamp
_LANGUAGE = re.compile(r"""^language:[ \t]*["']?([A-Za-z_-]+)""", re.MULTILINE)


def find_root(start: str | None = None) -> Path | None:
    """The book that holds `start` (-C), CRMCTL_WORKSPACE or the current folder; None without."""
    named = start or os.environ.get("CRMCTL_WORKSPACE")
    here = Path(named) if named else Path.cwd()
    here = here.absolute()
    for folder in (here, *here.parents):
        if (folder / CONFIG).is_file():
            return folder
    return None


def person_config() -> Path:
    """The person's own settings, outside any book."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "crmctl" / "config.yaml"


def user_cache() -> Path:
    """Where derived things go when a book's own cache cannot be written."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "crmctl"


def choose_language(flag: str | None, root: Path | None) -> str:
    """Flag, CRMCTL_LANG, the person's settings, this book's local ones, the locale, the book."""
    for asked in (flag, os.environ.get("CRMCTL_LANG")):
        language = from_locale(asked)
        if language:
            return language
    files = [person_config()]
    if root:
        files.append(root / PRIVATE / "local.yaml")
    for file in files:
        language = _language_in(file)
        if language:
            return language
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            language = from_locale(os.environ[name])
            if language:
                return language
            break
    return (_language_in(root / CONFIG) if root else None) or "en"


def _language_in(file: Path) -> str | None:
    try:
        found = _LANGUAGE.search(file.read_text("utf-8", "replace"))
    except OSError:
        return None
    return from_locale(found[1]) if found else None


def schema_files(root: Path | None) -> dict[str, list[Path]]:
    """The schema files of each kind: the shipped one, the book's own, or both."""
    found: dict[str, list[Path]] = {}
    folders = [shipped.SCHEMAS]
    if root and root / "schemas" != shipped.SCHEMAS:
        folders.append(root / "schemas")
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            if name.endswith(".yaml") and not name.startswith("."):
                found.setdefault(name[:-5], []).append(folder / name)
    return found


def _stamps(root: Path) -> tuple[list[list[Any]], int]:
    stamps: list[list[Any]] = []
    youngest = 0
    files = [root / CONFIG, *(file for files in schema_files(root).values() for file in files)]
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        stamps.append([str(file), stat.st_size, stat.st_mtime_ns, stat.st_ino])
        youngest = max(youngest, stat.st_mtime_ns)
    return stamps, youngest


def cached(root: Path) -> dict[str, Any] | None:
    """Settings, schemas and titles as last parsed; None when a file has changed since."""
    try:
        text = (root / PRIVATE / "cache" / "book.json").read_text("utf-8")
        found = json.loads(text)
        stamps, youngest = _stamps(root)
        fresh = found["version"] == __version__ and found["stamps"] == stamps
        if fresh and found["written"] - youngest > SETTLED_NS:
            return dict(found)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def remember(root: Path, content: dict[str, Any]) -> None:
    """Keeps what was parsed; a book that cannot be written simply stays uncached."""
    stamps, youngest = _stamps(root)
    file = root / PRIVATE / "cache" / "book.json"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".book.{os.getpid()}.tmp~")
        part.write_text("", "utf-8")
        written = part.stat().st_mtime_ns
        if written - youngest <= SETTLED_NS:
            part.unlink()
            return
        content = {"version": __version__, "stamps": stamps, "written": written, **content}
        part.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        part.replace(file)
    except OSError:
        return
