"""Round 1: cards for problems, and cards for proposals."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.expert import blueprint
from delphi.expert.forms.ideas import PostedIdeas, read_ideas
from delphi.expert.forms.seen import client_of, read_seen, sequence_of
from delphi.expert.overtaking import flash_overtaken, overtaken_by
from delphi.expert.pages.further import questions_line
from delphi.expert.pages.ideas import PARTS, ideas_page, stored_texts
from delphi.expert.sitting import Problem, Sitting, after_saving, detour, sit_down
from delphi.expert.views.keeping import closed_meanwhile, slot_words, typed_ideas
from delphi.i18n import language
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.ideas import save_ideas
from surveys.vocabulary import Permission, RoundKind, ViolationCode


@blueprint.get("/rounds/<int:round_id>/ideas/<part>")
@requires(Permission.ANSWER)
def ideas(round_id: int, part: str) -> Any:
    if part not in PARTS:
        abort(404)
    sitting = sit_down(round_id)
    if elsewhere := detour(sitting, kind=RoundKind.IDEAS):
        return elsewhere
    found = ideas_page(reading_session(), sitting=sitting, part=part, more=request.args.get("more", ""))
    return render_template("expert/ideas.html", ideas=found)


@blueprint.post("/rounds/<int:round_id>/ideas/<part>")
@requires(Permission.ANSWER)
def keep_ideas(round_id: int, part: str) -> Any:
    """Save the cards; which button was pressed says where to go next."""
    if part not in PARTS:
        abort(404)
    sitting = sit_down(round_id)
    seen, client = read_seen(request.form), client_of(request.form)
    posted = read_ideas(request.form, kinds=PARTS[part], seen=seen)
    if posted.problems and sitting.takes_answers:
        return _again(sitting, part, posted, posted.problems)
    overtaken = overtaken_by(
        lambda: posted.texts,
        touched=[name for name in posted.touched if name in posted.texts],
        seen=seen,
        client=client,
        sitting=sitting,
        stored=lambda: stored_texts(reading_session(), sitting=sitting),
    )
    try:
        with transaction() as session:
            save_ideas(
                session,
                actor=current_actor(),
                round_id=round_id,
                ideas=posted.ideas,
                language=language(),
                now=clock.now(),
                client=client,
                sequence=sequence_of(request.form),
                fields=posted.touched,
            )
    except RuleViolation as violation:
        if violation.code in (ViolationCode.ROUND_CLOSED, ViolationCode.ROUND_NOT_OPEN):
            return closed_meanwhile(sitting, violation, typed_ideas(posted.texts))
        return _again(sitting, part, posted, [Problem("content", violation_sentence(violation))])
    flash_overtaken(overtaken, labels={slot: slot_words(slot) for slot in posted.texts})
    n_questions = questions_line(reading_session(), sitting=sitting).n_asked
    return _onwards(round_id, part, behind="expert.questions" if n_questions else "expert.check")


def _again(sitting: Sitting, part: str, posted: PostedIdeas, problems: Any) -> Any:
    found = ideas_page(reading_session(), sitting=sitting, part=part, posted=posted, problems=problems)
    return render_template("expert/ideas.html", ideas=found), 422


def _onwards(round_id: int, part: str, *, behind: str) -> Any:
    """`behind` is the page behind the last part."""
    then = request.form.get("then", "next")
    here = url_for("expert.ideas", round_id=round_id, part=part)
    if then.startswith("add-"):
        kind = then.removeprefix("add-")
        return redirect(url_for("expert.ideas", round_id=round_id, part=part, more=kind, _anchor=f"more-{kind}"), 303)
    if then.removeprefix("part-") in PARTS:
        return redirect(url_for("expert.ideas", round_id=round_id, part=then.removeprefix("part-")), 303)
    if then == "questions":
        return redirect(url_for(behind, round_id=round_id), 303)
    names = list(PARTS)
    following = names[names.index(part) + 1 :]
    after = (
        url_for("expert.ideas", round_id=round_id, part=following[0])
        if following
        else url_for(behind, round_id=round_id)
    )
    return after_saving(round_id, following=here if then == "stay" else after)
