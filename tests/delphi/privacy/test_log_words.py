"""The whole log shows what was there and what is there in words, whatever form it was recorded in."""

from datetime import UTC, datetime

from flask import Flask

from surveys.services.audit import record
from surveys.vocabulary import AuditAction
from tests.builders import a_study, an_administrator, staff_client


def test_old_and_new_values_stand_beside_each_other(app: Flask) -> None:
    now = datetime.now(UTC)
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
        where = {"actor": None, "now": now, "study_id": small.study_id}
        administrator_id = an_administrator(session)
        record(session, AuditAction.TRANSLATION_SAVED, before="no date at all", after="words", **where)
        record(session, AuditAction.DATES_PLANNED, before=[], after=[[1, "2026-06-01"], [2, None]], **where)
        old, new = {"review": "withheld", "paraphrase": {}}, {"review": "shared", "paraphrase": {"en": "Said again"}}
        record(session, AuditAction.COMMENT_REVIEWED, before=old, after=new, how="shared", **where)
    page = staff_client(app, administrator_id).get("/data-protection/log").text
    for words in (
        "no date at all",
        "1, 2026-06-01, 2, –",
        "review: withheld",
        "review: shared, paraphrase: en: Said again",
    ):
        assert f">{words}" in page, words
    secretary = staff_client(app, small.secretary_id).get(f"/secretariat/studies/{small.study_id}/log")
    assert secretary.status_code == 200
