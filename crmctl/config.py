"""Settings of a book and of a person: typed, with defaults, and strict about unknown keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmctl.errors import BadDefinition, NewerFormat, did_you_mean
from crmctl.locale import _
from crmctl.values.frozen import Frozen
from crmctl.values.money import is_currency, parse_amount
from crmctl.values.text import suggest

FORMAT = 1
_WHOLE = re.compile(r"-?[0-9]{1,9}")


class RateSettings(Frozen):
    """How exchange rates are used."""

    max_age_days: int = 31


class PurchaseSettings(Frozen):
    """What counts as a purchase event."""

    keep_zero: bool = True
    confirmed: tuple[str, ...] = ("confirmed", "shipped", "completed")


class AbcSettings(Frozen):
    """Where class A ends and where B ends, in percent of the total value."""

    a: Decimal = Decimal(80)
    b: Decimal = Decimal(95)


class TodaySettings(Frozen):
    """How far ahead `today` looks, in days."""

    tasks: int = 0
    birthdays: int = 7


class Config(Frozen):
    """crmctl.yaml."""

    format: int = FORMAT
    name: str | None = None
    currency: str = "USD"
    timezone: str = "UTC"
    language: str | None = None
    commit: str = "auto"
    sync: str = "merge"
    rates: RateSettings = RateSettings()
    purchases: PurchaseSettings = PurchaseSettings()
    abc: AbcSettings = AbcSettings()
    today: TodaySettings = TodaySettings()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Person(Frozen):
    """config.yaml of a person, and local.yaml of a person in one book."""

    language: str | None = None
    user: str | None = None


Settings = TypeVar("Settings", Config, Person)


def load(cls: type[Settings], tree: Mapping[str, Any], where: str) -> Settings:
    """Settings from the untyped tree of their file; BadDefinition names the key and the remedy."""
    settings = _dataclass(cls, tree, where, ())
    assert isinstance(settings, cls)
    if isinstance(settings, Config):
        _check(settings, where)
    if settings.language not in (None, "en", "zh"):
        raise BadDefinition(where, "language", _("must be “en” or “zh”"))
    return settings


def _check(config: Config, where: str) -> None:
    if config.format > FORMAT:
        raise NewerFormat(config.format, FORMAT)
    if config.format < 1:
        raise BadDefinition(where, "format", _("must be {format}").format(format=FORMAT))
    if not is_currency(config.currency):
        raise BadDefinition(where, "currency", _("must be a code of three letters such as EUR"))
    if config.commit not in ("auto", "manual"):
        raise BadDefinition(where, "commit", _("must be “auto” or “manual”"))
    if config.sync not in ("merge", "rebase"):
        raise BadDefinition(where, "sync", _("must be “merge” or “rebase”"))
    if not Decimal(0) < config.abc.a < config.abc.b <= Decimal(100):
        raise BadDefinition(where, "abc", _("needs 0 < a < b <= 100"))
    for name, number in (("max_age_days", config.rates.max_age_days),):
        if number < 0:
            raise BadDefinition(where, f"rates.{name}", _("must not be negative"))
    try:
        ZoneInfo(config.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadDefinition(
            where,
            "timezone",
            _("“{zone}” is no time zone").format(zone=config.timezone),
            _("Use a name such as Asia/Shanghai or Europe/Berlin."),
        ) from None


def _dataclass(cls: Any, tree: Any, where: str, path: tuple[str, ...]) -> Any:
    if not isinstance(tree, Mapping):
        raise BadDefinition(where, ".".join(path), _("settings are expected here"))
    hints = get_type_hints(cls)
    values = {}
    for key, node in tree.items():
        dotted = ".".join((*path, key))
        if key not in cls.names():
            nearest = suggest(key, names(cls))
            raise BadDefinition(
                where,
                dotted,
                _("there is no such setting"),
                did_you_mean(".".join((*path, nearest)) if nearest else None),
            )
        if node in (None, ""):
            continue
        values[key] = _value(hints[key], node, where, (*path, key))
    return cls(**values)


def _is_part(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Frozen)


def _value(hint: Any, node: Any, where: str, path: tuple[str, ...]) -> Any:
    place = ".".join(path)
    if isinstance(hint, UnionType):
        hint = get_args(hint)[0]
    if _is_part(hint):
        return _dataclass(hint, node, where, path)
    if hint == tuple[str, ...]:
        if not isinstance(node, list) or not all(isinstance(item, str) for item in node):
            raise BadDefinition(where, place, _("a list of texts is expected here"))
        return tuple(node)
    if not isinstance(node, str):
        raise BadDefinition(where, place, _("a single value is expected here"))
    if hint is str:
        return node
    value: Any = None
    if hint is bool:
        value = {"true": True, "false": False}.get(node)
    elif hint is int:
        value = int(node) if _WHOLE.fullmatch(node) else None
    elif hint is Decimal:
        value = parse_amount(node)
    if value is None:
        kind = {bool: _("true or false"), int: _("a whole number")}.get(hint, _("a number"))
        raise BadDefinition(where, place, _("must be {what}").format(what=kind))
    return value


def names(cls: Any, prefix: str = "") -> list[str]:
    """Every setting's dotted name."""
    found: list[str] = []
    hints = get_type_hints(cls)
    for name in cls.names():
        if _is_part(hints[name]):
            found += names(hints[name], f"{prefix}{name}.")
        else:
            found.append(prefix + name)
    return found


def get(settings: Any, name: str) -> Any:
    """The value of a setting by its dotted name."""
    for step in name.split("."):
        settings = getattr(settings, step)
    return settings
