"""`crmctl quote check|advise|order`: what contradicts, what to quote, and what was accepted."""

from __future__ import annotations

from typing import Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _, ngettext

SHOWN = "product,customer,quote,by,price,other_quote,other_by,other_price,apart,until"


@define(
    "check",
    help=N_(
        "Find quotes that contradict each other; exit 1 if there are any.\n\nThey name different "
        "net prices for one product to one customer, or group of companies, for the same days, "
        "and come from two people. Without REF those that hold today or later."
    ),
    examples=["crmctl quote check", "crmctl quote check AN-26-0163 -o json"],
)
@options.output()
@options.arranging
@options.clocks
@argument("ref", required=False, shell_complete=complete_ref("quote"))
def check(
    app: App,
    ref: str | None,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    as_of: str | None,
) -> None:
    from crmctl.analytics.result import Column
    from crmctl.cli.arranging import print_rows
    from crmctl.refs import References
    from crmctl.sales.quotes import conflicts, offers

    workspace = app.workspace
    day = app.day(as_of)
    workspace.index.as_of(day)
    of = References(workspace).find(ref, app.kind("quote"))[1] if ref else None
    since = None if of else day or workspace.today
    tolerance = workspace.policy("sales").quotes.tolerance
    found = [*conflicts(offers(workspace), tolerance, since=since, of=of)]
    shown = [
        Column("product", N_("Product"), "ref"),
        Column("customer", N_("Customer"), "ref"),
        Column("quote", N_("Quote"), "ref"),
        Column("by", N_("By"), "ref"),
        Column("quantity", N_("Quantity"), "number"),
        Column("price", N_("Net price"), "money"),
        Column("other_customer", N_("Other customer"), "ref"),
        Column("other_quote", N_("Other quote"), "ref"),
        Column("other_by", N_("Other by"), "ref"),
        Column("other_quantity", N_("Other quantity"), "number"),
        Column("other_price", N_("Other net price"), "money"),
        Column("apart", N_("Apart"), "percent"),
        Column("from", N_("From"), "date"),
        Column("until", N_("Until"), "date"),
    ]
    rows = []
    for one in found:
        row: dict[str, Any] = {"product": one.one.product, "apart": one.apart}
        row |= {"from": one.first.isoformat(), "until": one.last.isoformat()}
        for head, offer in (("", one.one), ("other_", one.other)):
            row |= {
                f"{head}quote": offer.quote,
                f"{head}number": offer.number,
                f"{head}customer": offer.customer,
                f"{head}by": offer.by,
                f"{head}quantity": offer.quantity,
                f"{head}price": offer.price,
                f"{head}currency": offer.currency,
            }
        rows.append(row)
    if format_ in ("table", "md"):
        columns = columns or SHOWN
        rows = _for_people(app, rows)
    else:
        more = ("number", "currency", "other_number", "other_currency")
        shown += [Column(name, name, "text") for name in more]
    print_rows(app, shown, rows, format_, names=columns, sort=sort, limit=limit)
    if not found:
        app.remark(_("No quotes contradict each other."))
        return
    text = ngettext("{count} conflict found.", "{count} conflicts found.", len(found))
    app.remark(text.format(count=len(found)))
    click.get_current_context().exit(1)


def _for_people(app: App, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Customers, colleagues and products by name, quotes by number, prices with currency."""
    from crmctl.refs import References

    references = References(app.workspace)
    found = [dict(row) for row in rows]
    for name, kind in (("product", "product"), ("customer", "customer"), ("by", "user")):
        for field in (name, f"other_{name}"):
            ids = {str(row[field]) for row in rows if row.get(field)}
            labels = references.labels(app.kind(kind), ids)
            for row in found:
                row[field] = labels.get(str(row.get(field)), row.get(field))
    for row in found:
        for head in ("", "other_"):
            row[f"{head}quote"] = row[f"{head}number"] or row[f"{head}quote"]
            row[f"{head}price"] = f"{row[f'{head}price']} {row[f'{head}currency']}"
    return found


@define(
    "advise",
    help=N_(
        "Suggest a price for a customer and say why.\n\nWhat they paid, what others of their level "
        "pay, the discounts of level and quantity, quotes that still hold, and the floor count."
    ),
    examples=["crmctl quote advise nordlys ph-meter-p20 --quantity 6"],
)
@options.output("table", "json")
@options.clocks
@option("--quantity", metavar="N", default="1", help=N_("How many units; 1 without it."))
@option("--currency", metavar="CODE", help=N_("In this currency."))
@argument("customer", shell_complete=complete_ref("customer"))
@argument("product", shell_complete=complete_ref("product"))
def advise(
    app: App,
    customer: str,
    product: str,
    quantity: str,
    currency: str | None,
    format_: str,
    as_of: str | None,
) -> None:
    from crmctl.analytics.result import Column
    from crmctl.cli.arranging import print_rows
    from crmctl.cli.options import amount
    from crmctl.refs import References
    from crmctl.sales.advice import advise as advice
    from crmctl.sales.advice import basis_title
    from crmctl.values import jsontext

    workspace = app.workspace
    day = app.day(as_of)
    references = References(workspace)
    workspace.index.as_of(day)

    def record(name: str, ref: str) -> dict[str, Any]:
        kind, id = references.find(ref, app.kind(name))
        return workspace.index.get(kind, id) or {"id": id}

    buyer, bought = record("customer", customer), record("product", product)
    number = amount("--quantity", quantity)
    found = advice(workspace, buyer, bought, number, currency, day or workspace.today)
    if format_ == "json":
        bases = [
            {
                "what": one.what,
                "price": one.price,
                "n": one.n,
                "date": one.day and one.day.isoformat(),
                "ref": one.ref,
                "detail": one.detail,
            }
            for one in found.bases
        ]
        whole = {
            "customer": buyer["id"],
            "product": bought["id"],
            "quantity": number,
            "currency": found.currency,
            "price": found.price,
            "reasons": list(found.reasons),
            "bases": [{k: v for k, v in basis.items() if v is not None} for basis in bases],
        }
        app.print([jsontext.dumps_pretty(whole)])
        return
    rows = [
        {
            "what": basis_title(one),
            "price": f"{one.price} {found.currency}",
            "date": one.day and one.day.isoformat(),
            "ref": one.ref,
        }
        for one in found.bases
    ]
    if found.price is not None:
        rows.append({"what": _("Suggestion"), "price": f"{found.price} {found.currency}"})
    shown = [
        Column("what", N_("What"), "text"),
        Column("price", N_("Net price"), "money"),
        Column("date", N_("Date"), "date"),
        Column("ref", N_("Record"), "text"),
    ]
    print_rows(app, shown, rows, "table")
    for reason in found.reasons:
        app.remark(reason)


@define(
    "order",
    help=N_(
        "Make the order of a quote that the customer accepts, in one step.\n\nFIELD=VALUE fills "
        "more fields of the order."
    ),
    examples=["crmctl quote order AN-26-0163 number=PO-7781"],
)
@options.writing
@argument("ref", shell_complete=complete_ref("quote"))
@argument("words", nargs=-1, metavar="[FIELD=VALUE]...")
def order(app: App, ref: str, words: tuple[str, ...], reason: str | None, **writing: Any) -> None:
    from crmctl.cli.papers import make

    make(app, "quote", ref, words, reason, lambda papers, id, more: papers.order(id, more), writing)


COMMANDS = {"check": check, "advise": advise, "order": order}
