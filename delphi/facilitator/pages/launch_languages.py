"""The checklist by language: a language that lacks texts keeps its own readers waiting, and nobody else."""

from flask import url_for
from flask_babel import gettext, ngettext

from delphi.facilitator.pages.launch_checks import Check
from delphi.facilitator.pages.place import Place
from delphi.i18n import LANGUAGE_NAMES
from surveys.queries.translations import LanguageCount
from surveys.services.opening import OpenPreview


def language_checks(preview: OpenPreview, *, place: Place) -> list[Check]:
    """One line for each language of the study; those missing in a language are named with links to each."""
    is_stuck = not any(one.is_complete for one in preview.counts)
    checks: list[Check] = []
    for count in preview.counts:
        checks.append(_line(count, is_stuck=is_stuck, n_waiting=preview.n_waiting.get(count.language, 0), place=place))
    return checks


def _line(count: LanguageCount, *, is_stuck: bool, n_waiting: int, place: Place) -> Check:
    name = LANGUAGE_NAMES.get(count.language, count.language)
    if not count.is_complete:
        sentence = ngettext(
            "%(language)s: %(num)d text is missing.",
            "%(language)s: %(num)d texts are missing.",
            count.n_missing,
            language=name,
        )
        if n_waiting and not is_stuck:
            sentence += " " + ngettext(
                "%(num)d person who reads it gets the mail once it is there.",
                "%(num)d people who read it get the mail once they are there.",
                n_waiting,
            )
        return Check(is_fine=False, is_blocking=is_stuck, sentence=sentence, address=_desk(count, place, "missing"))
    n_open = count.n_stale + count.n_to_check
    if n_open:
        sentence = ngettext(
            "%(language)s: every text is there, %(num)d is still to be checked.",
            "%(language)s: every text is there, %(num)d are still to be checked.",
            n_open,
            language=name,
        )
        return Check(is_fine=False, is_blocking=False, sentence=sentence, address=_desk(count, place, "open"))
    return Check(is_fine=True, is_blocking=False, sentence=gettext("%(language)s: every text is there.", language=name))


def _desk(count: LanguageCount, place: Place, show: str) -> str:
    return url_for("facilitator.translations", task_force_id=place.task_force_id, to=count.language, show=show)
