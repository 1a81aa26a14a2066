"""What stands beside the verdicts: charts and files, two rounds, another rule, the log, a look as an expert."""

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlmodel import select

from delphi.database import Database
from surveys.models import Comment, Person, RoundResult, Snapshot
from surveys.services.comments import share_comment
from tests.builders import NOW, as_facilitator, everybody, everything_stored, expert_client, token_in
from tests.delphi.facilitator.closed_rounds import ClosedRound

CHARTS = ("answers", "map", "convergence")
FILES = re.compile(r'href="(/facilitate/rounds/\d+/charts/[^"]+)"')
MOVED = "9 9 | 9 9 | 9 9 | 8 9 | 8 . | 8 ."


def address(closed: ClosedRound, page: str, **asked: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/facilitate/rounds/{closed.round_id}/{page}" + (f"?{query}" if query else "")


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_the_same_on_its_page_and_in_its_files(closed: ClosedRound, chart: str) -> None:
    page = closed.page(address(closed, chart))
    links = dict.fromkeys(FILES.findall(page))
    assert {urlsplit(link).path.rpartition(".")[2] for link in links} == {"png", "svg", "csv"}
    shown = re.search(r'<svg class="chart".*?</desc>(.*?)</svg>', page, re.DOTALL)
    assert shown is not None
    for link in links:
        got = closed.facilitator.get(link)
        assert got.status_code == 200
        kind = urlsplit(link).path.rpartition(".")[2]
        assert got.headers["Content-Disposition"].startswith("attachment; filename=")
        assert got.headers["Content-Disposition"].endswith(f'-en.{kind}"')
        if kind == "png":
            assert got.data.startswith(b"\x89PNG")
        elif kind == "svg":
            assert shown[1] in got.text
            drawing = ElementTree.fromstring(got.text)  # noqa: S314
            assert drawing.find("{http://www.w3.org/2000/svg}title") is not None
            assert "var(--" not in got.text
            assert "A5" in got.text
        else:
            rows = list(csv.reader(io.StringIO(got.data.decode("utf-8-sig"))))
            assert {row[0] for row in rows[1:]} | {row[1] for row in rows[1:]} >= {"A5-01"}


def test_chart_files_speak_the_language_of_the_page(closed: ClosedRound) -> None:
    got = closed.facilitator.get(address(closed, "charts/answers/activity.svg", language="fr"))
    assert "Train advisers in soil testing 1 (fr)" in got.text
    assert "-fr.svg" in got.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "path",
    [
        "charts/answers/problem.svg",
        "charts/nothing/activity.svg",
        "charts/answers/activity.pdf",
        "charts/change/activity.svg",
    ],
)
def test_there_is_no_other_chart(closed: ClosedRound, path: str) -> None:
    assert closed.facilitator.get(address(closed, path)).status_code == 404


def test_a_statement_takes_its_picture_along(closed: ClosedRound) -> None:
    page = closed.page(f"/facilitate/statements/{closed.statements[0]}")
    (svg,) = {link for link in FILES.findall(page) if link.endswith("A5-01-importance.svg")}
    assert "6 answers. 8: 3; 9: 3" in closed.facilitator.get(svg).text


def test_another_rule_changes_nothing_that_is_stored(closed: ClosedRound) -> None:
    before = everything_stored(closed.database)
    page = closed.page(address(closed, "what-if"))
    assert "What if the rule were another one?" in page
    loose = {"agreement": 50, "iqr": 8, "quantile": "linear", "denominator": "rated", "min_n": 5}
    page = closed.page(address(closed, "what-if", **loose))
    # Three of six rate the divided activity high: half agree, and a middle half of any width will do.
    assert "1 of 4 verdicts would change" in page
    assert "Exploration, not the protocol." in page
    assert re.search(r"A5-02.*?Split in two camps.*?Agreed high", page, re.DOTALL)
    strict = {**loose, "denominator": "eligible", "min_n": 3, "agreement": 75, "iqr": 2}
    assert "No verdict would change" in closed.page(address(closed, "what-if", **strict))
    assert everything_stored(closed.database) == before


def test_a_rule_that_cannot_be_read_is_told_at_its_field(closed: ClosedRound) -> None:
    bad = {"agreement": "many", "iqr": 2, "quantile": "linear", "denominator": "rated", "min_n": 1}
    got = closed.facilitator.get(address(closed, "what-if", **bad))
    assert got.status_code == 422
    assert 'aria-invalid="true"' in got.text
    assert 'value="many"' in got.text


def test_two_rounds_stand_side_by_side(closed: ClosedRound) -> None:
    first = closed.page(address(closed, "comparison"))
    assert "No rating round was closed before this one." in first
    later = closed.another_round(MOVED)
    page = closed.page(f"/facilitate/rounds/{later}/comparison")
    assert "Rounds 1 and 2 side by side" in page
    assert "+50 points since round 1, all from minds changed: the same 6 people answered." in page
    assert "1 of 6 people kept their answer." in page
    assert "Everybody who answered round 1 answered this one too." in page
    assert closed.page(f"/facilitate/rounds/{later}/convergence").count("<polyline") == 4
    svg = closed.facilitator.get(f"/facilitate/rounds/{later}/charts/change/activity.svg?with=1")
    assert svg.status_code == 200


