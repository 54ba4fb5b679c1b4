"""The program: its global options, its commands loaded one at a time, and its one error boundary.

Loading this module costs click and nothing else; `--help`, `--version` and the completion of
command names need no more.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from crmctl import __version__, locale, startup
from crmctl.cli.base import Group, Option, unknown_command, write_pairs
from crmctl.cli.catalog import ALIASES, EMBEDDED, GROUPS, HIDDEN, KIND_HELP, KINDS, MODULES, RECORDS
from crmctl.locale import N_, _

INTERRUPTED, BROKEN_PIPE = 130, 141


class PipeClosed(BaseException):
    """Whoever read the output has gone; click would turn the system's error into exit code 1."""


@contextmanager
def _own_pipe_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise PipeClosed from None


class Program(Group):
    """`crmctl`: fixed commands from the catalog, and one group for each kind of record."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _own_pipe_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _own_pipe_errors():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*MODULES, *self._kinds(ctx), *EMBEDDED]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        file = MODULES[name][0] if name in MODULES else HIDDEN.get(name)
        if file:
            module = import_module(f"crmctl.cli.commands.{file}")
            loaded: click.Command = module.command
            return loaded
        if name in self._kinds(ctx):
            return self._kind_group(ctx, name)
        if name in EMBEDDED:
            from crmctl.cli.commands.embedded import embedded_group

            return embedded_group(EMBEDDED[name][0], name)
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        found = self.get_command(ctx, name)
        if found is None and not name.startswith("-"):
            found = self._by_schema(ctx, name)
            if found is None:
                unknown_command(self, ctx, name)
        if found is None:
            return super().resolve_command(ctx, args)
        return found.name, found, args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in GROUPS:
            with formatter.section(_(title)):
                write_pairs(formatter, [(name, _(help)) for name, (_m, help) in commands.items()])
        with formatter.section(_(RECORDS)):
            embedded = [(name, _(help)) for name, (_kind, help) in EMBEDDED.items()]
            write_pairs(formatter, [*self._kinds(ctx).items(), *embedded])

    def _kinds(self, ctx: click.Context) -> dict[str, str]:
        """The kinds with their line of help, from file names and the cache of titles."""
        root = root_of(ctx)
        fixed = MODULES.keys() | ALIASES.keys()
        files = startup.schema_files(root)
        found = {name: paths for name, paths in files.items() if name not in fixed}
        cached = startup.cached(root) if root and found.keys() - KINDS.keys() else None
        titles = (cached or {}).get("titles", {})
        helps = {name: _(help) for name, help in KINDS.items() if name in found}
        for name in sorted(found.keys() - KINDS.keys()):
            title = locale.pick(titles.get(name) or {"en": name})
            helps[name] = _(KIND_HELP).format(title=title)
        return helps

    def _kind_group(self, ctx: click.Context, name: str) -> click.Command:
        from crmctl.cli.commands.embedded import known_kind
        from crmctl.cli.commands.records import kind_group

        own = known_kind(ctx, name) if name not in KINDS else None
        return kind_group(name, self._kinds(ctx)[name], own)

    def _by_schema(self, ctx: click.Context, word: str) -> click.Command | None:
        """What only the schemas know: titles and plurals (客户, customers), lists in records."""
        from crmctl.cli.app import App
        from crmctl.errors import NoWorkspace, UnknownKind

        try:
            registry = ctx.ensure_object(App).workspace.registry
        except NoWorkspace:
            return None
        for kind in registry:
            if word in kind.embedded:
                from crmctl.cli.commands.embedded import embedded_group

                return embedded_group(kind.name, word, kind)
        try:
            return self._kind_group(ctx, registry.kind(word).name)
        except UnknownKind:
            return None


def root_of(ctx: click.Context) -> str | None:
    """The book's root as far as the command line is read."""
    return startup.find_root(ctx.find_root().params.get("directory"))


