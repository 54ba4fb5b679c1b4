"""Examples for the commands of kinds and of the lists in records.

Those of the shipped kinds run on the sample book; those of a book's own kind come from its schema.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from crmctl.schema.model import Field, Kind


class Sample(NamedTuple):
    """What stands in the examples of a kind: a record, a query, a new record, a change."""

    id: str
    query: str
    new: str
    change: str


class Entry(NamedTuple):
    """What stands in the examples of a list: a record, an entry's key, a new one, a change."""

    id: str
    key: str
    new: str
    change: str


KINDS = {
    "customer": Sample(
        "nordlys",
        "'level:vip,important last_interaction:>30d'",
        '"Acme GmbH" --set level=vip --set tags+=fair',
        "level=important tags+=fair",
    ),
    "interaction": Sample(
        "int-20260212-bkqd58sq",
        "'kind:complaint at:<30d'",
        '"Demo" -s customer=nordlys -s kind=visit -s at=yesterday',
        "feeling=-1",
    ),
    "task": Sample(
        "tsk-20261112-7tfte2wd",
        "'status:open due:..today'",
        '"Send the offer" -s customer=nordlys -s due=friday',
        "due=+7d owner=li-na",
    ),
    "campaign": Sample(
        "spectro-day-2026",
        "'status:preparing,running starts:this-year'",
        '"Open day 2027" --set kind=event --set starts=2027-03-12',
        "status=running owner=anna-schmidt",
    ),
    "opportunity": Sample(
        "opp-20260910-hdfhrmrj",
        "'owner:li-na amount:>=100000'",
        '"Six pH meters" -s customer=nordlys -s amount=28800 -s expected_close=+30d',
        "expected_close=+14d next.action='call about the offer'",
    ),
    "quote": Sample(
        "quo-20261020-hp1b99bt",
        "'status:sent valid_until:<+30d'",
        "nordlys --set amount=1200 --set valid_until=+30d",
        "status=accepted",
    ),
    "order": Sample(
        "ord-20260413-bk7s29y9",
        "'status:confirmed amount:>=10000'",
        "nordlys --set amount=1200 --set date=yesterday",
        "status=completed",
    ),
    "contract": Sample(
        "ctr-20260324-fevqxtw5",
        "'kind:framework ends:<+90d'",
        '"Service 2027" -s customer=nordlys -s kind=service -s starts=2027-01-01',
        "ends=2027-12-31",
    ),
    "invoice": Sample(
        "inv-20261112-zf6yweyb",
        "due:>30d",
        "nordlys --set number=RE-26-0430 --set amount=1200 --set due=+30d",
        "status=cancelled",
    ),
    "payment": Sample(
        "pay-20261110-1ctzmqbv",
        "'status:planned due:..today'",
        "nordlys --set amount=1200 --set date=today",
        "status=received date=today",
    ),
    "ticket": Sample(
        "tck-20261106-rpaxbga5",
        "'status:open,in_progress priority:high,urgent'",
        '"Display stays dark" -s customer=nordlys -s kind=repair',
        "assignee=liu-yang priority=urgent",
    ),
    "solution": Sample(
        "ph-drift",
        "causes:user_error",
        '"Display stays dark" --set causes+=loose_cable',
        "symptoms+='jumping values'",
    ),
    "asset": Sample(
        "ast-20260520-bz42cqbh",
        "service_due:<+60d",
        '"pH meter, line 2" -s customer=nordlys -s product=ph-meter-p20 -s serial=P2-26-0031',
        "service_due=2027-06-01",
    ),
    "survey": Sample(
        "srv-20260625-aysyghaf",
        "'template:csat answers.overall:<=3'",
        "nordlys --set template=csat --set answers.overall=5",
        "answers.speed=4",
    ),
    "product": Sample(
        "calibration-service", "price:>=1000", '"Spare electrode" --set price=480', "active=false"
    ),
    "user": Sample(
        "li-na", "active:true", '"Zhao Min" --set email=zhao.min@lianyi.example', "team=service"
    ),
}
LISTS = {
    "contact": Entry(
        "nordlys", "ingrid-haugen", '"Ola Lie" --set role=buyer', "title='Head of quality'"
    ),
    "address": Entry("nordlys", "office", "lab --set city=Bergen", "postcode=5036"),
    "link": Entry("zhang-wei", "huadong-shuizhi", "taihu-shuiwu --set type=advises", "strength=4"),
    "need": Entry(
        "shanghai-zhiyun", "lims", '"Samples run overnight" --set level=safety', "status=met"
    ),
    "consent": Entry(
        "mueller-feinchemie", "email", "post --set status=granted", "proof='letter of 5 May'"
    ),
    "care": Entry(
        "stadtwerke-neckartal",
        "season",
        "'Call after delivery' --set due=+14d --set phase=after",
        "due=2027-04-05",
    ),
    "stage": Entry(
        "shanghai-xinda",
        "commitment",
        "expansion --set reason='New owner' --set by=li-na --set at=today",
        "until=+6m",
    ),
    "participant": Entry(
        "spectro-day-2026", "zhang-wei", "nordlys --set role=visitor", "confirmed=today"
    ),
}
_OF_KIND = {
    "": ("list {query}", "show {id}", "add {new}"),
    "list": ("list {query}", "list --limit 10 -o ids"),
    "show": ("show {id} -o yaml",),
    "add": ("add {new}",),
    "set": ("set {id} {change}", "set --where {query} {change} --yes"),
    "edit": ("edit {id}",),
    "rename": ("rename {id} {id}-old",),
    "rm": ("rm {id} --cascade",),
    "restore": ("restore",),
    "archive": ("archive {id}",),
    "move": ("move {id}",),
    "advance": ("advance {id}",),
    "close": ("close {id} --won", "close {id} --lost --reason price"),
    "reopen": ("reopen {id}",),
    "done": ("done {id}", "done {id} --log 'she will order' --feeling +1"),
}
# What some commands want of a record in the sample book, where the usual one will not do.
_OTHERS = {("opportunity", "reopen"): "opp-20260702-w5dad1eb"}
_OF_LIST = {
    "": ("list {id}", "add {id} {new}"),
    "list": ("list {id}",),
    "show": ("show {id} {key}",),
    "add": ("add {id} {new}",),
    "set": ("set {id} {key} {change}",),
    "rm": ("rm {id} {key}",),
}
# The types of fields that make the clearest examples, with a value of each.
_VALUES = {
    "boolean": "true", "integer": "1", "number": "1", "money": "100", "date": "today",
    "text": "new", "note": "new", "tag": "new",
}  # fmt: skip


