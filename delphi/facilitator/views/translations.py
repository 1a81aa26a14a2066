"""The translation desk: saving whatever was typed, approving, and files for a translator outside."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.exports.writers import as_xlsx
from delphi.facilitator import blueprint
from delphi.facilitator.pages.panel_words import file_problem
from delphi.facilitator.pages.translations import EVERYTHING, OPEN, Refused, translations_page
from delphi.facilitator.translation_files import read_translations, translation_table
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.file_problems import FileProblem
from surveys.localized import LANGUAGES
from surveys.queries.translations import texts_of_task_force
from surveys.rules.translating import text_mark
from surveys.services.translating import approve_translations, save_translation
from surveys.vocabulary import Permission, TranslationState

SHOWS = (OPEN, EVERYTHING, *(state.value for state in TranslationState))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/task-forces/<int:task_force_id>/translations")
@requires(Permission.FACILITATE)
def translations(task_force_id: int) -> Any:
    """The texts of a task force in two columns."""
    return _show(task_force_id, refused={})


@blueprint.post("/task-forces/<int:task_force_id>/translations")
@requires(Permission.FACILITATE)
def save_translations(task_force_id: int) -> Any:
    """Save every text that was changed on the page, whichever button was pressed; approve what was asked for."""
    form = request.form
    target = _target()
    pressed = form.get("approve", "")
    ticked = {pressed} if pressed else set(form.getlist("ok")) if "approve-ticked" in form else set()
    changed = {
        name.removeprefix("text-"): typed
        for name, typed in form.items()
        if name.startswith("text-") and _is_changed(typed, seen=form.get(f"seen-{name.removeprefix('text-')}", ""))
    }
    seen = {subject: form.get(f"seen-{subject}", "") for subject in {*changed, *ticked}}
    refused = _save(task_force_id, target=target, changed=changed, seen=seen, approve=ticked)
    rest = {subject: (form.get(f"source-{subject}", ""), seen[subject]) for subject in ticked - set(changed) if subject}
    n_approved, outdated = 0, tuple[str, ...]()
    if rest:
        with transaction() as session:
            n_approved, outdated = approve_translations(
                session,
                actor=current_actor(),
                task_force_id=task_force_id,
                language=target,
                seen=rest,
                now=clock.now(),
            )
    n_saved = len(changed) - len(refused)
    words = _words(n_saved=n_saved, n_approved=n_approved + len(ticked & set(changed) - set(refused)))
    if outdated:
        words += " " + gettext("Changed meanwhile, so not approved: %(codes)s.", codes=", ".join(outdated))
    if refused:
        return _show(task_force_id, refused=refused, notice=words, status=409)
    flash(words)
    address = url_for("facilitator.translations", task_force_id=task_force_id, to=target, show=_what(), page=_page())
    return redirect(address, 303)


@blueprint.get("/task-forces/<int:task_force_id>/translations.xlsx")
@requires(Permission.FACILITATE)
def translation_file(task_force_id: int) -> Any:
    """The texts of the desk as a sheet for a translator outside."""
    texts = texts_of_task_force(reading_session(), task_force_id=task_force_id)
    target = _target()
    content = as_xlsx([translation_table(texts, target=target)])
    name = f"translations-{task_force_id}-{target}.xlsx"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f"attachment; filename={name}"})


@blueprint.post("/task-forces/<int:task_force_id>/translations/file")
@requires(Permission.FACILITATE)
def read_translation_file(task_force_id: int) -> Any:
    """Take back what a translator filled in, to be checked. Texts changed meanwhile are shown, not replaced."""
    sent = request.files.get("file")
    try:
        rows = read_translations(sent.read() if sent is not None else b"")
    except FileProblem as problem:
        return _show(task_force_id, refused={}, notice=file_problem(problem), status=422)
    changed = {row.subject: row.text for row in rows if row.text and text_mark(row.text) != row.seen}
    seen = {row.subject: row.seen for row in rows}
    known = {one.subject for one in texts_of_task_force(reading_session(), task_force_id=task_force_id)}
    changed = {subject: text for subject, text in changed.items() if subject in known}
    refused = _save(task_force_id, target=_target(), changed=changed, seen=seen, approve=set())
    words = _words(n_saved=len(changed) - len(refused), n_approved=0)
    if refused:
        return _show(task_force_id, refused=refused, notice=words, status=409)
    flash(words)
    return redirect(url_for("facilitator.translations", task_force_id=task_force_id, to=_target()), 303)


def _save(
    task_force_id: int, *, target: str, changed: dict[str, str], seen: dict[str, str], approve: set[str]
) -> dict[str, Refused]:
    """Save one text after the other, each for itself: one that is refused holds up none of the others."""
    refused = {}
    for subject, typed in changed.items():
        try:
            with transaction() as session:
                save_translation(
                    session,
                    actor=current_actor(),
                    task_force_id=task_force_id,
                    subject=subject,
                    language=target,
                    text=typed,
                    seen=seen[subject],
                    approve=subject in approve,
                    now=clock.now(),
                )
        except RuleViolation as violation:
            refused[subject] = Refused(text=typed, problem=violation_sentence(violation))
    return refused


def _is_changed(typed: str, *, seen: str) -> bool:
    plain = typed.replace("\r\n", "\n").strip()
    return bool(plain or seen != text_mark("")) and text_mark(plain) != seen


def _words(*, n_saved: int, n_approved: int) -> str:
    saved = ngettext("%(num)d text saved.", "%(num)d texts saved.", n_saved) if n_saved else ""
    approved = ngettext("%(num)d text approved.", "%(num)d texts approved.", n_approved) if n_approved else ""
    return " ".join(part for part in (saved, approved) if part) or gettext("Nothing was changed.")


def _target() -> str:
    target = request.values.get("to", "")
    if target not in LANGUAGES:
        abort(404)
    return target


def _what() -> str:
    show = request.values.get("show", OPEN)
    return show if show in SHOWS else OPEN


def _page() -> int:
    return request.values.get("page", 1, type=int)


def _show(task_force_id: int, *, refused: dict[str, Refused], notice: str = "", status: int = 200) -> Any:
    view = translations_page(
        reading_session(),
        task_force_id=task_force_id,
        actor=current_actor(),
        target=request.values.get("to"),
        show=_what(),
        page=_page(),
        refused=refused,
        notice=notice,
    )
    return render_template("facilitator/translations.html", view=view), status