def _speak(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    for asked in (value, os.environ.get("CRMCTL_LANG")):
        if asked and asked[:2].lower() not in locale.LANGUAGES:
            from crmctl.errors import BadOption

            raise BadOption(_("The language"), asked, locale.LANGUAGES, None)
    locale.set_language(startup.choose_language(value, root_of(ctx)))
    return value


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"crmctl {__version__}")
        ctx.exit()


@click.command(
    cls=Program,
    params=[
        Option(
            ["-C", "--directory"],
            metavar="DIR",
            is_eager=True,
            help=N_("Work in the book that holds this folder."),
        ),
        Option(
            ["--lang"],
            metavar="LANG",
            is_eager=True,
            callback=_speak,
            help=N_("Speak “en” or “zh”."),
        ),
        Option(["--as"], metavar="USER", help=N_("Act as this user.")),
        Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help=N_("Show the version and exit."),
        ),
    ],
    help=N_("A plain-text CRM: customers, interactions and orders as files that git versions."),
    examples=(
        "crmctl init --demo my-crm",
        'crmctl log nordlys "called about the offer" --next "7d: send it"',
        "crmctl customer list 'level:vip last_interaction:>30d'",
    ),
)
@click.pass_context
def program(ctx: click.Context, /, directory: str | None, lang: str | None, **options: Any) -> None:
    from crmctl.cli.app import App

    ctx.obj = App(directory, actor=options["as"], meta=ctx.meta)
    ctx.call_on_close(ctx.obj.close)


def main(args: list[str] | None = None) -> int:
    """Runs one command and gives its exit code; every failure ends as one clear message."""
    locale.set_language(startup.choose_language(None, None))
    _prepare_streams()
    try:
        code = _called(args)
        sys.stdout.flush()
        return code
    except (PipeClosed, BrokenPipeError):
        _silence()
        return BROKEN_PIPE


def _called(args: list[str] | None) -> int:
    try:
        result = program.main(
            args, prog_name="crmctl", standalone_mode=False, terminal_width=_width()
        )
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        _say(_("Interrupted. Nothing is half-written."))
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return 0
    except click.ClickException as error:
        _say(_("error: {message}").format(message=_usage(error)))
        return 2
    except Exception as error:
        return _failed(error)


def _silence() -> None:
    """Sends what is still to be written nowhere, or Python would complain when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())


def _usage(error: click.ClickException) -> str:
    # click joins its sentences with spaces, also where they end in wide marks, and lists choices
    # one a line.
    message = " ".join(error.format_message().split())
    message = re.sub(r"(?<=[，。：；？！）]) | (?=[（，。：；])", "", message)
    context = getattr(error, "ctx", None)
    if context is None:
        return message
    if message[-1:] not in ("?", "？"):
        message = message.rstrip(".。") + _(".")
    help = _("See “{path} --help”.").format(path=context.command_path)
    return _("{first} {second}").format(first=message, second=help)


def _failed(error: Exception) -> int:
    from crmctl.errors import CrmctlError, FileSystem, NoText
    from crmctl.values.text import visible

    if isinstance(error, OSError):
        error = FileSystem(error)
    elif isinstance(error, UnicodeError):
        error = NoText()
    if not isinstance(error, CrmctlError):
        raise error
    _say(_("error: {message}").format(message=visible(error.message, keep_newlines=True)))
    if error.hint:
        _say(_("hint: {hint}").format(hint=visible(error.hint, keep_newlines=True)))
    return error.exit_code


def _width() -> int:
    """Columns for help texts, found without shutil, which takes longer to load than to answer."""
    try:
        columns = int(os.environ.get("COLUMNS", 0)) or os.get_terminal_size(1).columns
    except (OSError, ValueError):
        columns = 80
    return max(min(columns, 100) - 2, 50)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _prepare_streams() -> None:
    """Names are Chinese even where cron runs without a locale; a closed stream takes nothing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 (to the end)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            errors = "surrogateescape" if stream is sys.stdin else "backslashreplace"
            reconfigure(encoding="utf-8", errors=errors)
