"""The computed fields of a customer that queries, columns, segments and models may use.

Each fact stands in one source: a set-based SELECT over the tables of the index with one row a
customer, or a model that scores the whole book. Sources are made once a command, when asked for.
Amounts are in the book's base currency, 1/10000 units; nothing after the day in question counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from crmctl.locale import N_, titles
from crmctl.schema.model import Field, Registry

CUSTOMER = "customer"

# Purchase event: one customer, one local date with at least one confirmed order that is not
# refunded in full. A refund reduces the order it names; one that names none lowers spend alone.
PURCHASES = """
WITH counted AS (
    SELECT id, customer, date, amount__base AS amount, refund_of FROM orders
    WHERE COALESCE(status, 'confirmed') IN (SELECT value FROM json_each(:confirmed))
      AND date <= :day AND customer IS NOT NULL AND amount__base IS NOT NULL
), refund AS (
    SELECT refund_of AS id, sum(abs(amount)) AS back FROM counted
    WHERE refund_of IS NOT NULL GROUP BY refund_of
), line AS (
    SELECT o.customer, o.date, o.amount - COALESCE(r.back, 0) AS net,
        o.amount >= 0 AND (o.amount > 0 OR :keep_zero)
            AND (r.back IS NULL OR r.back < o.amount) AS event
    FROM counted AS o LEFT JOIN refund AS r ON r.id = o.id
    WHERE o.refund_of IS NULL
    UNION ALL
    SELECT customer, date, -abs(amount), 0 FROM counted
    WHERE refund_of IS NOT NULL AND refund_of NOT IN (SELECT id FROM counted)
)
SELECT customer, sum(event) AS orders, count(DISTINCT CASE WHEN event THEN date END) AS purchases,
    sum(net) AS spend, min(CASE WHEN event THEN date END) AS first_order,
    max(CASE WHEN event THEN date END) AS last_order
FROM line GROUP BY customer
"""

TOUCHES = """
SELECT customer, count(*) AS interactions, min(at__ts) AS first_interaction,
    max(at__ts) AS last_interaction
FROM interactions WHERE at__ts < :end AND customer IS NOT NULL GROUP BY customer
"""

TASKS = """
SELECT customer, count(*) AS open_tasks, min(due) AS next_due FROM tasks
WHERE COALESCE(status, 'open') NOT IN ('done', 'cancelled') AND customer IS NOT NULL
GROUP BY customer
"""

SQL_SOURCES = {"purchase_facts": PURCHASES, "touch_facts": TOUCHES, "task_facts": TASKS}
MODEL_SOURCES = {"rfm_facts": "rfm", "abc_facts": "abc"}


class Fact:
    """A computed field, the source it stands in, and what a customer without a row there has."""

    def __init__(self, name: str, type_: str, source: str, title: str, absent: int | None) -> None:
        self.name = name
        self.source = source
        self.absent = absent
        self._type = type_
        self._title = title

    @cached_property
    def field(self) -> Field:
        """Made when a command asks for it: the titles take the Chinese catalog to be loaded."""
        values = {value: titles(title) for value, title in _values(self.name).items()}
        return Field(self.name, self._type, title=titles(self._title), values=values, fact=True)


def _values(name: str) -> dict[str, str]:
    from crmctl.analytics import abc, rfm

    return {"rfm": rfm.SEGMENTS, "abc": {name: name for name in abc.CLASSES}}.get(name, {})


def _fact(
    name: str, type_: str, source: str, title: str, *, absent: int | None = None
) -> tuple[str, Fact]:
    return name, Fact(name, type_, source, title, absent)


FACTS = dict(
    [
        _fact("orders", "integer", "purchase_facts", N_("Orders"), absent=0),
        _fact("purchases", "integer", "purchase_facts", N_("Purchase days"), absent=0),
        _fact("spend", "money", "purchase_facts", N_("Spend"), absent=0),
        _fact("first_order", "date", "purchase_facts", N_("First order")),
        _fact("last_order", "date", "purchase_facts", N_("Last order")),
        _fact("interactions", "integer", "touch_facts", N_("Interactions"), absent=0),
        _fact("first_interaction", "instant", "touch_facts", N_("First interaction")),
        _fact("last_interaction", "instant", "touch_facts", N_("Last interaction")),
        _fact("open_tasks", "integer", "task_facts", N_("Open tasks"), absent=0),
        _fact("next_due", "date", "task_facts", N_("Next due")),
        _fact("rfm", "enum", "rfm_facts", N_("RFM segment")),
        _fact("abc", "enum", "abc_facts", N_("ABC class")),
    ]
)


class _Fields(Mapping[str, Field]):
    """The fields of some facts by name."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Field:
        if name not in self._names:
            raise KeyError(name)
        return FACTS[name].field

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def add_facts(registry: Registry) -> None:
    """Makes the facts fields of the customer kind; a field of the same name hides a fact."""
    customer = registry.kinds.get(CUSTOMER)
    if customer is not None:
        customer.facts = _Fields([name for name in FACTS if name not in customer.fields])
