"""A bundle: what is in it, that nobody is, and that every change of it is found."""

import csv
import hashlib
import io
import json
import statistics
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from delphi.archive.checking import check
from delphi.archive.layout import LAYOUTS, Damaged, as_csv, as_json, compact, read_csv, sheet_of
from delphi.archive.sealing import SUMS, unpack
from surveys.models import AnswerReview, Comment, Idea, Panellist, RoundResult, Snapshot, Submission, TextReview
from surveys.rules.questions.reading import checksum_of, words_of
from tests.builders import NOW
from tests.delphi.archive.conftest import SECRETS, Sealed, bundle_of


def table(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"data/{name}.csv"].decode(), newline="")))


def with_table(files: dict[str, bytes], name: str, rows: list[dict[str, str]]) -> dict[str, bytes]:
    """A changed table, and `data.json` made to fit it where it can be read at all."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=table_columns(name), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    changed = {f"data/{name}.csv": text.getvalue().encode()}
    try:
        sheets = [read_csv(one.name, {**files, **changed}[f"data/{one.name}.csv"]) for one in LAYOUTS]
    except Damaged:
        return changed
    return {**changed, "data.json": as_json(sheets)}


def table_columns(name: str) -> tuple[str, ...]:
    return next(one.columns for one in LAYOUTS if one.name == name)


def test_a_bundle_checks_out_and_says_how_much(sealed: Sealed) -> None:
    checked = check(sealed.content)
    assert (checked.n_rounds, checked.n_answers, checked.n_not_repeatable) == (3, 49, 0)
    assert checked.n_figures > 300
    assert checked.seal == hashlib.sha256(zip_file(sealed.content, SUMS)).hexdigest()
    assert check(sealed.content, seal=checked.seal) == checked


def zip_file(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def test_nobody_is_in_a_bundle(sealed: Sealed) -> None:
    files = sealed.files
    text = "\n".join(content.decode() for content in files.values())
    assert [word for word in SECRETS if word in text] == []
    assert "Shared comment" in text and "Former les conseillers" in text
    with sealed.app.extensions["delphi_database"].reading() as session:
        nonces = [one.nonce for one in session.exec(select(Submission)).all() if one.nonce]
        receipts = sorted(one.digest for one in session.exec(select(Submission)).all() if one.digest)
    assert len(nonces) == 4 and not any(nonce in text for nonce in nonces)
    assert [row["digest"] for row in table(files, "receipts")] == receipts
    ideas = table(files, "ideas")
    assert set(ideas[0]) == {
        *("idea", "task_force", "round", "kind", "parent", "status", "language", "text", "parked_reason")
    }


def test_codes_are_drawn_anew_for_each_bundle(sealed: Sealed) -> None:
    again = unpack(bundle_of(sealed.app, sealed.small))[0]
    first, second = ({row["expert"] for row in table(files, "members")} for files in (sealed.files, again))
    assert (len(first), len(second), first & second) == (6, 6, set())
    with sealed.app.extensions["delphi_database"].reading() as session:
        ids = session.exec(select(Panellist.id)).all()
    orders = {tuple(row["expert"] for row in table(files, "members")) for files in (sealed.files, again)}
    assert len(ids) == 6 and all(list(order) == sorted(order) for order in orders)


def test_what_somebody_wrote_does_not_lead_to_their_ratings(sealed: Sealed) -> None:
    files = sealed.files
    texts = {row["expert"] for row in table(files, "question_answers") if row["position"] == "2"}
    assert len(texts) == 5
    assert texts & {row["expert"] for row in table(files, "ratings")} == set()


def test_written_answers_are_there_only_as_they_were_read_over(sealed: Sealed) -> None:
    """Words that stay in the house have a checksum that fits what was frozen; it cannot be guessed from the bundle."""
    files = sealed.files
    told = [json.loads(row["answer"]) for row in table(files, "question_answers") if row["position"] == "2"]
    with sealed.app.extensions["delphi_database"].reading() as session:
        nonces = {one.words: one.nonce for one in session.exec(select(AnswerReview)).all()}
    kept = {}
    for text in ("PARAPHRASED 2", "WITHHELD 3"):
        answer = {"text": text}
        kept[text] = checksum_of(answer, nonce=nonces[words_of(answer)])
        assert kept[text] not in (words_of(answer), checksum_of(answer, nonce=""))
    assert sorted(map(compact, told)) == sorted(
        compact(one)
        for one in (
            {"review": "shared", "text": "Words 0"},
            {"review": "shared", "text": "Words 1"},
            {"review": "shared", "text": {"en": "In short", "fr": "En bref"}, "checksum": kept["PARAPHRASED 2"]},
            {"review": "withheld", "checksum": kept["WITHHELD 3"]},
            {"review": "waiting"},
        )
    )
    everything = "\n".join(content.decode() for content in files.values())
    assert not any(nonce in everything for nonce in nonces.values() if nonce)
    page = files["index.en.html"].decode()
    assert "1 answer is not yet read over. 1 answer is withheld." in page


def test_what_was_reopened_is_told_without_single_answers(sealed: Sealed) -> None:
    (closing,) = table(sealed.files, "earlier_closings")
    now = next(row for row in table(sealed.files, "rounds") if row["round"] == "2")
    assert (closing["round"], closing["snapshot"], now["snapshot"]) == ("2", "1", "2")
    assert (closing["reason"], closing["n_answered"]) == ("A mail was late", "6")
    assert closing["closed_at"] < closing["reopened_at"] < now["closed_at"]
    with sealed.app.extensions["delphi_database"].reading() as session:
        digests = session.exec(select(Snapshot.digest).where(Snapshot.round_id == 2).order_by(col(Snapshot.number)))
        assert [closing["sealed_digest"], now["sealed_digest"]] == list(digests.all())
    verdicts = table(sealed.files, "earlier_verdicts")
    assert [row["statement"] for row in verdicts if row["criterion"] == "importance"] == [
        *("A5-01", "A5-02", "A5-03", "A5-04")
    ]
    assert not {"expert", "frequency", "n", "median"} & set(verdicts[0])


def test_rules_name_every_amendment_and_the_version_it_made(sealed: Sealed) -> None:
    protocol = json.loads(sealed.files["protocol.json"])
    (amendment,) = protocol["amendments"]
    assert (amendment["version"], amendment["reason"]) == (2, "Three mails were too many")
    assert [one["setting"] for one in amendment["changes"]] == ["reminders_at_most"]
    by_version = {one["version"]: one["fingerprint"] for one in protocol["versions"]}
    assert (amendment["fingerprint_before"], amendment["fingerprint_after"]) == (by_version[1], by_version[2])


def test_texts_that_nobody_has_read_over_stay_in_the_house(archived: Sealed) -> None:
    """Their authors are removed, and the text itself may say who they were."""
    with archived.app.extensions["delphi_database"].writing() as session:
        idea = session.exec(select(Idea).where(Idea.text == "Former les conseillers")).one()
        comment = session.exec(select(Comment).where(Comment.text == "Shared comment")).one()
        for kind, row_id in (("idea", idea.id), ("comment", comment.id)):
            session.add(TextReview(study_id=archived.small.study_id, kind=kind, row_id=row_id, listed_at=NOW))
    files = unpack(bundle_of(archived.app, archived.small))[0]
    text = "\n".join(content.decode() for content in files.values())
    assert "Former les conseillers" not in text and "Shared comment" not in text
    assert sorted(row["text"] for row in table(files, "ideas")) == ["No money", "[…]"]
    with archived.app.extensions["delphi_database"].writing() as session:
        for review in session.exec(select(TextReview)).all():
            review.reviewed_at = NOW
            session.add(review)
    files = unpack(bundle_of(archived.app, archived.small))[0]
    assert {row["text"] for row in table(files, "ideas")} == {"Former les conseillers", "No money"}
    assert [row["en"] for row in table(files, "comments")] == ["Shared comment"]


def test_every_file_is_in_the_list_of_checksums(sealed: Sealed, tmp_path_factory: pytest.TempPathFactory) -> None:
    tmp_path = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(io.BytesIO(sealed.content)) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=tmp_path, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"")
    listed = {line.split("  ", 1)[1] for line in (tmp_path / SUMS).read_text().splitlines()}
    assert listed == {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} - {SUMS}


def test_the_pages_open_without_anything_else(sealed: Sealed) -> None:
    files = sealed.files
    english, french = files["index.en.html"].decode(), files["index.fr.html"].decode()
    assert "Soil study" in english and "Étude des sols" in french
    assert "Train advisers in soil testing 1 (fr)" in french
    for page in (english, french, files["index.html"].decode()):
        assert not any(word in page for word in ("<script", "http://", "https://", "style=", "src="))


def test_a_stranger_recomputes_it_with_nothing_but_python(sealed: Sealed, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(sealed.content)) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-I", "-S", "recompute.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "every one is the published one" in done.stdout
    results = tmp_path / "data" / "results.csv"
    results.write_text(results.read_text().replace(",8.5,", ",8.0,", 1))
    wrong = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert wrong.returncode == 1 and wrong.stdout.startswith("DIFFERENT: A5, 2, A5-01, importance: median is '8.0'")


def test_a_second_recomputation_gives_the_published_figures(sealed: Sealed) -> None:
    """NumPy and `statistics` on the raw answers of the bundle against the rows of the database."""
    answers: dict[tuple[str, str], list[int]] = {}
    for row in table(sealed.files, "ratings"):
        if row["state"] == "rated":
            answers.setdefault((row["round"], row["statement"]), []).append(int(row["value"]))
    compared = 0
    for row in table(sealed.files, "results"):
        values = answers.get((row["round"], row["statement"]), []) if row["criterion"] == "importance" else []
        if not values:
            continue
        assert float(row["median"]) == statistics.median(values)
        assert float(row["mean"]) == pytest.approx(statistics.fmean(values))
        q1, q3 = np.percentile(values, [25, 75])
        assert (float(row["q1"]), float(row["q3"]), float(row["iqr"])) == (q1, q3, q3 - q1)
        assert int(row["agreement_k"]) == sum(value >= 7 for value in values)
        compared += 1
    with sealed.app.extensions["delphi_database"].reading() as session:
        rounds = select(func.max(Snapshot.id)).group_by(col(Snapshot.round_id))
        newest = session.exec(select(RoundResult).where(col(RoundResult.snapshot_id).in_(rounds))).all()
        stored = {(one.median, one.mean) for one in newest if one.n}
    published = {
        (float(row["median"]), float(row["mean"])) for row in table(sealed.files, "results") if row["n"] != "0"
    }
    assert (compared, published) == (8, stored)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found(sealed: Sealed, data: Any) -> None:
    bundle = sealed.content
    at = data.draw(st.integers(0, len(bundle) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda one: one != bundle[at]))
    with pytest.raises(Damaged):
        check(bundle[:at] + bytes([value]) + bundle[at + 1 :])


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_any_missing_or_added_end_is_found(sealed: Sealed, data: Any) -> None:
    bundle = sealed.content
    cut = data.draw(st.integers(0, len(bundle) - 1))
    for content in (bundle[:cut], bundle + bundle[:1] * (cut % 7 + 1)):
        with pytest.raises(Damaged):
            check(content)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_swapped_lost_or_doubled_row_is_found_even_with_new_checksums(sealed: Sealed, data: Any) -> None:
    """The forger makes checksums and `data.json` fit; the order of rows and the figures give the forgery away."""
    files = sealed.files
    full = [one.name for one in LAYOUTS if len(table(files, one.name)) > 1]
    name = data.draw(st.sampled_from(full))
    rows = table(files, name)
    first = data.draw(st.integers(0, len(rows) - 2))
    second = data.draw(st.integers(first + 1, len(rows) - 1))
    how = data.draw(st.sampled_from(["swap", "double"]))
    if how == "swap":
        rows[first], rows[second] = rows[second], rows[first]
    else:
        rows.insert(second, rows[first])
    with pytest.raises(Damaged, match="out of order"):
        check(sealed.forged(with_table(files, name, rows)))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_changed_answer_is_found_even_with_new_checksums(sealed: Sealed, data: Any) -> None:
    files = sealed.files
    rows = table(files, "ratings")
    at = data.draw(st.integers(0, len(rows) - 1))
    old = int(rows[at]["value"])
    how = data.draw(st.sampled_from(["change", "drop"]))
    if how == "drop":
        del rows[at]
    else:
        rows[at]["value"] = str(data.draw(st.integers(1, 9).filter(lambda one: one != old)))
    with pytest.raises(Damaged, match="frozen answers give"):
        check(sealed.forged(with_table(files, "ratings", rows)))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_changed_figure_is_found_and_named(sealed: Sealed, data: Any) -> None:
    files = sealed.files
    rows = table(files, "results")
    at = data.draw(st.integers(0, len(rows) - 1))
    figures = [name for name in table_columns("results")[5:] if rows[at][name] not in ("", "yes", "no")]
    name = data.draw(
        st.sampled_from([one for one in figures if one not in ("verdict", "consensus_class", "frequency")])
    )
    rows[at][name] = str(int(rows[at][name]) + 1) if "." not in rows[at][name] else repr(float(rows[at][name]) + 0.5)
    statement, criterion = rows[at]["statement"], rows[at]["criterion"]
    with pytest.raises(Damaged, match=f"{statement}, {criterion}: {name} is stored as"):
        check(sealed.forged(with_table(files, "results", rows)))


@pytest.mark.parametrize(
    ("name", "column", "value", "says"),
    [
        ("outcomes", "status", "unresolved", "the outcome is unresolved, its verdict gives"),
        ("outcomes", "rank", "2", "rank is stored as 2"),
        ("question_results", "n", "4", "n is stored as 4"),
        ("question_results", "summary", "{}", "the summary is not the one"),
        ("concordance", "w", "0.5", "w is stored as 0.5"),
        ("rounds", "n_answered", "5", "n_answered is 5, the panel gives"),
        ("rounds", "rule_fingerprint", "0" * 64, "the rules it was judged by are missing"),
        ("earlier_closings", "rule_fingerprint", "0" * 64, "snapshot 1: the rules it was judged by are missing"),
        ("earlier_closings", "snapshot", "2", "snapshot 2 was reopened, no later closing is here"),
        ("earlier_verdicts", "snapshot", "7", "out of order|verdicts of a closing that is not here"),
    ],
)
def test_other_forged_numbers_are_named(sealed: Sealed, name: str, column: str, value: str, says: str) -> None:
    files = sealed.files
    rows = table(files, name)
    at = next(index for index, row in enumerate(rows) if row[column] != value)
    rows[at][column] = value
    with pytest.raises(Damaged, match=says):
        check(sealed.forged(with_table(files, name, rows)))


def test_changed_rules_do_not_have_their_fingerprint(sealed: Sealed) -> None:
    protocol = json.loads(sealed.files["protocol.json"])
    protocol["versions"][0]["settings"]["min_n"] = 4
    with pytest.raises(Damaged, match="protocol version 1: its rules do not have its fingerprint"):
        check(sealed.forged({"protocol.json": json.dumps(protocol).encode()}))


def test_a_perfect_forgery_has_another_seal(sealed: Sealed) -> None:
    seal = check(sealed.content).seal
    forged = sealed.forged({"README.txt": b"Trust me."})
    assert check(forged).seal != seal
    with pytest.raises(Damaged, match="this is another bundle"):
        check(forged, seal=seal)


def test_a_table_keeps_what_it_is_given() -> None:
    odd = ["=1+1", 'say "no"', "two\nlines", "é", "a,b"]
    sheet = sheet_of("ideas", [(text, "A5", 1, "activity", "", "placed", "en", text, "") for text in odd])
    assert read_csv("ideas", as_csv(sheet)) == sheet