def test_few_leavers_are_counted_and_their_part_is_not_told(closed: ClosedRound) -> None:
    later = closed.another_round("9 9 | 9 9 | 9 9 | 8 9 | 8 9")
    page = closed.page(f"/facilitate/rounds/{later}/comparison")
    assert "5 rated it both times, 1 only before, 0 only now: too few to tell their parts apart." in page
    assert "Minds changed" not in page
    assert "1 of 6 people who answered round 1 did not answer this one. They are too few to compare" in page


def test_agreed_ones_stand_apart_whatever_their_rank(closed: ClosedRound) -> None:
    page = closed.page(address(closed, "board"))
    heads = re.findall(r'scope="rowgroup">.*?</svg>([^<]+)</span>', page, re.DOTALL)
    assert heads == ["Agreed", "Not agreed", "Agreed to drop", "Too few answers"]
    assert 'scope="rowgroup"' not in closed.page(address(closed, "board", sort="code"))


def test_nobody_rated_is_said_in_words(closed: ClosedRound) -> None:
    page = closed.page(address(closed, "board"))
    assert "median –" not in page
    assert "0 of 0" not in page
    assert "Nobody rated it." in page


def test_an_objection_goes_with_its_statement_to_board_and_outcomes(closed: ClosedRound) -> None:
    with closed.database.writing() as session:
        comment = session.exec(select(Comment).where(Comment.text == "Who checks the buyers?")).one()
        comment_id = comment.id
    comments = address(closed, "comments")
    post = f"{comments}/{comment_id}/objection"
    token = token_in(closed.page(comments))
    refused = closed.facilitator.post(post, data={"csrf_token": token, "is_objection": "1"})
    assert refused.status_code == 422
    assert "Share this comment first" in refused.text
    with closed.database.writing() as session:
        share_comment(
            session,
            actor=as_facilitator(closed.small),
            round_id=closed.round_id,
            comment_id=comment_id,
            now=NOW,
        )
    assert closed.facilitator.post(post, data={"csrf_token": token, "is_objection": "1"}).status_code == 303
    assert "1 principled objection." in closed.page(address(closed, "board"))
    publish = f"{closed.base}/publish"
    page = closed.page(publish)
    digest = page.split('name="digest"')[1].split('value="')[1].split('"')[0]
    closed.facilitator.post(publish, data={"csrf_token": token_in(page), "digest": digest})
    assert "Principled objection</b> Who checks the buyers?" in closed.page(f"{closed.base}/outcomes")


def test_a_round_is_seen_as_an_invented_expert_will_meet_it(closed: ClosedRound) -> None:
    with closed.database.writing() as session:
        for comment in session.exec(select(Comment)).all():
            share_comment(
                session, actor=as_facilitator(closed.small), round_id=closed.round_id, comment_id=comment.id, now=NOW
            )
    form = closed.page(f"{closed.base}/next-round")
    planned = closed.facilitator.post(f"{closed.base}/next-round", data={"csrf_token": token_in(form)})
    round_id = int(planned.headers["Location"].split("/rounds/")[1].split("/")[0])
    assert f"/rounds/{round_id}/preview" in closed.page(planned.headers["Location"])
    frames = closed.facilitator.get(f"/facilitate/rounds/{round_id}/preview")
    assert frames.status_code == 200
    assert "frame-src 'self'" in frames.headers["Content-Security-Policy"]
    addresses = re.findall(r'<iframe src="([^"]+)"', frames.text)
    assert [urlsplit(one).path.rpartition("/")[2] for one in addresses] == ["en", "fr"]
    before = everything_stored(closed.database)
    high = closed.facilitator.get(f"/facilitate/rounds/{round_id}/preview/en?profile=high")
    assert "frame-ancestors 'self'" in high.headers["Content-Security-Policy"]
    assert "You answered 9." in high.text
    assert "6 answers: 3 at" in high.text
    assert "You answered 1." in closed.page(f"/facilitate/rounds/{round_id}/preview/en?profile=low")
    assert "You did not answer this" in closed.page(f"/facilitate/rounds/{round_id}/preview/en?profile=none")
    french = closed.page(f"/facilitate/rounds/{round_id}/preview/fr")
    assert '<html lang="fr"' in french
    assert "Train advisers in soil testing 2 (fr)" in french
    assert "<fieldset disabled" in french
    assert closed.facilitator.get(f"/facilitate/rounds/{round_id}/preview/de").status_code == 404
    assert everything_stored(closed.database) == before
    assert expert_client(closed.app, closed.small, closed.small.experts[0]).get(addresses[0]).status_code == 404


