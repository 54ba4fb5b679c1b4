"""Two languages for every text a person sees.

Messages are English in the code and looked up in a gettext catalog when they are shown, so one
process can speak either language. `LANGUAGE` is set as well, because click asks gettext itself
for its own words ("Usage", "Options").
"""

from __future__ import annotations

import gettext as _gettext
import os

DOMAIN = "crmctl"
DIRECTORY = os.path.dirname(__file__)
LANGUAGES = ("en", "zh")

_translation: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"


def set_language(language: str) -> None:
    """Speak `language` ("en" or "zh") from now on."""
    global _translation, _language
    _language = language
    if language == "zh":
        _translation = _gettext.translation(DOMAIN, DIRECTORY, ["zh_CN"])
        os.environ["LANGUAGE"] = "zh_CN"
        # gettext ignores LANGUAGE in the C locale only through libc; Python's own reads it first.
        _gettext.bindtextdomain(DOMAIN, DIRECTORY)
        _gettext.textdomain(DOMAIN)
    else:
        _translation = _gettext.NullTranslations()
        os.environ["LANGUAGE"] = "en"
        _gettext.textdomain(DOMAIN)


def language() -> str:
    """The language spoken now: "en" or "zh"."""
    return _language


def from_locale(text: str | None) -> str | None:
    """The language that a locale name such as `zh_CN.UTF-8` asks for; None for C and POSIX."""
    if not text:
        return None
    name = text.split(".")[0].split("@")[0].replace("-", "_").lower()
    if name in ("c", "posix"):
        return None
    return "zh" if name.split("_")[0] == "zh" else "en"


def _(message: str) -> str:
    """`message` in the current language."""
    return _translation.gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of a message that goes with `count`, in the current language."""
    return _translation.ngettext(singular, plural, count)


def N_(message: str) -> str:  # the name gettext's tools know
    """Marks a text for translation that is translated when it is shown."""
    return message


def titles(message: str) -> dict[str, str]:
    """A message in every language, as schemas give the titles of their fields."""
    chinese = _gettext.translation(DOMAIN, DIRECTORY, ["zh_CN"], fallback=True)
    return {"en": message, "zh": chinese.gettext(message)}


def pick(titles: dict[str, str]) -> str:
    """The title in the current language out of `{"en": ..., "zh": ...}`."""
    return titles.get(_language) or titles.get("en") or next(iter(titles.values()), "")
