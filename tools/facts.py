"""Writes the tables of facts in the guides, from the definitions of the facts.

python tools/facts.py           write them
python tools/facts.py --check   exit 1 when they are not what the definitions say
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
GUIDES = {"en": REPOSITORY / "docs" / "guide.md", "zh": REPOSITORY / "docs" / "guide.zh.md"}
START, END = "<!-- Made by tools/facts.py -->\n", "<!-- To here -->\n"
sys.path.insert(0, str(REPOSITORY))

from crmctl.facts.definitions import AREAS, facts_of  # noqa: E402
from crmctl.locale import pick, set_language, titles  # noqa: E402
from crmctl.workspace import Workspace  # noqa: E402

MEANING = {"en": "meaning", "zh": "含义"}


def tables(language: str) -> str:
    """A table for each kind that has facts."""
    set_language(language)
    kinds = Workspace(REPOSITORY).registry.kinds
    lines = []
    for name in AREAS:
        lines += ["", f"| {pick(kinds[name].title)} | {MEANING[language]} |", "|---|---|"]
        lines += [
            f"| `{fact.name}` | {pick(titles(fact.description))} |" for fact in facts_of(name)
        ]
    return "\n".join([*lines, "", ""])


def written(guide: str, language: str) -> str:
    """The text of a guide with the tables as they should be."""
    between = re.compile(f"(?<={re.escape(START)}).*(?={re.escape(END)})", re.DOTALL)
    text, count = between.subn(lambda _old: tables(language), guide)
    assert count == 1, f"one “{START.strip()}” … “{END.strip()}” is expected"
    return text


def main(arguments: list[str]) -> int:
    """Writes the tables, or checks them with --check."""
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    old = []
    for language, path in GUIDES.items():
        before = path.read_text("utf-8")
        after = written(before, language)
        if before != after:
            old.append(path)
            if not arguments:
                path.write_text(after, "utf-8")
    set_language("en")
    if arguments and old:
        shown = ", ".join(str(path.relative_to(REPOSITORY)) for path in old)
        print(f"{shown}: old; run: python tools/facts.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
