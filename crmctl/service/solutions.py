"""Known answers for a trouble: the solutions that have most in common with what a customer says.

What is compared are words, and pairs of signs where a script has no spaces. A term counts the more
the fewer solutions have it. Words that nobody wrote like this, misspelt or in pinyin, are left to
the search.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from crmctl.matching.search import search
from crmctl.selection import Selection
from crmctl.values.frozen import Frozen
from crmctl.values.names import has_cjk
from crmctl.values.text import fold
from crmctl.workspace import Workspace

SOLUTION = "solution"
CAUSE, PRODUCT, SYMPTOM, TEXT = "cause", "product", "symptom", "text"
# What a reason is worth beside a text that has everything in common, which is worth 1.
WORTH = {CAUSE: 1.0, PRODUCT: 0.3, SYMPTOM: 0.5}
LEAST = 0.1  # of the text in common; a chance word is no answer
MIN_LETTERS = 3
_WORD = re.compile(r"[^\W_]+")


class Found(Frozen):
    """A solution, how much speaks for it (0 to 100), and what: reason and words."""

    id: str
    title: str
    score: int
    why: tuple[tuple[str, str], ...]
    self_service: bool


def find(
    workspace: Workspace, text: str, ticket: Mapping[str, Any] | None = None, limit: int = 0
) -> list[Found]:
    """The solutions for a trouble, the likeliest first.

    `ticket` adds its subject, description, cause and product. Retired solutions are left out, and
    drafts, since nobody has approved them yet.
    """
    ticket = ticket or {}
    said = [text, *(str(ticket.get(name) or "") for name in ("subject", "description"))]
    kind = workspace.registry.kinds[SOLUTION]
    solutions = [*Selection(workspace, kind, "-status:draft,retired").records()]
    product = _product(workspace, ticket)
    found = ranked("\n".join(said), ticket.get("cause"), product, solutions)
    if text:
        seen = {one.id for one in found}
        known = {str(each["id"]): each for each in solutions}
        for hit in search(workspace, text, [SOLUTION]):
            if hit.id in known and hit.id not in seen:
                found.append(_found(known[hit.id], hit.score / 100, [(TEXT, hit.snippet)]))
    found.sort(key=lambda one: (-one.score, one.id))
    return found[: limit or None]


def _product(workspace: Workspace, ticket: Mapping[str, Any]) -> str | None:
    """The product that a ticket is about, its own or that of the asset."""
    if ticket.get("product") or not ticket.get("asset"):
        return ticket.get("product")
    asset = workspace.index.get(workspace.registry.kinds["asset"], str(ticket["asset"])) or {}
    return asset.get("product")


def ranked(
    text: str, cause: str | None, product: str | None, solutions: Sequence[Mapping[str, Any]]
) -> list[Found]:
    """Every solution that something speaks for; one for other products never comes up."""
    wanted = set(terms(text))
    each = [set(terms("\n".join(_texts(one)))) for one in solutions]
    common = Counter(term for found in each for term in found)
    weight = {term: math.log(1 + len(solutions) / (common[term] or 1)) for term in wanted}
    whole = sum(weight.values())
    folded = fold(text)
    results = []
    for one, has in zip(solutions, each, strict=True):
        products = one.get("products") or []
        if product and products and product not in products:
            continue
        why: list[tuple[str, str]] = []
        if cause and cause in (one.get("causes") or ()):
            why.append((CAUSE, str(cause)))
        why += [(SYMPTOM, each) for each in one.get("symptoms") or () if fold(each) in folded]
        share = sum(weight[term] for term in wanted & has) / whole if whole else 0.0
        if share >= LEAST and not any(reason == SYMPTOM for reason, _words in why):
            why.append((TEXT, ", ".join(sorted(wanted & has))))
        if not why:
            continue
        if product and product in products:
            why.append((PRODUCT, str(product)))
        score = share + sum(WORTH.get(reason, 0.0) for reason in {reason for reason, _ in why})
        results.append(_found(one, min(score, 1.0), why))
    return results


def _found(one: Mapping[str, Any], score: float, why: Sequence[tuple[str, str]]) -> Found:
    helps = bool(one.get("self_service"))
    return Found(str(one["id"]), str(one.get("title")), round(100 * score), tuple(why), helps)


def _texts(one: Mapping[str, Any]) -> Iterator[str]:
    yield str(one.get("title") or "")
    for name in ("symptoms", "causes", "tags"):
        yield from (str(each).replace("_", " ") for each in one.get(name) or ())


def terms(text: str) -> Iterator[str]:
    """Words of three letters and more, and pairs of Chinese signs."""
    for word in _WORD.findall(fold(text)):
        if has_cjk(word):
            yield from ("".join(pair) for pair in pairwise(word) if has_cjk("".join(pair)))
        elif len(word) >= MIN_LETTERS:
            yield word