def of_kind(name: str, verb: str, kind: Kind | None = None) -> list[str]:
    """The examples of a kind's command; `verb` is empty for the whole group."""
    sample = KINDS.get(name) or (_derived(kind) if kind else None)
    if sample is not None:
        sample = sample._replace(id=_OTHERS.get((name, verb), sample.id))
    return _filled(name, _OF_KIND[verb], sample)


def of_list(command: str, verb: str, kind: Kind | None = None) -> list[str]:
    """The examples of a command for the entries of a list."""
    entry = LISTS.get(command)
    if entry is None and kind is not None:
        field = kind.embedded[command]
        change = _assigned(
            _clearest([one for one in field.leaf.fields.values() if one.name != field.key])
        )
        entry = Entry(_record(kind), f"{command}-1", f'"{_words(command)} 1"', change)
    return _filled(command, _OF_LIST[verb], entry)


def _filled(name: str, patterns: tuple[str, ...], sample: Sample | Entry | None) -> list[str]:
    if sample is None:
        return []
    return [f"crmctl {name} {pattern.format(**sample._asdict())}" for pattern in patterns]


def _derived(kind: Kind) -> Sample:
    from crmctl.cli.editing import title_field
    from crmctl.errors import UsageError

    try:
        named = title_field(kind)
        new = [_value(named) if named.ref else f'"{_words(kind.name)} 1"']
    except UsageError:
        named, new = None, []
    for field in kind.fields.values():
        if field.name in kind.root.required and field is not named and field.name != "id":
            new.append(f"--set {_assigned(field)}")
    free = [field for field in kind.fields.values() if field.name not in kind.root.required]
    change = _clearest(free or [*kind.fields.values()])
    query = shlex.quote(f"{change.name}:{_value(change)}")
    return Sample(_record(kind), query, " ".join(new), _assigned(change))


def _record(kind: Kind) -> str:
    if kind.name in KINDS:
        return KINDS[kind.name].id
    return f"{kind.name}-1" if kind.slug_field else f"{kind.id_prefix}-20261121-k3f9x2ab"


def _words(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()


def _clearest(fields: list[Field]) -> Field:
    """The field whose values need no explanation: an enum if there is one."""
    ranks = ["enum", *_VALUES]
    return min(fields, key=lambda f: ranks.index(f.type) if f.type in ranks else len(ranks))


def _assigned(field: Field) -> str:
    return f"{field.name}={_value(field)}"


def _value(field: Field) -> str:
    if field.values:
        return next(iter(field.values))
    if field.ref in KINDS:
        return KINDS[field.ref].id
    return _VALUES.get(field.leaf.type, "…")
