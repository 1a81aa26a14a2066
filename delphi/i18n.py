"""Languages: which one this visitor reads, how texts, moments and numbers look in it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent
from flask import Flask, Response, request
from flask_babel import Babel, get_locale
from markupsafe import Markup, escape

from delphi.catalogues import compiled_catalogues
from delphi.security import current_actor
from surveys.localized import LANGUAGES, LocalizedText

LANGUAGE_NAMES = {"en": "English", "fr": "Français"}
LOCALES = {language: Locale.parse(language) for language in LANGUAGES}
COOKIE = "language"


def select_language() -> str:
    """The language of this request: asked for in the address, remembered, the person's own, the browser's."""
    # Werkzeug makes an error of what is not there, and most visitors ask for none.
    for name, told in (("language", request.args), (COOKIE, request.cookies)):
        if name in told and told[name] in LANGUAGES:
            return told[name]
    own = current_actor().language
    if own in LANGUAGES:
        return own
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _select_locale() -> Locale:
    return LOCALES[select_language()]


def language() -> str:
    """The language this page is written in: `en` or `fr`."""
    locale = get_locale()
    return locale.language if locale is not None and locale.language in LANGUAGES else LANGUAGES[0]


def in_language(text: Mapping[str, str] | None) -> str:
    """A text of the study in the reader's language, or in the language it has."""
    return "" if text is None else LocalizedText(text).in_language(language())


def said(text: Mapping[str, str] | None) -> Markup:
    """Like `in_language`, marked with `lang` where it had to stay in another language."""
    localized, reader = LocalizedText(text or {}), language()
    used = localized.language_used(reader)
    words = escape(localized.in_language(reader))
    return words if used == reader else Markup('<span lang="{}">{}</span>').format(used, words)


def moment(value: datetime | None, time_zone: str = "UTC", reader: str | None = None) -> str:
    """Weekday, date and time in the study's zone, and in UTC: "Friday 12 May 2023, 18:00 Paris (16:00 UTC)".

    In the language of the page, or of `reader` where there is no page (mails).
    """
    if value is None:
        return ""
    locale = reader or language()
    zone = ZoneInfo(time_zone)
    there = value.astimezone(zone)
    local = format_datetime(there, _ordinal("EEEE d MMMM y, HH:mm", there, locale), locale=locale)
    if time_zone == "UTC":
        return f"{local} UTC"
    place = time_zone.rpartition("/")[2].replace("_", " ")
    return f"{local} {place} ({format_time(value.astimezone(UTC), 'HH:mm', tzinfo=UTC, locale=locale)} UTC)"


def written_date(value: date, pattern: str, reader: str | None = None) -> str:
    """A day by a pattern such as "d MMMM y", in the language of the page or of `reader`."""
    locale = reader or language()
    return str(format_date(value, _ordinal(pattern, value, locale), locale=locale))


def _ordinal(pattern: str, value: date, locale: str) -> str:
    # French counts the first of a month as an ordinal, which the data behind Babel do not know.
    return pattern.replace("d ", "d'er' ", 1) if locale == "fr" and value.day == 1 else pattern


def number(value: float | int | None, digits: int = 2) -> str:
    """A figure for people: at most `digits` decimals, half up, by the reader's conventions; a dash for none."""
    if value is None:
        return "–"
    return _decimal(value, digits, language())


@lru_cache(maxsize=4096)
def _decimal(value: float | int, digits: int, locale: str) -> str:
    # A plan says a few hundred different numbers thousands of times.
    return str(format_decimal(value, format="#,##0." + "#" * digits, locale=locale, decimal_quantization=True))


def typed_number(value: float) -> str:
    """A figure as the reader would type it: their decimal sign, nothing between thousands."""
    return str(format_decimal(value, format="0.######", locale=language()))


def percent(share: float | None, digits: int = 0) -> str:
    """A share of 0 to 1 as a percentage by the reader's conventions."""
    if share is None:
        return "–"
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "\u00a0%"
    return str(format_percent(share, format=pattern, locale=language()))


def address_in(target: str) -> str:
    """This page's address in another language, everything else kept."""
    arguments = {**request.args.to_dict(flat=False), "language": [target]}
    from urllib.parse import urlencode

    return f"{request.path}?{urlencode(arguments, doseq=True)}"


def _remember_language(response: Response) -> Response:
    if "language" not in request.args:
        return response
    asked = request.args["language"]
    if asked in LANGUAGES and not current_actor().is_stranger:
        response.set_cookie(COOKIE, asked, max_age=31_536_000, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def init_languages(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LANGUAGES[0])
    Babel(app, locale_selector=_select_locale, default_translation_directories=str(compiled_catalogues()))
    app.after_request(_remember_language)
    app.jinja_env.filters.update(in_language=in_language, said=said, moment=moment, number=number, percent=percent)
    names: dict[str, Any] = {"language": language, "language_names": LANGUAGE_NAMES, "address_in": address_in}
    app.jinja_env.globals.update(names)
