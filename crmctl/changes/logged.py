"""What a person says about an interaction in one line -> a new record of that kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crmctl.changes.assign import Assignment, Values, parse_assignment
from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change
from crmctl.errors import CrmctlError, Unreadable
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _
from crmctl.schema.model import Kind
from crmctl.values import jsontext
from crmctl.values.dates import format_instant, parse_due

INTERACTION = "interaction"
MAX_SUBJECT = 120
COLONS = ":："


class NoDay(CrmctlError):
    """A next step that does not say when."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("“{text}” does not say when the next step is due.").format(text=text),
            _("Write WHEN: ACTION, such as “7d: send offer” or “friday: call”."),
        )


class NoCustomer(CrmctlError):
    """A line that does not say whom it is about."""

    def __init__(self, line: str) -> None:
        super().__init__(
            _("“{line}” does not say which customer.").format(line=line),
            _("Write CUSTOMER: TEXT, or a JSON object with a customer."),
        )


def split_text(text: str) -> tuple[str, str]:
    """Subject and notes of what was said: one short line is a subject, the rest are notes."""
    text = text.strip()
    first, _newline, rest = text.partition("\n")
    if len(first.strip()) > MAX_SUBJECT:
        return "", text
    return first.strip(), rest.strip("\r\n")


def next_step(text: str, today: date) -> tuple[date, str]:
    """Day and action of `7d: send offer`; the action may be missing, the day may not (NoDay)."""
    when, action = split_at_colon(text)
    day = parse_due(when, today)
    if day is None:
        raise NoDay(text)
    return day, action


def split_at_colon(text: str) -> tuple[str, str]:
    """What stands before and after the first colon, ASCII or full-width."""
    place = min((at for colon in COLONS if (at := text.find(colon)) >= 0), default=len(text))
    return text[:place].strip(), text[place + 1 :].strip()


class Logger:
    """Adds interactions to the change set of one builder.

    `given` are the options by field name, `promises` what was promised (`friday: send it`), `sets`
    the assignments that come last and win.
    """

    def __init__(
        self,
        built: Builder,
        given: Mapping[str, str | None],
        sets: Sequence[str],
        promises: Sequence[str] = (),
    ) -> None:
        self._built = built
        kinds = built.workspace.registry.kinds
        self._kind: Kind = kinds[INTERACTION]
        self._customers: Kind = kinds[CUSTOMER]
        self._assigner = built.assigner(self._kind)
        self._sets = [*map(self._promise, promises), *map(parse_assignment, sets)]
        self._given = self._defaults(given)

    def _defaults(self, given: Mapping[str, str | None]) -> list[Assignment]:
        workspace = self._built.workspace
        values = {
            "kind": "call",
            "at": format_instant(workspace.now),
            "by": self._built.references.acting_user(),
        }
        values |= {name: text for name, text in given.items() if text is not None}
        step = values.pop("next", None)
        if step is not None:
            day, action = next_step(step, workspace.today)
            values |= {"next.date": day.isoformat(), "next.action": action or None}
        return [Assignment(name, "=", text) for name, text in values.items() if text is not None]

    def _promise(self, text: str) -> Assignment:
        """What was promised as an entry of the record; without a day it is due whenever."""
        today = self._built.workspace.today
        when, what = split_at_colon(text)
        day = parse_due(when, today)
        entry = {"text": what if day and what else text.strip()}
        if day and what:
            entry["due"] = day.isoformat()
        return Assignment("promises", "+=", jsontext.dumps(entry))

    def say(self, ref: str, text: str | None) -> Change:
        """One interaction with the customer that `ref` names, or about its ticket or deal."""
        about = self._about(ref)
        if about is None:
            about = {CUSTOMER: self._built.references.find(ref, self._customers)[1]}
        subject, notes = split_text(text or "")
        said = [Assignment("subject", "=", subject), Assignment("notes", "=", notes)]
        values = self._assigner.apply(about, [*self._given, *said, *self._sets])
        return self._built.add(self._kind, values)

    def _about(self, ref: str) -> Values | None:
        """Customer and reference when `ref` is a record of a customer that interactions name."""
        index = self._built.workspace.index
        if index.get(self._customers, ref) is not None:
            return None
        for field in self._kind.fields.values():
            kind = index.registry.kinds.get(field.ref or "")
            if kind is None or kind.parent != CUSTOMER:
                continue
            if re.match(rf"{kind.id_prefix}-[0-9]", ref):
                id = self._built.references.find(ref, kind)[1]
                record = index.get(kind, id) or {}
                return {CUSTOMER: record[CUSTOMER], field.name: id}
        return None

    def lines(self, text: str) -> None:
        """Many interactions: a line each, `CUSTOMER: TEXT` or a JSON object of fields.

        The first line that cannot be used is an error that names its number.
        """
        for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
            if line.strip():
                try:
                    self._line(line.strip())
                except CrmctlError as error:
                    error.message = _("Line {number}: {message}").format(
                        number=number, message=error.message
                    )
                    raise

    def _line(self, line: str) -> None:
        if line.startswith("{"):
            self._fields(line)
            return
        customer, text = split_at_colon(line)
        if not customer or len(customer) == len(line):
            raise NoCustomer(line)
        self.say(customer, text)

    def _fields(self, line: str) -> None:
        try:
            tree = jsontext.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unreadable("JSON", getattr(error, "msg", str(error))) from None
        field = self._kind.fields["customer"]
        values: Values = {}
        others: dict[str, Any] = {}
        for name, node in tree.items():
            if field.named(name):
                values["customer"] = self._assigner.typed_node(field, node, {})
            elif not name.startswith("_"):
                others[name] = node
        if "customer" not in values:
            raise NoCustomer(line)
        values = self._assigner.apply(values, self._given)
        values |= self._assigner.typed(self._kind.root, others, values)
        id = values.pop("id", None)
        self._built.add(self._kind, self._assigner.apply(values, self._sets), id=id)
