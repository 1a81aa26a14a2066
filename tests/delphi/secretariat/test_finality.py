"""A plan with gaps is a draft: nobody votes on it, and what was reopened or split is said wherever it is read."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from delphi import clock
from delphi.exports.activity_tables import activity_tables
from delphi.exports.header import header_of, readme_table
from delphi.exports.language import speaking
from delphi.exports.published import activity_records
from delphi.plan.contents import plan_contents
from surveys.models import Consultation, Outcome, Statement
from surveys.queries.activities import ranked_statements
from surveys.queries.finality import plan_gaps
from surveys.queries.programme import programme_of
from surveys.rules.blockers import Blocker
from surveys.services.facilities import Part, decide_parts
from tests.builders import NOW, as_secretary, token_in
from tests.published import PublishedStudy


def decide_all(app: Flask, study: PublishedStudy) -> list[str]:
    """Split every activity of the plan between a Core and a Global Facility; their codes."""
    with app.extensions["delphi_database"].writing() as session:
        open_ones = plan_gaps(session, study_id=study.study_id).unassigned
        decide_parts(
            session,
            actor=as_secretary(study.small),
            study_id=study.study_id,
            statement_ids=[one.statement_id for one in open_ones],
            parts=(
                Part(facility_id=study.facilities["CF.I"], words="Rules"),
                Part(facility_id=study.facilities["GF.1"], words="Field work"),
            ),
            source="Minutes, 2026",
            reason="Shared",
            leader="Secretariat",
            partners="FAO",
            now=NOW,
        )
        return [one.code for one in open_ones]


def reopen(app: Flask, study: PublishedStudy) -> None:
    with app.extensions["delphi_database"].writing() as session:
        for outcome in session.exec(select(Outcome).where(Outcome.task_force_id == study.other.task_force_id)).all():
            outcome.stale_since = NOW
            session.add(outcome)


def put_to_the_vote(desk: FlaskClient, study: PublishedStudy) -> int:
    address = f"/secretariat/studies/{study.study_id}/consultations"
    form = {
        **{f"{name}_{code}": "Words" for name in ("title", "question") for code in ("en", "fr")},
        "closes_at": (clock.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M"),
        "quorum": "1",
        "chapters": "goal",
        "csrf_token": token_in(desk.get(address).get_data(as_text=True)),
    }
    return desk.post(address, data=form).status_code


def test_nobody_votes_on_a_plan_with_activities_that_nobody_carries(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    address = f"/secretariat/studies/{study.study_id}/consultations"
    page = desk.get(address).text
    with app.extensions["delphi_database"].reading() as session:
        missing = plan_gaps(session, study_id=study.study_id).unassigned
        assert {one.statement_id for one in missing} == {
            one.statement_id for one in plan_contents(session, study_id=study.study_id, now=NOW).unassigned
        }
    assert missing and "Seal the document" not in page
    for one in missing:
        assert f'href="/secretariat/statements/{one.statement_id}">{one.code}</a>' in page
    token = token_in(desk.get(f"/secretariat/studies/{study.study_id}/exports").text)
    typed = {f"{name}_{code}": "Words" for name in ("title", "question") for code in ("en", "fr")}
    closes = (clock.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    sent = desk.post(address, data={**typed, "quorum": "1", "closes_at": closes, "csrf_token": token})
    assert sent.status_code == 422 and "The plan is not final yet" in sent.text
    with app.extensions["delphi_database"].reading() as session:
        assert session.exec(select(Consultation)).all() == []
    decide_all(app, study)
    assert put_to_the_vote(desk, study) == 303


def test_a_reopened_round_is_said_on_every_page_and_in_every_file(
    app: Flask, desk: FlaskClient, study: PublishedStudy
) -> None:
    decide_all(app, study)
    reopen(app, study)
    root = f"/secretariat/studies/{study.study_id}"
    assert "reopened after publishing" in desk.get(f"{root}/").text
    assert "Its round was reopened since; this may change." in desk.get(f"{root}/activities").text
    assert "the outcomes are to be published again: B1." in desk.get(f"{root}/consultations").text
    with app.extensions["delphi_database"].reading() as session:
        rows = {row.objective.code: row for row in programme_of(session, study_id=study.study_id, now=NOW)}
        assert rows["B1"].finding.blocker is Blocker.REOPENED and rows["B1"].finding.needs_secretariat
        assert not rows["A5"].is_stale
        plan = plan_contents(session, study_id=study.study_id, now=NOW)
        assert plan.stale == ["B1"] and not plan.is_final
        listed = ranked_statements(session, study_id=study.study_id)
        header = header_of(session, study_id=study.study_id, sealed=[row.figures.sealed for row in listed])
        with app.test_request_context(), speaking("en"):
            tables = activity_tables(listed)
            readme = readme_table(header, about="", tables=tables, command="")
        assert any("reopened after publishing: B1." in str(cell) for row in readme.rows for cell in row)
        records = activity_records(session, study_id=study.study_id, rows=listed)
        assert {one.objective for one in records if one.reopened_since is not None} == {"B1"}


def test_a_split_activity_gives_all_its_parts_to_programs(app: Flask, study: PublishedStudy) -> None:
    split = decide_all(app, study)
    with app.extensions["delphi_database"].reading() as session:
        records = {one.code: one for one in activity_records(session, study_id=study.study_id)}
        board = {row.objective.code: row for row in programme_of(session, study_id=study.study_id, now=NOW)}
        n_bare = len(
            session.exec(
                select(Statement.id).where(Statement.id.in_(study.statements.values()), Statement.category_id.is_(None))  # type: ignore[attr-defined, union-attr]
            ).all()
        )
    for code in split:
        parts = [(one.code, one.part, one.leader, one.partners) for one in records[code].facilities]
        assert parts == [("CF.I", "Rules", "Secretariat", "FAO"), ("GF.1", "Field work", "Secretariat", "FAO")]
    assert 0 < sum(row.n_uncategorised for row in board.values()) <= n_bare
