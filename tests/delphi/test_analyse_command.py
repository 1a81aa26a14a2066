"""The command `analyse FILE`: its options, its one-line complaints, its words, and that it needs no web framework."""

import json
import os
import resource
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from analysis.strength import StrengthCode
from analysis.types import Strength, Verdict
from delphi.analyse import DENOMINATORS, DONT_KNOW, QUANTILES, SEED, run
from delphi.analyse.options import OptionProblem, Options, read_options, share_text
from delphi.analyse.words import STRENGTHS, VERDICTS, percent, rounded, strength_in_words
from surveys.rating_cells import DONT_KNOW_WORDS
from tests.delphi.rating_panel import arguments, panel

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ratings_file(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    path.write_text(panel(), encoding="utf-8")
    return path


def options(*words: str) -> Options:
    return read_options(arguments("f.csv", *words))


def complaint(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(arguments(*words)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err.strip()


def test_bad_line_is_named_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, target = tmp_path / "panel.csv", tmp_path / "out.json"
    path.write_text("expert,item,rating\nE1,Q1,5\nE1,Q2,12\n", encoding="utf-8")
    words = (str(path), "--format", "json", "--output", str(target))
    assert complaint(capsys, *words) == 'panel.csv, line 3, column rating: "12" is not on the scale 1-9'
    assert [path.name for path in tmp_path.iterdir()] == ["panel.csv"]


def test_missing_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert complaint(capsys, str(tmp_path / "none.csv")) == "none.csv: there is no such file"


def test_output_that_cannot_be_written_is_one_line(
    ratings_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for target, reason in ((tmp_path / "no" / "out", "No such file or directory"), (tmp_path, "Is a directory")):
        message = complaint(capsys, str(ratings_file), "--output", str(target))
        assert message.endswith(f": cannot be written ({reason})")
    assert [path.name for path in tmp_path.iterdir()] == ["ratings.csv"]
    message = complaint(capsys, str(ratings_file), "--output", str(ratings_file))
    assert message.endswith("is the file to be analysed; choose another name")
    assert ratings_file.read_text(encoding="utf-8") == panel()


def test_remarks_go_to_the_error_stream_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.csv"
    path.write_text("expert,item,rating,shoe\nE1,Q1,5,43\n", encoding="utf-8")
    assert run(arguments(str(path), "--format", "json")) == 0
    captured = capsys.readouterr()
    assert captured.err == "note: columns not read: shoe\n"
    json.loads(captured.out)


def test_fractions_are_rounded_on_fine_scales_and_refused_on_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.csv"
    path.write_text("expert,item,rating\nE1,Q1,62.5\nE2,Q1,4\n", encoding="utf-8")
    assert run(arguments(str(path), "--scale", "0-100", "--format", "json")) == 0
    captured = capsys.readouterr()
    assert captured.err == "note: line 2: 62.5 counts as 63, here and wherever it stands\n"
    assert json.loads(captured.out)["rounds"][0]["items"][0]["mean"] == 33.5
    assert '"62.5" is not a whole number' in complaint(capsys, str(path), "--scale", "0-10")


@pytest.mark.parametrize(
    "words, expected",
    [
        (("--scale", "9-1"), '--scale "9-1": a scale has 2 to 1001 points'),
        (("--scale", "0-5000"), '--scale "0-5000": a scale has 2 to 1001 points'),
        (("--scale", "nine"), '--scale "nine": is not a range such as 1-9'),
        (("--agree", "7-10"), '--agree "7-10": is not a part of the scale 1-9'),
        (("--agree", "9-7"), '--agree "9-7": is not a part of the scale 1-9'),
        (("--agreement", "0%"), '--agreement "0%": must be above 0 and at most 100%'),
        (("--agreement", "101"), '--agreement "101": must be above 0 and at most 100%'),
        (("--agreement", "1/0"), '--agreement "1/0": is not a share such as 75%, 0.75 or 2/3'),
        (("--iqr", "wide"), '--iqr "wide": is not a width such as 2 or 1.5'),
        (("--iqr", "inf"), '--iqr "inf": is not a width such as 2 or 1.5'),
        (("--min-n", "0"), '--min-n "0": is not a whole number from 1 to 1000000'),
        (("--seed", "x"), '--seed "x": is not a whole number from 0 to 4294967295'),
        (("--format", "xlsx"), "--format xlsx needs --output PATH"),
    ],
)
def test_option_that_makes_no_sense_is_named(words: tuple[str, ...], expected: str) -> None:
    with pytest.raises(OptionProblem) as caught:
        options(*words)
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    "text, share", [("75%", "3/4"), ("0.75", "3/4"), ("2/3", "2/3"), ("66.7%", "667/1000"), ("75", "3/4"), ("1", "1")]
)
def test_shares_are_exact_however_they_are_written(text: str, share: str) -> None:
    assert options("--agreement", text).rule.agreement == Fraction(share)


@pytest.mark.parametrize("share, text", [("3/4", "75%"), ("2/3", "2/3"), ("5/8", "62.5%"), ("1", "100%")])
def test_shares_are_shown_without_rounding(share: str, text: str) -> None:
    assert share_text(Fraction(share)) == text


@pytest.mark.parametrize(
    "scale, agree, iqr", [("1-9", (7, 9), 2.0), ("1-5", (4, 5), 1.0), ("1..7", (6, 7), 1.0), ("-3..3", (2, 3), 1.0)]
)
def test_usual_rule_follows_the_scale(scale: str, agree: tuple[int, int], iqr: float) -> None:
    rule = options(f"--scale={scale}").rule
    assert ((rule.agree_from, rule.agree_to), rule.iqr) == (agree, iqr)


def test_choices_and_defaults_are_those_of_the_engine() -> None:
    from analysis.types import DEFAULT_SEED, Denominator, Quantile

    assert tuple(Quantile) == QUANTILES
    assert tuple(Denominator) == DENOMINATORS
    assert tuple(DONT_KNOW.split(",")) == DONT_KNOW_WORDS
    assert DEFAULT_SEED == SEED


def test_every_verdict_and_strength_has_words() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert set(STRENGTHS) == set(StrengthCode)
    params: dict[str, int | float | str] = {
        "n": 5, "needed": 5, "n_eligible": 9, "n_decisive": 1, "college": "x", "n_colleges": 1, "chance": 0.0453,
        "probability": 0.5, "steps": 1, "agreeing": 2, "applicable": 9,
    }  # fmt: skip
    for code in StrengthCode:
        assert "{" not in strength_in_words(Strength(code=code, params=params))
    assert strength_in_words(Strength(code="random_answers", params=params)) == (
        "weak: 5 random answers pass this rule 4.5% of the time"
    )
    assert strength_in_words(None) == "-"


@pytest.mark.parametrize(
    "value, text", [(0.125, "0.13"), (2.0, "2"), (-0.001, "0"), (100.0, "100"), (None, "-"), (1.005, "1.01")]
)
def test_numbers_are_rounded_half_up(value: float | None, text: str) -> None:
    assert rounded(value) == text


def test_percentages_keep_their_decimals() -> None:
    assert (percent(1.0), percent(0.0625), percent(None), percent(0.755, digits=0)) == ("100.0%", "6.3%", "-", "76%")


COMMAND = (
    "import argparse, sys\n"
    "from delphi.analyse import add_arguments, run\n"
    "parser = argparse.ArgumentParser(); add_arguments(parser)\n"
    "code = run(parser.parse_args())\n"
    "heavy = {'flask', 'sqlmodel', 'sqlalchemy', 'pydantic', 'wtforms', 'babel', 'jinja2', 'openpyxl', 'xlsxwriter'}\n"
    "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    "sys.exit(code)\n"
)


def command(*words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *words], cwd=ROOT, capture_output=True, check=False, **options
    )


def test_command_loads_neither_web_framework_nor_database_nor_workbooks(ratings_file: Path) -> None:
    done = command(str(ratings_file))
    assert (done.returncode, done.stderr) == (0, b"[]\n")


def test_table_is_utf8_whatever_the_terminal_says(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("expert,Équité\nE1,5\n", encoding="utf-8")
    done = command(str(path), env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert "Équité".encode() in done.stdout


def test_reader_that_stops_early_is_no_mistake(ratings_file: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, str(ratings_file)],
            cwd=ROOT,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"[]\n")


@pytest.mark.slow
def test_table_of_126_experts_and_162_statements_takes_little_more_than_the_start(tmp_path: Path) -> None:
    """Less than a second where numpy and scipy need 0.4 of it to load; on a slow machine both take longer."""
    path = tmp_path / "large.csv"
    path.write_text(
        "expert,item,rating\n"
        + "".join(f"E{e},S{s},{1 + (e * 7 + s * 3 + e * s) % 9}\n" for e in range(126) for s in range(162)),
        encoding="utf-8",
    )
    # As installed: compiled modules are kept, and one thread's time is the time a user waits.
    settings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)

    def processor_time(*words: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", *words], cwd=ROOT, capture_output=True, check=True, env=settings)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # In turn, so that a machine that becomes slower meanwhile is slower for both.
    pairs = [(processor_time("import numpy, scipy.special"), processor_time(COMMAND, str(path))) for _ in range(4)]
    loading, analysing = (min(seconds) for seconds in zip(*pairs, strict=True))
    assert analysing < 2.5 * loading
