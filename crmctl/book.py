"""Making a new book: its settings, its folders, a sample to try things on, its first commit."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmctl import shipped, startup
from crmctl.config import FORMAT
from crmctl.errors import AlreadyWorkspace, BadOption
from crmctl.locale import _
from crmctl.storage.files import replace
from crmctl.storage.writer import Plain, dump
from crmctl.values.money import is_currency
from crmctl.vcs import git
from crmctl.vcs.setup import ATTRIBUTES, set_up

IGNORED = "# Derived files and this person's own settings stay out of git.\n/.crmctl/\n*.tmp~\n"
SAMPLE = ("records", "segments", "reports", "rates.yaml")


@dataclass(frozen=True, slots=True)
class NewBook:
    """What a new book starts from; None where a fitting default is chosen."""

    language: str | None = None
    currency: str | None = None
    timezone: str | None = None
    demo: bool = False
    use_git: bool = True


def create(folder: Path, new: NewBook) -> list[str]:
    """Makes a book in `folder` and returns remarks on what was left out and why."""
    root = folder.absolute()
    if (root / startup.CONFIG).exists():
        raise AlreadyWorkspace(str(root))
    settings = _settings(root, new)
    root.mkdir(parents=True, exist_ok=True)
    written = [startup.CONFIG, ".gitignore"]
    if new.demo:
        written += _copy_sample(root)
    else:
        (root / "records").mkdir(exist_ok=True)
    ignore = root / ".gitignore"
    if not ignore.exists():
        replace(ignore, IGNORED)
    else:
        written.remove(".gitignore")
    # The settings come last: only with them the folder is a book.
    replace(root / startup.CONFIG, settings)
    return _version(root, written) if new.use_git else []


def _settings(root: Path, new: NewBook) -> str:
    chinese = new.language == "zh"
    currency = new.currency or ("CNY" if chinese or new.demo else "EUR")
    zone = new.timezone or ("Asia/Shanghai" if new.demo else _local_zone())
    if not is_currency(currency):
        raise BadOption("--currency", currency, [], _("A code of three letters such as EUR."))
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadOption("--timezone", zone, [], _("A name such as Asia/Shanghai.")) from None
    tree: dict[str, object] = {"format": FORMAT, "name": root.name, "currency": currency}
    tree["timezone"] = Plain(zone)
    if new.language:
        tree["language"] = new.language
    return dump(tree)


def _local_zone() -> str:
    """The time zone of this machine by name, UTC when it does not tell."""
    named = os.environ.get("TZ", "").lstrip(":")
    if not named:
        target = os.path.realpath("/etc/localtime")
        named = target.partition("zoneinfo/")[2]
    try:
        return ZoneInfo(named).key if named else "UTC"
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


def _copy_sample(root: Path) -> list[str]:
    written = []
    for name in SAMPLE:
        source = Path(shipped.ROOT, name)
        if source.is_dir():
            shutil.copytree(source, root / name, dirs_exist_ok=True)
        elif source.is_file():
            shutil.copyfile(source, root / name)
        else:
            continue
        written.append(name)
    return written


def _version(root: Path, written: list[str]) -> list[str]:
    if not git.available():
        return [_("git is not installed, so the book is not versioned yet.")]
    try:
        if git.inside_repository(root):
            set_up(root)
            return [_("The folder is in a git repository already: commit the book there.")]
        git.start(root)
        set_up(root)
        git.commit(root, [*written, ATTRIBUTES], "Start the book")
    except git.GitFailed as error:
        return [_("git could not commit: {reason}").format(reason=error)]
    return []
