"""`crmctl check`: every fault of the book, each with its place and what to do."""

from __future__ import annotations

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import define, option
from crmctl.locale import N_, _, ngettext


@define(
    "check",
    help=N_(
        "Find every fault: broken files, wrong values, references to nothing, ids used twice."
        "\n\nExits 1 when there are errors, with --strict also when there are only warnings."
    ),
    examples=["crmctl check", "crmctl check --strict -o json"],
)
@options.output("table", "json", "jsonl", "csv", "tsv", "md")
@option("--fix", "fix_", is_flag=True, help=N_("Mend what can be mended without asking."))
@option("--strict", is_flag=True, help=N_("Warnings count as errors."))
def command(app: App, format_: str, fix_: bool, strict: bool) -> None:
    from crmctl.analytics.result import Column
    from crmctl.checks import check, fix, has_errors
    from crmctl.cli.writing import builder, finish
    from crmctl.render.formats import objects, render
    from crmctl.values.text import visible

    if fix_:
        built = builder(app)
        fix(app.workspace, built)
        if built.set:
            finish(app, built, print_ids=built.set.of("updated"))
    problems = check(app.workspace)
    names = ("path", "line", "column", "code", "severity", "message", "hint")
    rows = [tuple(getattr(problem, name) for name in names) for problem in problems]
    if format_ == "table":
        app.print(
            visible(f"{problem}" + (f" ({problem.hint})" if problem.hint else ""))
            for problem in problems
        )
    elif format_ in ("json", "jsonl"):
        app.print(objects(format_, (dict(zip(names, row, strict=True)) for row in rows)))
    else:
        app.print(render(format_, [Column(name, name, "text") for name in names], rows))
    if problems:
        text = ngettext("{count} problem found.", "{count} problems found.", len(problems))
        app.remark(text.format(count=len(problems)))
    else:
        app.remark(_("No problem found."))
    app.warn_of_setup()
    if has_errors(problems) or (strict and any(p.severity != "hint" for p in problems)):
        click.get_current_context().exit(1)
