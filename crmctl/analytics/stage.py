"""How far a relation has come: awareness, exploration, expansion, commitment, dissolution.

After Dwyer, Schurr and Oh, "Developing Buyer-Seller Relationships" (Journal of Marketing 51, 1987),
who give the stages and what marks them, but no thresholds: those are settings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.analytics.exact import EXACT
from crmctl.analytics.relation import Event, Purchases, Relation
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

if TYPE_CHECKING:
    from crmctl.policies.relationship import Stage

STAGES = {
    "awareness": N_("Awareness"),
    "exploration": N_("Exploration"),
    "expansion": N_("Expansion"),
    "commitment": N_("Commitment"),
    "dissolution": N_("Dissolution"),
}
AWARENESS, EXPLORATION, EXPANSION, COMMITMENT, DISSOLUTION = STAGES
BASES = {
    "override": N_("Said by hand"),
    "explicit": N_("Recorded"),
    "likely": N_("Likely"),
    "evidence": N_("Evidence"),
}
# What a relation lacks that is behavior without feeling, or the other way round.
DEFICIENT = {
    "behavior_only": N_("Behavior without feeling"),
    "feeling_only": N_("Feeling without behavior"),
    "feeling_unmeasured": N_("Feeling not measured"),
}
BEHAVIOR_ONLY, FEELING_ONLY, FEELING_UNMEASURED = DEFICIENT

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("stage", N_("Stage"), "enum", STAGES),
    Column("basis", N_("Basis of the stage"), "enum", BASES),
    Column("explored", N_("Explored, of 5"), "integer"),
    Column("purchases", N_("Purchases"), "integer"),
    Column("months", N_("Months since start"), "integer"),
    Column("intention", N_("Intention, of 5"), "number"),
    Column("deficient", N_("Deficient"), "enum", DEFICIENT),
    Column("silent_days", N_("Silent days"), "integer", detail=True),
    Column("silence_limit", N_("Silence limit"), "integer", detail=True),
    Column("exit_barrier", N_("Exit barrier"), "integer", detail=True),
    Column("exit_barrier_before", N_("Exit barrier before"), "integer", detail=True),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)

TITLES = {
    "months": N_("months to commitment"),
    "renewals": N_("renewals to commitment"),
    "intention": N_("intention to commitment, of 5"),
    "purchases": N_("purchases to expansion"),
    "rise": N_("rise to expansion in percent"),
    "silence": N_("silence in purchase intervals"),
    "silence_least": N_("silence in days, at least"),
    "silence_days": N_("silence in days, without a habit"),
    "p_alive": N_("P(alive) below"),
    "counts": N_("customers in stage"),
    **STAGES,
}
_FURTHEST_FIRST = (COMMITMENT, EXPANSION, EXPLORATION, AWARENESS, DISSOLUTION)
_ORDER = {name: place for place, name in enumerate(_FURTHEST_FIRST)}
_PRINTED = "months renewals intention purchases rise"
_SILENCE = "silence silence_least silence_days"


class Finding(NamedTuple):
    """A stage with what it rests on and what would change it."""

    stage: str
    basis: str
    evidence: tuple[str, ...]
    change: str
    deficient: str | None = None


def stage(relations: Iterable[Relation], as_of: date, rules: Stage) -> ModelResult:
    """The stage of each relation; those that have come furthest first, dissolved ones last.

    Awareness: what one side did alone. Exploration: an event that took both, a purchase or a
    trial. Expansion: `purchases` of them, with breadth or value rising. Commitment: `months` and a
    standing order, a framework contract or `renewals`, and an intention of `intention`. What is
    committed but for the intention is expansion, and deficient. Dissolution: recorded, or likely
    by silence or by the probability of being alive. A return begins again with exploration. What a
    person said goes before all of it. No event may be later than `as_of`.
    """
    judge = _Judge(as_of, rules)
    rows, known = [], 0
    for relation in relations:
        rows.append(judge.row(relation))
        known += relation.p_alive is not None
    rows.sort(key=lambda row: (_ORDER[row["stage"]], row["customer"]))
    counts = Counter(row["stage"] for row in rows)
    alive = " p_alive" if rules.dissolution == "p_alive" else ""
    printed = f"{_PRINTED} {_SILENCE}{alive}".split()
    parameters: dict[str, Any] = {name: getattr(rules, name) for name in printed}
    parameters["counts"] = {name: counts[name] for name in STAGES}
    notes = list(_notes(rows))
    if alive:
        notes.append(_alive(known, len(rows)))
    return ModelResult("stage", as_of, parameters, len(rows), COLUMNS, rows, notes, TITLES)


def silence_limit(usual: Fraction | None, rules: Stage) -> int:
    """How many days without a purchase are like a customer with this interval between them."""
    if usual is None:
        return rules.silence_days
    # Medians have halves at most: no digit is lost.
    return max(rules.silence_least, int(rules.silence * usual.numerator / usual.denominator))


class _Seen(NamedTuple):
    """A relation, with its full months, and its silence and the limit of that, in days.

    Months count from when they first bought, took part or were bound, silence since they last did;
    None if they never have.
    """

    one: Relation
    months: int | None
    silent: int | None
    limit: int | None


class _Judge:
    """One day and the rules that hold on it."""

    def __init__(self, as_of: date, rules: Stage) -> None:
        self.as_of = as_of
        self.rules = rules
        # Thousands of relations lack the same.
        self._to_expansion = lru_cache(maxsize=None)(self._lacking_to_expansion)

    def row(self, one: Relation) -> dict[str, Any]:
        seen = self.seen(one)
        found = self.finding(seen)
        return {
            "customer": one.customer,
            "stage": found.stage,
            "basis": found.basis,
            "explored": sum(map(bool, one.processes.values())),
            "purchases": one.purchases.days if one.purchases else 0,
            "months": seen.months,
            "intention": one.intention[0] if one.intention else None,
            "deficient": found.deficient,
            "silent_days": seen.silent,
            "silence_limit": seen.limit,
            "exit_barrier": one.barrier,
            "exit_barrier_before": one.barrier_before,
            "evidence": list(found.evidence),
            "change": found.change,
        }

    def seen(self, one: Relation) -> _Seen:
        silent = self.silent(one)
        limit = None
        if silent is not None:
            limit = silence_limit(one.purchases and one.purchases.interval, self.rules)
        return _Seen(one, self.months(one), silent, limit)

    def finding(self, seen: _Seen) -> Finding:
        one = seen.one
        inferred = self._inferred(seen)
        if one.said is None:
            return inferred
        text = _("Without what {who} said on {day} ({reason}) it would be: {stage}.")
        change = text.format(
            who=one.said.by or "-",
            day=one.said.day,
            reason=one.said.reason,
            stage=_(STAGES[inferred.stage]),
        )
        return Finding(one.said.stage, "override", (one.customer,), change, inferred.deficient)

    def _inferred(self, seen: _Seen) -> Finding:
        one = seen.one
        if one.lost is not None:
            change = _("It is recorded as lost; a move to another status begins exploration anew.")
            return Finding(DISSOLUTION, "explicit", (one.customer,), change)
        climbed = self._climbed(seen)
        if climbed.stage == AWARENESS or not self._over(seen):
            return climbed
        bought = one.purchases and one.purchases.last
        evidence = [event.id for event in (bought, one.both, one.theirs) if event is not None]
        if self._known_alive(one):
            text = _("A purchase would lift P(alive), which is {p}, above {limit}.")
            change = text.format(p=one.p_alive, limit=self.rules.p_alive)
        else:
            text = _(
                "A purchase or a word of theirs ends the silence of {days} days ({limit} count)."
            )
            change = text.format(days=seen.silent, limit=seen.limit)
        return Finding(DISSOLUTION, "likely", tuple(evidence[:1]), change, climbed.deficient)

    # over?

    def _known_alive(self, one: Relation) -> bool:
        return self.rules.dissolution == "p_alive" and one.p_alive is not None

    def _over(self, seen: _Seen) -> bool:
        if self._known_alive(seen.one):
            return Decimal(str(seen.one.p_alive)) < self.rules.p_alive
        return seen.silent is not None and seen.limit is not None and seen.silent > seen.limit

    def silent(self, one: Relation) -> int | None:
        bought = one.purchases.last.day if one.purchases else None
        days = [day for day in (bought, one.heard, one.back) if day is not None]
        return (self.as_of - max(days)).days if days else None

    # how far?

    def months(self, one: Relation) -> int | None:
        bought = one.purchases and one.purchases.first
        known = (bought, one.both, one.theirs, *one.binding, *one.renewals)
        days = [event.day for event in known if event is not None]
        if not days:
            return None
        start = min(days)
        months = (self.as_of.year - start.year) * 12 + self.as_of.month - start.month
        return months - (self.as_of.day < start.day)

    def _climbed(self, seen: _Seen) -> Finding:
        one = seen.one
        bound = self._bound(one)
        old_enough = (seen.months or 0) >= self.rules.months
        asked = one.intention
        if bound and old_enough and asked is not None and asked[0] >= self.rules.intention:
            change = _(
                "An intention below {intention}, or the end of what binds it, makes it expansion."
            ).format(intention=self.rules.intention)
            return Finding(COMMITMENT, "evidence", (*bound, asked[1]), change)
        if bound and old_enough:
            lacking = FEELING_UNMEASURED if asked is None else BEHAVIOR_ONLY
            change = _(
                "It has what binds it; an intention of {intention} of 5 makes it commitment."
            ).format(intention=self.rules.intention)
            asked_in = (asked[1],) if asked else ()
            return Finding(EXPANSION, "evidence", (*bound, *asked_in), change, lacking)
        bought = one.purchases
        if bought and bought.days >= self.rules.purchases and self._rising(bought):
            ends = (bought.first.id, bought.last.id)
            change = _("For commitment it lacks: {what}.").format(
                what=_("; ").join(self._lacking(seen, bool(bound)))
            )
            return Finding(EXPANSION, "evidence", ends, change)
        explored = self._explored(one)
        if explored:
            days = one.purchases.days if one.purchases else 0
            return Finding(EXPLORATION, "evidence", explored, self._to_expansion(days))
        first = [event.id for event in (one.theirs, one.ours) if event is not None]
        return Finding(AWARENESS, "evidence", tuple(first), _to_exploration(one))

    def _bound(self, one: Relation) -> tuple[str, ...]:
        """What would be there again tomorrow: standing orders, framework contracts, renewals."""
        renewed = one.renewals if len(one.renewals) >= self.rules.renewals else ()
        if not (one.binding or renewed):
            return ()
        return tuple(dict.fromkeys(event.id for event in (*one.binding, *renewed)))

    def _rising(self, bought: Purchases) -> bool:
        """Whether the later half of purchases is worth more, or broader, than the earlier one."""
        before, after = bought.value_early, bought.value_late
        if after > before and 100 * after >= EXACT.multiply(before, 100 + self.rules.rise):
            return True
        return bought.products_late > bought.products_early

    def _explored(self, one: Relation) -> tuple[str, ...]:
        found: list[Event] = []
        if one.both is not None:
            found.append(one.both)
        elif one.theirs is not None and one.ours is not None:
            found += [one.theirs, one.ours]
        if one.trial is not None:
            found.append(one.trial)
        if one.purchases is not None:
            found.append(one.purchases.first)
        if not found and one.back is not None:
            return (one.customer,)
        return tuple(dict.fromkeys([event.id for event in sorted(found)]))

    # what would change it

    def _lacking(self, seen: _Seen, bound: bool) -> Iterator[str]:
        one = seen.one
        left = self.rules.months - (seen.months or 0)
        if left > 0:
            text = ngettext("{count} more month", "{count} more months", left)
            yield text.format(count=left)
        if not bound:
            yield _("a standing order, a framework contract or {count} renewals").format(
                count=self.rules.renewals
            )
        if one.intention is None or one.intention[0] < self.rules.intention:
            text = _("an intention of {intention} of 5")
            yield text.format(intention=self.rules.intention)

    def _lacking_to_expansion(self, days: int) -> str:
        left = self.rules.purchases - days
        if left > 0:
            text = ngettext(
                "For expansion it lacks {count} more purchase, and value or breadth that rises.",
                "For expansion it lacks {count} more purchases, and value or breadth that rises.",
                left,
            )
            return text.format(count=left)
        text = _("For expansion it lacks a value {rise} % higher, or more products, than before.")
        return text.format(rise=self.rules.rise)


def _to_exploration(one: Relation) -> str:
    if one.theirs is not None:
        return _("They wrote or called: our answer makes it exploration.")
    if one.ours is not None:
        return _("We wrote or called: their answer, or a trial order, makes it exploration.")
    return _("A first contact that both take part in makes it exploration.")


def _alive(known: int, count: int) -> str:
    text = _("P(alive) is known of {known} of {count} customers; silence decides for the others.")
    return text.format(known=known, count=count)


def _notes(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    counts = Counter(row["basis"] for row in rows)
    said, likely = counts["override"], counts["likely"]
    if said:
        yield ngettext(
            "{count} stage was said by hand.", "{count} stages were said by hand.", said
        ).format(count=said)
    if likely:
        yield ngettext(
            "{count} dissolution is likely, not recorded.",
            "{count} dissolutions are likely, not recorded.",
            likely,
        ).format(count=likely)
