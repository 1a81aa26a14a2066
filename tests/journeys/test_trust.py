"""What the main job must not show, and what cannot be changed behind its back."""

import re
from collections.abc import Callable

import pytest

from delphi.cli import main
from tests.journeys.exports import download_all
from tests.journeys.play import Seen
from tests.journeys.script import FRENCH_WRITER, LATE_COMER
from tests.journeys.tampering import Tampering, changed_rating
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.slow

BUT_FOR_EXPERTS = re.compile(
    r"Agreed|Not agreed|two camps|Leaning|Scattered|verdict|threshold|consensus|\bIQR\b|quartile|75 ?%|three quarters",
    re.IGNORECASE,
)


def test_no_file_names_an_expert(seen: Seen) -> None:
    assert {name.partition("-")[0] for name in seen.files} >= {"activities", "data"}
    for name, content in seen.files.items():
        for expert in seen.study.experts:
            assert expert.name.encode() not in content, name


def test_experts_meet_no_other_name_and_no_code_of_the_desk(seen: Seen) -> None:
    everybody = [expert.name for expert in seen.study.experts] + ["Lukas Meyer"]
    for expert in seen.study.experts:
        for path, source in expert.browser.seen:
            others = [name for name in everybody if name != expert.name and name in source]
            assert others == [], f"{expert.name} on {path}"
            assert not re.search(r"\bP-\d\d\b", source), path


def test_experts_meet_no_threshold_and_no_verdict_before_publishing(seen: Seen) -> None:
    for expert in seen.study.experts:
        pages = expert.browser.seen[: seen.pages_before_publishing[expert.number]]
        assert len(pages) > 8
        for path, source in pages:
            found = BUT_FOR_EXPERTS.search(re.sub(r"<[^>]*>", " ", source))
            assert found is None, f"{path}: {found}"


def test_what_was_withheld_or_paraphrased_is_read_by_its_author_only(seen: Seen) -> None:
    for expert in seen.study.experts:
        whole = " ".join(source for _, source in expert.browser.seen)
        assert ("Gaspard" in whole) == (expert.number == 4)
        assert ("Thiès" in whole) == (expert.number == FRENCH_WRITER)


def test_sending_gives_a_receipt_each_round(seen: Seen) -> None:
    for expert in seen.study.experts:
        rounds = {1, 2, 3} if expert.number != LATE_COMER else {2}
        assert set(expert.receipts) == rounds
        assert len(set(expert.receipts.values())) == len(rounds)
    assert set(seen.study.read_mail("Receipt")) == {expert.name for expert in seen.study.experts}


def shown_figures(seen: Seen) -> dict[str, str | bytes]:
    """Everything that shows a figure of a closed round, as it stands now."""
    study = seen.study

    pages: dict[str, Callable[[], Visitor]] = {
        "board 2": lambda: study.open_board(2),
        "board 3": lambda: study.open_board(3),
        "outcomes": lambda: study.to_task_force().follow("Outcomes"),
        "statement": lambda: study.open_statement("map"),
        "list": lambda: study.secretary.open("/").follow("Activities"),
        "results": lambda: study.go_on(study.experts[0]),
    }
    shown: dict[str, str | bytes] = {name: open_page().text for name, open_page in pages.items()}
    shown |= download_all(study.secretary.open("/").follow("Exports"))
    return shown


@pytest.mark.parametrize(("number", "old", "new"), [(2, 4, 1), (3, 6, 1)])
def test_changed_rating_of_a_closed_round_changes_nothing_shown_and_verify_reports_it(
    seen: Seen,
    number: int,
    old: int,
    new: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app, code = seen.study.app, seen.study.codes["map"]
    monkeypatch.setenv("DELPHI_DATABASE_URL", app.config["DELPHI"].database_url)
    before = shown_figures(seen)
    assert main(["verify"]) == 0
    assert "everything fits" in capsys.readouterr().out
    with changed_rating(app, Tampering(round_number=number, code=code, old=old, new=new)):
        assert shown_figures(seen) == before
        assert main(["verify"]) == 1
        reported = capsys.readouterr().out
    assert f"A5 round {number} (snapshot 1), {code}, importance: the answer of panellist" in reported
    assert f"now reads {new}, frozen was {old}." in reported
    assert "1 differences" in reported


def test_changed_rating_changes_no_feedback(seen: Seen) -> None:
    before, meanwhile = seen.feedback_with_changed_rating
    assert "The middle answer is 6.5." in before
    assert meanwhile == before
