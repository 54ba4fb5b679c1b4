"""What the first milliseconds need: the book's root, the language, the kinds' names and titles.

Nothing here imports a YAML reader or the rest of crmctl, so `--help` and completion stay as quick
as click itself. Parsed settings and schemas are kept as JSON in the book's cache and used as long
as the files they came from look untouched.
"""

from __future__ import annotations

import os

from crmctl import __version__, shipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONFIG = "crmctl.yaml"
PRIVATE = ".crmctl"
VERSION = f"{__version__}/3"  # of the form of the cache; count on when that changes
PENDING = "pending.jsonl"  # in the journal: a change set on its way
SETTLED_NS = 2_000_000_000  # a file this young may change again within one time stamp


def find_root(start: str | None = None) -> str | None:
    """The book that holds `start` (-C), CRMCTL_WORKSPACE or the current folder; None without."""
    folder = os.path.abspath(start or os.environ.get("CRMCTL_WORKSPACE") or os.curdir)
    if not os.path.isdir(folder):  # or a mistyped name would mean the book around it
        return None
    while not os.path.isfile(os.path.join(folder, CONFIG)):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def person_config() -> str:
    """The person's own settings, outside any book."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "crmctl", "config.yaml")


def user_cache() -> str:
    """Where derived things go when a book's own cache cannot be written."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "crmctl")


def choose_language(flag: str | None, root: str | None) -> str:
    """Flag, CRMCTL_LANG, the person's settings, this book's local ones, the locale, the book."""
    from crmctl.locale import from_locale

    for asked in (flag, os.environ.get("CRMCTL_LANG")):
        language = from_locale(asked)
        if language:
            return language
    files = [person_config()]
    if root:
        files.append(os.path.join(root, PRIVATE, "local.yaml"))
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
    return (_language_in(os.path.join(root, CONFIG)) if root else None) or "en"


def _language_in(file: str) -> str | None:
    """The value of a top-level `language:` line."""
    from crmctl.locale import from_locale

    try:
        with open(file, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("language:"):
                    return from_locale(line[9:].partition("#")[0].strip(" \t\r\n\"'"))
    except OSError:
        pass
    return None


def schema_files(root: str | None) -> dict[str, list[str]]:
    """The schema files of each kind: the shipped one, the book's own, or both in this order."""
    found: dict[str, list[str]] = {}
    folders = [shipped.SCHEMAS]
    if root and os.path.join(root, "schemas") != shipped.SCHEMAS:
        folders.append(os.path.join(root, "schemas"))
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            if name.endswith(".yaml") and not name.startswith("."):
                found.setdefault(name[:-5], []).append(os.path.join(folder, name))
    return found


def _stamps(root: str) -> tuple[list[list[str | int]], int]:
    stamps: list[list[str | int]] = []
    youngest = 0
    files = [file for files in schema_files(root).values() for file in files]
    for file in (os.path.join(root, CONFIG), *files):
        try:
            stat = os.stat(file)
        except OSError:
            continue
        stamps.append([file, stat.st_size, stat.st_mtime_ns, stat.st_ino])
        youngest = max(youngest, stat.st_mtime_ns)
    return stamps, youngest


def _cache_file(root: str) -> str:
    return os.path.join(root, PRIVATE, "cache", "book.json")


def cached(root: str) -> dict[str, Any] | None:
    """Settings, schemas and titles as last parsed; None when a file has changed since."""
    import json

    try:
        with open(_cache_file(root), encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
        stamps, youngest = _stamps(root)
        fresh = found["version"] == VERSION and found["stamps"] == stamps
        if fresh and found["written"] - youngest > SETTLED_NS:
            return found
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def remember(root: str, content: dict[str, Any]) -> None:
    """Keeps what was parsed; a book that cannot be written simply stays uncached."""
    import json

    stamps, youngest = _stamps(root)
    target = _cache_file(root)
    folder, name = os.path.split(target)
    part = os.path.join(folder, f".{name}.{os.getpid()}.tmp~")
    try:
        os.makedirs(folder, exist_ok=True)
        with open(part, "w", encoding="utf-8") as file:
            written = os.fstat(file.fileno()).st_mtime_ns
            settled = written - youngest > SETTLED_NS
            if settled:
                content = {"version": VERSION, "stamps": stamps, "written": written, **content}
                file.write(json.dumps(content, ensure_ascii=False))
        if settled:
            os.replace(part, target)
        else:
            os.unlink(part)
    except OSError:
        return


def moving(root: str) -> tuple[bool, int]:
    """Whether a change set is on its way into the files, and a number that each one changes."""
    journal = os.path.join(root, PRIVATE, "journal")
    try:
        number = os.stat(journal).st_mtime_ns
    except OSError:
        return False, 0
    return os.path.exists(os.path.join(journal, PENDING)), number
