"""Settings of a book and of a person: typed, with defaults, and strict about unknown keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmctl.errors import BadDefinition, NewerFormat
from crmctl.locale import _
from crmctl.policies import TOPICS
from crmctl.typed import typed
from crmctl.values.frozen import Frozen
from crmctl.values.money import is_currency

FORMAT = 1


class RateSettings(Frozen):
    """How exchange rates are used."""

    max_age_days: int = 31


class PurchaseSettings(Frozen):
    """What counts as a purchase event."""

    keep_zero: bool = True
    confirmed: tuple[str, ...] = ("confirmed", "shipped", "completed")


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
    if cls is Config:
        tree = {key: node for key, node in tree.items() if key not in TOPICS}
    settings = typed(cls, tree, where)
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


def get(settings: Any, name: str) -> Any:
    """The value of a setting by its dotted name."""
    for step in name.split("."):
        settings = getattr(settings, step)
    return settings