def test_the_rule_proposes_by_name_and_offers_the_ranking_once_it_is_met(closed: ClosedRound) -> None:
    page = closed.page(f"{closed.base}/next-round")
    words = re.findall(r'<p class="small">\s*<span class="tag [a-z_]+">.*?</svg>([^<]+)</span>', page, re.DOTALL)
    assert words == ["Settled", "Keep", "Dropped", "Keep"]
    assert "about 2 minutes for each expert" in page
    assert "The stop rule is met" not in page
    assert page.count("One round does not show whether it lasts.") == 2, "agreed, and agreed to drop"
    closed.another_round(MOVED)
    closed.another_round("9 | 9 | 9 | 9 | . | .")
    page = closed.page(f"{closed.base}/next-round")
    assert "The stop rule is met:" in page
    assert "See the final ranking and publish" in page


def test_the_log_is_filtered_by_its_address_and_taken_along(closed: ClosedRound) -> None:
    log = f"{closed.base}/log"
    everything, rounds = closed.page(log), closed.page(f"{log}?what=rounds")
    assert "Closed round 1" in rounds
    assert rounds.count("<li>") <= everything.count("<li>")
    assert "Closed round 1" not in closed.page(f"{log}?what=comments")
    assert "Nothing matches these filters." in closed.page(f"{log}?what=comments")
    mine = closed.page(f"{log}?who={closed.small.facilitator_id}")
    assert "Closed round 1" in mine
    assert "Closed round 1" not in closed.page(f"{log}?who=0")
    assert "Closed round 1" in closed.page(f"{log}?from=2026-05-04&to=2026-05-04")
    assert "Nothing matches" in closed.page(f"{log}?to=2026-05-03")
    assert closed.facilitator.get(f"{log}?from=soon&who=me&before=x").status_code == 200
    got = closed.facilitator.get(f"{closed.base}/log.csv?what=rounds")
    rows = list(csv.reader(io.StringIO(got.data.decode("utf-8-sig"))))
    assert rows[0] == ["When (UTC)", "Who", "About", "What"]
    assert any(row[3].startswith("Closed round 1") and row[1] == "Lukas A5" for row in rows)
    assert not [row for row in rows if "Expert soil" in " ".join(row)]


@pytest.mark.slow
def test_no_page_or_file_of_results_names_an_expert_or_links_one_across_rounds(closed: ClosedRound) -> None:
    later = closed.another_round(MOVED)
    texts = crawl(closed, [f"{closed.base}/log", address(closed, "board"), f"/facilitate/rounds/{later}/board"])
    assert len(texts) > 25
    with closed.database.reading() as session:
        experts = [one for one in everybody(session) if one.id in closed.small.experts]
        digests = session.exec(select(Snapshot.digest)).all()
    assert len(experts) == 6
    assert digests
    for where, text in texts.items():
        assert not [one for one in experts if one.name in text or one.email in text], where
        # A code such as P-03 belongs to one round of ideas; pages of ratings have none.
        assert not re.search(r"\bP-\d\d\b", text), where


def crawl(closed: ClosedRound, starts: list[str]) -> dict[str, str]:
    """Every page and file of results that links lead to from some addresses, but those about people."""
    waiting, found = list(starts), {}
    own = re.compile(
        r"^/facilitate/(rounds/\d+/(board|answers|map|comparison|convergence|what-if|charts|comments)|statements/\d+$|task-forces/\d+/(log|outcomes|next-round))"
    )
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        got = closed.facilitator.get(place)
        assert got.status_code == 200, place
        found[place] = "" if got.mimetype == "image/png" else got.get_data(as_text=True)
        if got.mimetype == "text/html":
            links = [one.replace("&amp;", "&") for one in re.findall(r'href="([^"#]+)"', found[place])]
            waiting += [one for one in links if own.match(one) and "language=" not in one]
    return found


def test_a_foreign_task_force_is_not_there(closed: ClosedRound) -> None:
    other = ClosedRound(closed.app, slug="other", code="B1")
    pages = (
        "answers",
        "map",
        "comparison",
        "convergence",
        "what-if",
        "charts/map/activity.svg",
        "preview",
        "preview/en",
    )
    for path in (*(address(closed, page) for page in pages), f"{closed.base}/log", f"{closed.base}/log.csv"):
        assert other.facilitator.get(path).status_code == 404, path
        assert closed.facilitator.get(path).status_code == 200, path


def test_open_rounds_show_none_of_it(app: Flask) -> None:
    from tests.builders import a_study, an_open_rating_round, staff_client

    database: Database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
        round_id = round_.id
    client = staff_client(app, small.facilitator_id)
    for page in ("board", "answers", "map", "comparison", "convergence", "what-if", "charts/map/activity.svg"):
        assert client.get(f"/facilitate/rounds/{round_id}/{page}").status_code in (409, 422), page
    with database.reading() as session:
        assert session.exec(select(RoundResult)).all() == []
        assert session.exec(select(Person)).first() is not None
