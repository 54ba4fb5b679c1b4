"""`crmctl report`: built-in reports and those of the book's reports/ folder."""

from __future__ import annotations

from pathlib import Path

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, group, option
from crmctl.cli.completing import complete_report
from crmctl.locale import N_, _

FORMATS = ("table", "md", "csv", "tsv", "json")


@group(
    "report",
    help=N_("Run reports: overview, overdue, rfm and more, or your own in reports/NAME.yaml."),
    examples=[
        "crmctl report run overview",
        "crmctl report run rfm --as-of 2026-06-30 --out rfm.md",
    ],
)
def command() -> None:
    pass


@command.command("list", help=N_("List the reports."), examples=["crmctl report list"])
@options.output("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
@click.pass_obj
def list_(app: App, format_: str) -> None:
    from crmctl.analytics.result import Column
    from crmctl.locale import pick
    from crmctl.render.formats import render
    from crmctl.reporting import Reports

    columns = [
        Column("name", N_("Name"), "text"),
        Column("title", N_("Title"), "text"),
        Column("description", N_("Description"), "text"),
    ]
    reports = Reports(app.workspace)
    rows = [
        (one.name, pick(one.title), pick(one.description))
        for one in app.usable(reports.files(), reports.get)
    ]
    app.print(render(format_, columns, rows, app.width))


@command.command(
    "show",
    help=N_("Show the definition of a report."),
    examples=["crmctl report show activity > reports/mine.yaml"],
)
@argument("name", shell_complete=complete_report)
@click.pass_obj
def show(app: App, name: str) -> None:
    from crmctl.reporting import Reports
    from crmctl.storage.files import load

    reports = Reports(app.workspace)
    file = reports.files()[reports.get(name).name]
    app.print(load(file).text.rstrip("\n").split("\n"))


@command.command(
    "run",
    help=N_("Run a report."),
    examples=[
        "crmctl report run activity --as-of last-month -o md",
        "crmctl report run overdue --fail-if 'rows>20'",
    ],
)
@options.output_file(*FORMATS)
@options.clocks
@option(
    "--fail-if",
    "limit",
    metavar="LIMIT",
    help=N_("Exit with 1 beyond a limit: “rows>0”, “breach>=150”."),
)
@argument("name", shell_complete=complete_report)
@click.pass_obj
def run(
    app: App,
    name: str,
    format_: str | None,
    as_of: str | None,
    out: str | None,
    limit: str | None,
) -> None:
    from crmctl.cli.outfile import STDOUT, format_for, write_lines
    from crmctl.cli.summing import report_lines
    from crmctl.reporting import Reports
    from crmctl.reports.limits import passed

    format_ = format_for(out, format_, FORMATS)
    reports = Reports(app.workspace)
    report = reports.get(name)
    app.warn_of_broken()
    result = reports.run(report, app.day(as_of), labels=format_ in ("table", "md"))
    beyond = limit is not None and passed(result, limit)
    lines = report_lines(result, format_, None if out else app.width)
    if out is None or out == STDOUT:
        app.print(lines)
    else:
        write_lines(Path(out), lines)
        app.remark(_("Written to {file}.").format(file=out))
    if beyond:
        app.remark(_("{report} is beyond the limit {limit}.").format(report=name, limit=limit))
        click.get_current_context().exit(1)
