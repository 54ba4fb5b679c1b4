"""What commands there are, in groups, with their one line of help: enough to show `--help`.

A command's module is loaded when it is called. The commands of a kind come from its schema file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from crmctl.locale import N_

if TYPE_CHECKING:
    from crmctl.cli.base import Command

# (title, {command: (module, help)})
GROUPS: list[tuple[str, dict[str, tuple[str, str]]]] = [
    (
        N_("Start"),
        {
            "init": ("init", N_("Make a new book.")),
            "config": ("config", N_("Show and change settings.")),
            "check": ("check", N_("Find every fault in the book.")),
            "doctor": ("doctor", N_("Mend index, journal, rights and git's settings.")),
        },
    ),
    (
        N_("Every day"),
        {
            "log": ("log", N_("Note a call, visit or message in one line.")),
            "show": ("show", N_("Everything about a customer, or one record.")),
            "timeline": ("timeline", N_("What happened with a customer, newest first.")),
            "today": ("today", N_("What is due: tasks, follow-ups, promises, birthdays.")),
            "next": ("next", N_("What to do next with a customer, and why.")),
            "queue": ("queue", N_("Whom to acquire, to maintain and to win back.")),
            "alerts": ("alerts", N_("What may go wrong: overdue, silent, over the limit.")),
            "promise": ("promise", N_("What was promised, kept and broken.")),
            "brief": ("brief", N_("One page on a customer: said, promised, open, decided.")),
            "handover": ("handover", N_("Hand a colleague's customers over to another.")),
            "owner": ("owner", N_("Who looks after a record, and who after what.")),
            "assign": ("assign", N_("Whom to entrust with a customer, deal or ticket.")),
            "open": ("open", N_("Open the file of a record in your editor.")),
            "archive": ("archive", N_("Put records away without losing them.")),
        },
    ),
    (
        N_("Find"),
        {
            "search": ("search", N_("Find records by any text, misspelt or in pinyin.")),
            "query": ("query", N_("List or sum up records of any kind.")),
            "sql": ("sql", N_("Ask the index with a SELECT.")),
            "segment": ("segment", N_("Save queries by name and run them.")),
        },
    ),
    (
        N_("Understand"),
        {
            "analyze": ("analyze", N_("Run models: value, relations, deals, answers.")),
            "account": ("account", N_("Key accounts: how they stand, are judged and planned.")),
            "network": ("network", N_("Who knows whom, and who can introduce us.")),
            "report": ("report", N_("Run reports, built in or your own.")),
        },
    ),
    (
        N_("History"),
        {
            "history": ("history", N_("What happened to a record, field by field.")),
            "changes": ("changes", N_("List what was changed, by whom and why.")),
            "diff": ("diff", N_("What differs between two days or commits.")),
            "undo": ("undo", N_("Take back a change, the last one or any other.")),
            "apply": ("apply", N_("Carry out a plan that was saved with --plan.")),
            "sync": ("sync", N_("Share the book: take in what others did, send what you did.")),
            "git": ("git", N_("Make git work well with this book.")),
            "relayout": ("relayout", N_("Move the files of a kind to other folders.")),
        },
    ),
    (
        N_("Exchange"),
        {
            "import": ("import_", N_("Bring in records from CSV or JSON lines.")),
            "export": ("export", N_("Write records out as CSV, JSON and more.")),
            "dedupe": ("dedupe", N_("Find customers that are in twice, and merge them.")),
            "forget": ("forget", N_("Remove what is personal about a party who asks for it.")),
            "schema": ("schema", N_("Show the kinds of records and their fields.")),
            "completion": ("completion", N_("Set up completion for your shell.")),
        },
    ),
]
RECORDS = N_("Records")
# In the order of the work: who, what was said, how it is sold, paid, served, and what it takes.
KINDS = {
    "customer": N_("Customers: organizations and people."),
    "interaction": N_("Calls, visits, messages and other touches."),
    "task": N_("What is to be done, by whom, until when."),
    "campaign": N_("Exhibitions, mailings and other marketing."),
    "opportunity": N_("Chances to sell, from the first sign to won or lost."),
    "quote": N_("The prices that customers were offered."),
    "order": N_("What customers bought."),
    "contract": N_("What was agreed for a time."),
    "invoice": N_("What customers were asked to pay."),
    "payment": N_("What customers paid, or will."),
    "ticket": N_("Complaints, repairs and questions until they are settled."),
    "solution": N_("Known answers to known troubles."),
    "asset": N_("The machines that stand at customers."),
    "survey": N_("What customers answered to questionnaires."),
    "product": N_("What there is to sell."),
    "user": N_("The colleagues who work with this book."),
}
# The lists inside records that have commands of their own: (kind, help).
EMBEDDED = {
    "contact": ("customer", N_("The people at a customer.")),
    "address": ("customer", N_("Where a customer can be found.")),
    "link": ("customer", N_("Which customers know, supply or own each other.")),
    "need": ("customer", N_("What a customer needs, and whether it is met.")),
    "consent": ("customer", N_("Through which channels a customer may be contacted.")),
    "care": ("customer", N_("What we do for a customer without being asked.")),
    "stage": ("customer", N_("What people said of the stage of a relation.")),
    "participant": ("campaign", N_("Who is invited to a campaign, and who came.")),
}
# What some kinds and lists can do beside all others: {group: {command: module}}. The module has the
# commands in its COMMANDS.
VERBS = {
    "ticket": {"escalate": "tickets", "dispatch": "tickets"},
    "solution": {"find": "solutions"},
    "quote": {"check": "quotes", "advise": "quotes", "order": "quotes"},
    "order": {"refund": "orders", "invoice": "orders"},
    "contract": {"renew": "contracts"},
    "payment": {"receive": "payments"},
    "user": {"adopt": "users"},
    "campaign": {"audience": "campaigns", "invite": "campaigns", "send": "campaigns"},
    "care": {"plan": "care", "done": "care"},
    "consent": {"grant": "consents", "revoke": "consents"},
}
EMBEDDED_HELP = N_("The entries of a list inside a record.")
KIND_HELP = N_("Work with records of the kind “{title}”.")
ALIASES = {"agenda": "today"}

# What programs call and people do not: it is listed nowhere.
HIDDEN = {"merge-driver": "merge_driver"}

MODULES = {
    name: (module, help) for _title, commands in GROUPS for name, (module, help) in commands.items()
}


def own_command(group: str, name: str) -> Command:
    """A command that only this kind or list has."""
    module = import_module(f"crmctl.cli.commands.{VERBS[group][name]}")
    found: Command = module.COMMANDS[name]
    return found
