"""Commands, groups and options that speak the user's language and read queries as they are typed.

Help texts are English message ids in the code and translated when they are shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import click

from crmctl.locale import N_, _

# `-tag:paused`, `-(a or b)`: terms of a query that click would take for options.
_NEGATED = r"-(?:[^\W\d_][\w.]*[:：(（]|[(（\"“])"
_MARK = "\x1f"


def _unmarked(value: Any) -> Any:
    if isinstance(value, str):
        return value.removeprefix(_MARK)
    if isinstance(value, tuple):
        return tuple(_unmarked(item) for item in value)
    return value


class Option(click.Option):
    """An option whose help is translated when shown, and says of ranges what people need."""

    def get_help_extra(self, ctx: click.Context) -> Any:
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        original, self.help = self.help, _(self.help or "")
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = original


class Whole(click.IntRange):
    """A whole number between two others, called so in the user's language."""

    # click has a plain attribute here, but the language is known only when it is asked for.
    @property
    def name(self) -> str:  # type: ignore[override]
        return _("whole number")


class Argument(click.Argument):
    """An argument; its name is shown as it was given, and in the line of usage alone."""

    # click promises a line for every argument here, yet leaves out those without one.
    def get_help_record(  # type: ignore[override]
        self, ctx: click.Context
    ) -> tuple[str, str] | None:
        return None


class Described(click.Command):
    """What the help of commands and groups has in common: translated, with examples, and `-h`."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        self._help = help_option()

    def get_help_option(self, ctx: click.Context) -> click.Option:
        return self._help

    def get_short_help_str(self, limit: int = 45) -> str:
        return _(self.help or "").split("\n")[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Paragraphs of help, each wrapped to the width of the terminal."""
        from crmctl.render.width import wrap

        for paragraph in _(self.help or "").split("\n\n"):
            formatter.write_paragraph()
            for line in wrap(" ".join(paragraph.split()), formatter.width - 2):
                formatter.write(f"  {line}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [record for p in self.get_params(ctx) if (record := p.get_help_record(ctx))]
        with formatter.section(_("Options")):
            write_pairs(formatter, records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The section of examples, one a line and never wrapped."""
        if self.examples:
            with formatter.section(_("Examples")):
                for example in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


class Command(Described):
    """A command, which reads the words of a query as they are typed.

    `looks`: whether it asks for the whole book, so that a look at it may begin at once.
    """

    def __init__(self, *args: Any, looks: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.looks = looks
        self.params.append(quiet_option())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["words"] = list(args)
        negated = _NEGATED
        if any(param.nargs == -1 and "QUERY" in (param.metavar or "") for param in self.params):
            flags = "".join(opt[1] for p in self.params for opt in p.opts if len(opt) == 2)
            negated += rf"|-[^\W\d_{flags}]\w"
        marked = [_MARK + arg if re.match(negated, arg) else arg for arg in args]
        rest = super().parse_args(ctx, marked)
        ctx.params = {name: _unmarked(value) for name, value in ctx.params.items()}
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        if ctx.obj is not None and self.looks:
            ctx.obj.look_ahead()
        return super().invoke(ctx)


class Group(Described, click.Group):
    """A group of commands, listed in the order in which they were added."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, one.get_short_help_str()) for name, one in found if one is not None]
        if rows:
            with formatter.section(_("Commands")):
                write_pairs(formatter, rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            unknown_command(self, ctx, args[0])
        return super().resolve_command(ctx, args)


Group.group_class = Group


def unknown_command(group: click.Group, ctx: click.Context, name: str) -> None:
    """Raises the error that names the likeliest command."""
    from crmctl.errors import UsageError, did_you_mean
    from crmctl.values.text import suggest

    path = " ".join(filter(None, (ctx.command_path, name)))
    hint = did_you_mean(suggest(name, group.list_commands(ctx)))
    raise UsageError(
        _("There is no command “{path}”.").format(path=path),
        hint or _("“{path} --help” lists the commands.").format(path=ctx.command_path),
    )


def write_pairs(formatter: click.HelpFormatter, rows: Sequence[tuple[str, str]]) -> None:
    """Names and texts in two columns, aligned and wrapped by what the eye sees."""
    from crmctl.render.width import pad, width, wrap

    margin = " " * formatter.current_indent
    left = min(max(width(name) for name, _text in rows) + 2, 30)
    room = max(20, formatter.width - left - formatter.current_indent)
    for name, text in rows:
        first, *rest = wrap(text, room)
        if width(name) > left - 2:
            formatter.write(f"{margin}{name}\n")
            name = ""
        formatter.write(f"{margin}{pad(name, left)}{first}".rstrip() + "\n")
        for line in rest:
            formatter.write(f"{margin}{' ' * left}{line}\n")


def help_option() -> Option:
    """`-h` on every command and group; click's own speaks the language that it was made in."""
    return Option(
        ["-h", "--help"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        help=N_("Show this message and exit."),
        callback=_show_help,
    )


def _show_help(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(ctx.get_help())
        ctx.exit()


def quiet_option() -> Option:
    """`--quiet` on every command: results only, no remarks on stderr."""
    return Option(
        ["-q", "--quiet"],
        is_flag=True,
        expose_value=False,
        help=N_("No remarks, only results."),
        callback=_quiet,
    )


def _quiet(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:
    if value:
        ctx.find_root().meta["quiet"] = True
    return value


def define(
    name: str, cls: type[Command] = Command, **attributes: Any
) -> Callable[[Callable[..., Any]], Command]:
    """As click.command, for our Command; the function's first argument is the App."""

    def decorate(function: Callable[..., Any]) -> Command:
        return click.command(name, cls=cls, **attributes)(click.pass_obj(function))

    return decorate


def group(name: str | None = None, **attributes: Any) -> Callable[[Callable[..., Any]], Group]:
    """As click.group, for our Group."""
    return click.group(name, cls=Group, **attributes)


def option(*names: str, **attributes: Any) -> Callable[[Any], Any]:
    """As click.option, for our Option."""
    return click.option(*names, cls=Option, **attributes)


def argument(name: str, **attributes: Any) -> Callable[[Any], Any]:
    """As click.argument, for our Argument."""
    return click.argument(name, cls=Argument, **attributes)
