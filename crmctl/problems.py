"""Faults in data as values: all of them are collected and reported at once, none stops the work.

A problem keeps its code and parameters, not its text, so that a fault found when a file was
indexed is told in the language of whoever asks later.
"""

from __future__ import annotations

from crmctl.locale import N_, _
from crmctl.values.frozen import Frozen

ERROR, WARNING, HINT = "error", "warning", "hint"

# code -> (severity, message, what to do)
CATALOG: dict[str, tuple[str, str, str]] = {
    "syntax": (ERROR, N_("not valid YAML: {reason}"), N_("mend the line by hand")),
    "duplicate-key": (ERROR, N_("the key “{key}” stands here twice"), N_("keep one of the two")),
    "conflict-marker": (
        ERROR,
        N_("an unresolved merge conflict"),
        N_("choose one side and remove the marker lines"),
    ),
    "anchor": (ERROR, N_("“&{name}” is not allowed"), N_("write the value out or quote it")),
    "alias": (ERROR, N_("“*{name}” is not allowed"), N_("write the value out or quote it")),
    "tag": (ERROR, N_("“{name}” is not allowed"), N_("remove the tag or quote the text")),
    "too-deep": (ERROR, N_("nested too deeply"), N_("at most 32 levels are read")),
    "too-large": (ERROR, N_("too large"), N_("at most 1 MiB a record, 256 MiB a file")),
    "encoding": (
        ERROR,
        N_("not UTF-8 text (it looks like {guess})"),
        N_("save the file as UTF-8"),
    ),
    "not-a-mapping": (
        ERROR,
        N_("not a record: fields with values are expected"),
        N_("write “field: value” lines"),
    ),
    "tab": (ERROR, N_("a tab used for indentation"), N_("indent with spaces")),
    "control-character": (
        ERROR,
        N_("a control character that YAML does not allow"),
        N_("remove it, or write it as an escape in double quotes"),
    ),
    "unreadable": (ERROR, N_("it cannot be read: {reason}"), N_("check its permissions")),
    "not-a-file": (ERROR, N_("this is {what}"), N_("put a file in its place, or rename it")),
    "outside": (
        ERROR,
        N_("a link that leads out of the book"),
        N_("put what it leads to in its place"),
    ),
    "unknown-field": (WARNING, N_("unknown field “{field}”"), N_("did you mean “{suggestion}”?")),
    "wrong-type": (ERROR, N_("“{value}” is no value for {field}: {expected}"), ""),
    "rule": (ERROR, N_("{field}: {rule}"), ""),
    "required": (ERROR, N_("“{field}” is missing"), N_("add the field")),
    "dangling": (
        ERROR,
        N_("{field}: there is no {kind} “{value}”"),
        N_("correct the reference or add the record"),
    ),
    "other-owner": (
        WARNING,
        N_("{field}: “{value}” belongs to “{other}”, not to “{owner}”"),
        N_("correct the reference, or say how the two belong together"),
    ),
    "unknown-user": (
        WARNING,
        N_("{field}: “{value}” is no user of this book"),
        N_("add the user or correct the name"),
    ),
    "duplicate-id": (
        ERROR,
        N_("the id “{id}” is used here and in {other}"),
        N_("give one of them another id"),
    ),
    "id-mismatch": (
        ERROR,
        N_("the file is called “{name}” but its id is “{id}”"),
        N_("rename the file or correct the id"),
    ),
    "missing-id": (
        WARNING,
        N_("a record without an id"),
        N_("“crmctl check --fix” gives it one"),
    ),
    "bad-id": (ERROR, N_("“{id}” cannot be an id"), N_("use letters, digits, “-”, “_” and “.”")),
    "amount-differs": (
        WARNING,
        N_("the amount is {amount}, its lines add up to {lines}"),
        N_("correct one of the two; the amount is what counts"),
    ),
    "below-floor": (
        WARNING,
        N_("{product} at {price} is below its floor of {floor}"),
        N_("raise the price, or have a manager approve it: approved_by"),
    ),
    "not-approver": (
        WARNING,
        N_("{product} at {price} is below its floor of {floor}, and “{user}” may not approve that"),
        N_("raise the price, or have a manager approve it: approved_by"),
    ),
    "overdrawn-refund": (
        WARNING,
        N_("refunds of “{order}” come to {amount}, it amounts to {whole}: {left} are left"),
        N_("give back no more than was bought"),
    ),
    "refund-of-refund": (
        WARNING,
        N_("“{order}” is a refund itself"),
        N_("name the order that was bought"),
    ),
    "unfit-rule": (
        WARNING,
        N_("the shipped rule “{rule}” does not fit this book: {reason}"),
        N_("give it a query of your own; “crmctl config defaults {topic}” shows it"),
    ),
    "no-owner": (
        WARNING,
        N_("“{id}” has no owner"),
        N_("“crmctl assign suggest {id}” names candidates"),
    ),
    "owner-left": (
        WARNING,
        N_("the owner “{owner}” is not active any more"),
        N_("“crmctl assign suggest {id}” names candidates"),
    ),
    "unknown-item": (
        WARNING,
        N_("the questionnaire “{template}” has no item “{item}”"),
        N_("it asks for {items}; items of your own go into attitude.templates of crmctl.yaml"),
    ),
    "off-scale": (
        WARNING,
        N_("{item}: {value} is not on its scale from {least} to {best}"),
        N_("correct the value"),
    ),
    "no-reason": (
        WARNING,
        N_("whoever is refused needs a reason: {field}"),
        N_("say why, so that the source learns from it"),
    ),
    "unknown-stage": (
        WARNING,
        N_("the pipeline “{pipeline}” has no stage “{stage}”"),
        N_("correct the stage, or add it under “pipelines:” in crmctl.yaml"),
    ),
    "stray-file": (
        WARNING,
        N_("a file that belongs to no kind of record"),
        N_("move it, or add a schema for it"),
    ),
    "many-files": (
        HINT,
        N_("{count} files in one folder make git slow"),
        N_("spread them: “crmctl relayout {kind} '{folder}/{{shard}}/{file}'”"),
    ),
    "no-rate": (
        WARNING,
        N_("no exchange rate for {currency} on {date}"),
        N_("add one to rates.yaml"),
    ),
    "bad-rate": (ERROR, N_("not an exchange rate: {reason}"), N_("write date, currency and rate")),
    "definition": (ERROR, N_("{reason}"), N_("{hint}")),
}


class Problem(Frozen):
    """One fault: where it is (`line` and `column` count from 1), what it is, what to do.

    With `more` among its parameters it stands for as many further ones of its sort.
    """

    path: str
    line: int
    column: int
    code: str
    params: dict[str, str] = {}  # noqa: RUF012 (copied for each)

    @property
    def severity(self) -> str:
        return CATALOG[self.code][0]

    @property
    def message(self) -> str:
        params = dict(self.params)
        # These are messages themselves, kept untranslated with what belongs into them.
        for name in params.keys() & {"expected", "rule", "what"}:
            params[name] = _(params[name]).format(**self.params)
        message = _(CATALOG[self.code][1]).format(**params)
        if "more" not in params:
            return message
        return _("{message}, and {more} more like it").format(message=message, more=params["more"])

    @property
    def hint(self) -> str:
        text = CATALOG[self.code][2]
        if self.code == "unknown-field" and not self.params.get("suggestion"):
            return ""
        return _(text).format(**self.params) if text else ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}"
