"""Whom to entrust with something: candidates are weighed, and each reason is told.

Pure: what there is to know of the candidates and of the task comes from the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from crmctl.locale import _, ngettext
from crmctl.values.frozen import Frozen
from crmctl.values.text import fold


class Candidate(Frozen):
    """What is known of a user: `load` is what they have open by sort: deals, tasks, tickets.

    `won` of their `closed` deals; `industry` counts the customers that they look after in the
    industry in question, `talks` those with the customer in question.
    """

    id: str
    name: str
    load: Mapping[str, int] = {}
    won: int = 0
    closed: int = 0
    industry: int = 0
    regions: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    talks: int = 0


class Need(Frozen):
    """What is to be entrusted: where it is, and words of which skills may speak."""

    industry: str | None = None
    regions: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


class Part(Frozen):
    """One factor of a score: how well a candidate does in it from 0 to 1, its weight, and why."""

    factor: str
    value: Decimal
    weight: Decimal
    reason: str


class Suggestion(Frozen):
    """A candidate with a score from 0 to 100 and what it is made of."""

    user: str
    name: str
    score: Decimal
    parts: tuple[Part, ...]


def suggest(
    candidates: Sequence[Candidate], need: Need, weights: Mapping[str, Decimal], prior: int
) -> list[Suggestion]:
    """The candidates, the best first; what nobody can be judged by is left out."""
    known = {
        "load": _load(candidates),
        "wins": _wins(candidates, prior),
        "industry": _industry(candidates, need),
        "region": _regions(candidates, need),
        "skill": _skills(candidates, need),
        "known": _talks(candidates),
    }
    found = []
    for place, one in enumerate(candidates):
        parts = []
        for factor, judged in known.items():
            weight = weights.get(factor, Decimal(0))
            if judged is not None and weight > 0:
                parts.append(Part(factor, judged[place][0], weight, judged[place][1]))
        whole = sum((part.weight for part in parts), Decimal(0))
        score = sum((part.value * part.weight for part in parts), Decimal(0))
        percent = round(100 * score / whole, 1) if whole else Decimal(0)
        found.append(Suggestion(one.id, one.name, percent, tuple(parts)))
    return sorted(found, key=lambda one: (-one.score, one.user))


Judged = list[tuple[Decimal, str]] | None


def _load(candidates: Sequence[Candidate]) -> Judged:
    """Who has as much to do as the mean of all stands in the middle."""
    loads = [sum(one.load.values()) for one in candidates]
    mean = Decimal(sum(loads)) / len(loads) if loads else Decimal(0)
    found = []
    for one, load in zip(candidates, loads, strict=True):
        value = mean / (mean + load) if load else Decimal(1)
        parts = _(", ").join(_counted(sort, count) for sort, count in one.load.items() if count)
        reason = _("{parts} open").format(parts=parts) if load else _("nothing open")
        found.append((value, reason))
    return found


def _counted(sort: str, count: int) -> str:
    texts = {
        "deals": ngettext("{count} deal", "{count} deals", count),
        "tasks": ngettext("{count} task", "{count} tasks", count),
        "tickets": ngettext("{count} ticket", "{count} tickets", count),
    }
    return texts.get(sort, f"{{count}} {sort}").format(count=count)


def _wins(candidates: Sequence[Candidate], prior: int) -> Judged:
    """Win rates drawn to the mean of all, the more so the fewer deals they are from."""
    won, closed = (sum(getattr(one, name) for one in candidates) for name in ("won", "closed"))
    if not closed:
        return None
    mean = Decimal(won + 1) / (closed + 2)  # of few deals nobody wins all or none
    found = []
    for one in candidates:
        value = (one.won + prior * mean) / (one.closed + prior) if one.closed + prior else mean
        text = _("won {won} of {closed} deals").format(won=one.won, closed=one.closed)
        found.append((value, text if one.closed else _("no deal closed yet")))
    return found


def _industry(candidates: Sequence[Candidate], need: Need) -> Judged:
    most = max((one.industry for one in candidates), default=0)
    if need.industry is None or not most:
        return None
    found = []
    for one in candidates:
        text = ngettext(
            "{count} customer in {industry}", "{count} customers in {industry}", one.industry
        )
        reason = text.format(count=one.industry, industry=need.industry)
        found.append((Decimal(one.industry) / most, reason))
    return found


def _regions(candidates: Sequence[Candidate], need: Need) -> Judged:
    wanted = {fold(region) for region in need.regions}
    if not wanted or not any(one.regions for one in candidates):
        return None
    found = []
    for one in candidates:
        shared = [region for region in one.regions if fold(region) in wanted]
        reason = _("responsible for {regions}").format(regions=_(", ").join(shared))
        found.append((Decimal(bool(shared)), reason if shared else _("another region")))
    return found


def _skills(candidates: Sequence[Candidate], need: Need) -> Judged:
    words = [fold(word) for word in need.skills]
    shared = [[*_matching(one.skills, words)] for one in candidates]
    most = max(map(len, shared), default=0)
    if not most:
        return None
    return [
        (
            Decimal(len(skills)) / most,
            _("skilled in {skills}").format(skills=_(", ").join(skills))
            if skills
            else _("no skill for it"),
        )
        for skills in shared
    ]


def _matching(skills: Iterable[str], words: Sequence[str]) -> Iterator[str]:
    """The skills that stand in one of the words, or one of the words in them."""
    for skill in skills:
        folded = fold(skill)
        if any(folded in word or word in folded for word in words if word):
            yield skill


def _talks(candidates: Sequence[Candidate]) -> Judged:
    if not any(one.talks for one in candidates):
        return None
    found = []
    for one in candidates:
        text = ngettext("{count} talk with them", "{count} talks with them", one.talks)
        value = Decimal(one.talks) / (one.talks + 1)
        found.append((value, text.format(count=one.talks) if one.talks else _("not known to them")))
    return found
