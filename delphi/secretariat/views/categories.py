"""Categories: the list, making, renaming and merging them, and sorting statements into them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.secretariat import blueprint
from delphi.secretariat.pages.facets import selection_from
from delphi.secretariat.pages.sorting import categories_page, category_page, merge_page, sorting_page
from delphi.secretariat.pages.study_head import study_head
from delphi.secretariat.posted import chosen_category, ticked, typed_name
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.services.categories import (
    assign_category,
    create_category,
    live_category,
    merge_categories,
    rename_category,
)
from surveys.vocabulary import Permission, StatementKind, ViolationCode


@blueprint.get("/studies/<int:study_id>/categories")
@requires(Permission.OVERSEE)
def categories(study_id: int) -> Any:
    """All categories."""
    return _list(study_id, typed=LocalizedText(), problem="", status=200)


@blueprint.post("/studies/<int:study_id>/categories")
@requires(Permission.OVERSEE)
def add_category(study_id: int) -> Any:
    """Make a category."""
    languages = study_head(reading_session(), study_id=study_id).languages
    typed = typed_name(request.form, languages=languages)
    try:
        with transaction() as session:
            create_category(
                session, actor=current_actor(), study_id=study_id, name=typed, languages=languages, now=clock.now()
            )
    except RuleViolation as violation:
        return _list(study_id, typed=typed, problem=violation_sentence(violation), status=422)
    flash(gettext("The category is made. Sort statements into it."))
    return redirect(url_for("secretariat.categories", study_id=study_id), 303)


@blueprint.get("/studies/<int:study_id>/categories/<int:category_id>")
@requires(Permission.OVERSEE)
def category(study_id: int, category_id: int) -> Any:
    """One category with its statements."""
    found = live_category(reading_session(), study_id=study_id, category_id=category_id)
    return _one(study_id, category_id, typed=found.name, problem="", status=200)


@blueprint.post("/studies/<int:study_id>/categories/<int:category_id>")
@requires(Permission.OVERSEE)
def rename(study_id: int, category_id: int) -> Any:
    """Give a category other names."""
    languages = study_head(reading_session(), study_id=study_id).languages
    typed = typed_name(request.form, languages=languages)
    try:
        with transaction() as session:
            rename_category(
                session,
                actor=current_actor(),
                study_id=study_id,
                category_id=category_id,
                name=typed,
                languages=languages,
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _one(study_id, category_id, typed=typed, problem=violation_sentence(violation), status=422)
    flash(gettext("The names are stored."))
    return redirect(url_for("secretariat.category", study_id=study_id, category_id=category_id), 303)


@blueprint.get("/studies/<int:study_id>/categories/<int:category_id>/merge")
@requires(Permission.OVERSEE)
def preview_merging(study_id: int, category_id: int) -> Any:
    """What merging into the category `into` of the address would move."""
    into = request.args.get("into", "")
    if not into.isdecimal():
        found = live_category(reading_session(), study_id=study_id, category_id=category_id)
        problem = violation_sentence(RuleViolation(ViolationCode.TARGET_MISSING))
        return _one(study_id, category_id, typed=found.name, problem=problem, status=422)
    return _merge(study_id, category_id, int(into), problem="", status=200)


@blueprint.post("/studies/<int:study_id>/categories/<int:category_id>/merge")
@requires(Permission.OVERSEE)
def merge(study_id: int, category_id: int) -> Any:
    """Merge, as the preview said."""
    into = int(request.form["into"]) if request.form.get("into", "").isdecimal() else 0
    try:
        with transaction() as session:
            moved = merge_categories(
                session,
                actor=current_actor(),
                study_id=study_id,
                source_id=category_id,
                target_id=into,
                digest=request.form.get("digest", ""),
                now=clock.now(),
            )
    except RuleViolation as violation:
        if violation.code is not ViolationCode.PREVIEW_OUTDATED:
            raise
        return _merge(study_id, category_id, into, problem=violation_sentence(violation), status=409)
    flash(ngettext("Merged: %(num)s statement has moved.", "Merged: %(num)s statements have moved.", moved))
    return redirect(url_for("secretariat.category", study_id=study_id, category_id=into), 303)


@blueprint.get("/studies/<int:study_id>/categories/sort")
@requires(Permission.OVERSEE)
def sort_statements(study_id: int) -> Any:
    """The desk: statements to tick, a category to choose."""
    return _desk(study_id, chosen=frozenset(), problem="", status=200)


@blueprint.post("/studies/<int:study_id>/categories/sort")
@requires(Permission.OVERSEE)
def sort_ticked(study_id: int) -> Any:
    """Sort the ticked statements into the chosen category."""
    selection = selection_from(request.args, kind=StatementKind.ACTIVITY)
    shown = sorting_page(reading_session(), study_id=study_id, selection=selection)
    chosen = ticked(request.form, shown=[row for group in shown.groups for row in group.rows])
    try:
        with transaction() as session:
            changed = assign_category(
                session,
                actor=current_actor(),
                study_id=study_id,
                statement_ids=chosen,
                category_id=chosen_category(request.form),
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _desk(study_id, chosen=frozenset(chosen), problem=violation_sentence(violation), status=422)
    flash(ngettext("%(num)s statement sorted.", "%(num)s statements sorted.", changed))
    return redirect(request.full_path.rstrip("?"), 303)


def _list(study_id: int, *, typed: LocalizedText, problem: str, status: int) -> Any:
    view = categories_page(reading_session(), study_id=study_id)
    page = render_template("secretariat/categories.html", view=view, study=view.study, typed=typed, problem=problem)
    return page, status


def _one(study_id: int, category_id: int, *, typed: LocalizedText, problem: str, status: int) -> Any:
    view = category_page(reading_session(), study_id=study_id, category_id=category_id)
    page = render_template("secretariat/category.html", view=view, study=view.study, typed=typed, problem=problem)
    return page, status


def _merge(study_id: int, category_id: int, into: int, *, problem: str, status: int) -> Any:
    view = merge_page(reading_session(), study_id=study_id, source_id=category_id, target_id=into)
    return render_template("secretariat/merge.html", view=view, study=view.study, problem=problem), status


def _desk(study_id: int, *, chosen: frozenset[int], problem: str, status: int) -> Any:
    selection = selection_from(request.args, kind=StatementKind.ACTIVITY)
    view = sorting_page(reading_session(), study_id=study_id, selection=selection)
    page = render_template("secretariat/sort.html", view=view, study=view.study, chosen=chosen, problem=problem)
    return page, status
