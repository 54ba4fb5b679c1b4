"""The opportunities of one made-up customer: how far each deal went, and when it did."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from draft import Draft, compact, goods
from emit import money, text
from people import pick, poisson, tail

STAGES = ("lead", "verified", "quoted", "negotiation")
# The share of deals that goes on from each stage, and the days until it does, at most.
GOES_ON = 0.7
PATIENCE = 60
LOST = ("price", "timing", "budget", "competitor", "no_need", "no_decision")


def deals(rng: Random, draft: Draft, until: date, mean: float) -> list[str]:
    """The documents, the oldest first; `mean` is how many customers have on average."""
    span = (until - draft.since).days + 1
    days = sorted(
        draft.since + timedelta(days=int(rng.random() * span)) for _ in range(poisson(rng, mean))
    )
    return [_deal(rng, draft, opened, until) for opened in days]


def _deal(rng: Random, draft: Draft, opened: date, until: date) -> str:
    history, day = [(STAGES[0], opened)], opened
    for stage in (*STAGES[1:], "won"):
        day += timedelta(days=1 + int(rng.random() * PATIENCE))
        if day > until:
            break
        goes_on = rng.random() < GOES_ON
        history.append((stage if goes_on else "lost", day))
        if not goes_on:
            break
    last, since = history[-1]
    product = goods(rng, draft.chinese)
    lines = [f"id: opp-{compact(opened)}-{tail(rng)}\n", f"customer: {draft.id}\n"]
    lines += [text("title", product.name), "pipeline: inbound\n", f"stage: {last}\n"]
    lines.append("stage_history:\n")
    lines += [f"  - {{value: {stage}, at: {at}}}\n" for stage, at in history]
    cents = product.price * (1 + int(rng.random() * 9)) * 100
    lines += [f"opened: {opened}\n", f"amount: {money(cents)}\n"]
    if last not in ("won", "lost"):
        lines.append(f"expected_close: {since + timedelta(days=2 * PATIENCE)}\n")
    if draft.owner:
        lines.append(f"owner: {draft.owner}\n")
    if last == "lost":
        lines.append(f"closed:\n  at: {since}\n  reason: {pick(rng, LOST)}\n")
    return "".join([*lines, f"created: {opened}\n"])
