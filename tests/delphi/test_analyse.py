"""The command `analyse FILE`: what it computes, and the forms it gives it: JSON, table, CSV, workbook."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from delphi.analyse import run
from tests.delphi.rating_panel import analysed, arguments, document, panel

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ROOT.parent / "shared" / "datasets"


@pytest.fixture
def ratings_file(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    path.write_text(panel(), encoding="utf-8")
    return path


def by_item(read: dict[str, Any]) -> dict[str, Any]:
    return {item["item"]: item for item in read["rounds"][0]["items"]}


ITEM_KEYS = {
    "item", "n", "n_eligible", "n_dont_know", "n_abstain", "n_missing", "frequency", "mean", "sd", "median", "q1", "q3",
    "iqr", "mad", "mode", "agreement", "opposition", "van_der_eijk_a", "consensus_cns", "leik_d", "ram", "verdict",
    "criteria", "quantile_sensitive", "fragile", "flips_if_one_leaves", "false_consensus_chance", "multiverse",
    "polarised", "rank", "reason",
}  # fmt: skip


def test_json_has_the_published_keys(ratings_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read = document(ratings_file, capsys)
    assert set(read) == {
        "engine", "parameters", "digest", "rounds", "stability", "groups", "participation", "attrition", "decomposition"
    }  # fmt: skip
    assert set(read["engine"]) == {"version", "numpy", "scipy"}
    round_ = read["rounds"][0]
    assert set(round_) == {"round", "n_experts", "n_items", "concordance", "items"}
    assert (round_["round"], round_["n_experts"], round_["n_items"]) == (1, 12, 5)
    concordance = round_["concordance"]
    assert set(concordance["kendall_w"]) == {
        "w", "chi2", "df", "p", "p_method", "m_used", "k_used", "m_dropped", "w_method", "reason"
    }  # fmt: skip
    assert {"nominal", "ordinal", "interval"} <= set(concordance["krippendorff_alpha"])
    assert {"kendall_w", "krippendorff_alpha", "gwet", "fleiss_kappa", "icc"} <= set(concordance)
    for item in round_["items"]:
        assert set(item) >= ITEM_KEYS
        assert set(item["agreement"]) == {"k", "n", "share", "low", "high"}


def test_json_numbers_are_those_of_the_ratings(ratings_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = by_item(document(ratings_file, capsys))
    clear = items["clear"]
    assert (clear["n"], clear["median"], clear["q1"], clear["q3"], clear["iqr"]) == (12, 9, 9, 9, 0)
    assert clear["frequency"] == [0, 0, 0, 0, 0, 0, 0, 2, 10]
    assert (clear["agreement"]["k"], clear["agreement"]["n"], clear["agreement"]["share"]) == (12, 12, 1)
    assert {name: item["verdict"] for name, item in items.items()} == {
        "clear": "in", "split": "none", "low": "out", "few": "insufficient", "none": "insufficient"
    }  # fmt: skip
    assert items["split"]["polarised"] is True
    assert (items["few"]["n"], items["few"]["n_dont_know"], items["few"]["n_missing"]) == (3, 1, 8)
    assert (items["none"]["median"], items["none"]["reason"]) == (None, "no_ratings")
    assert items["none"]["rank"] == {"rank": None, "low": None, "high": None}


def test_options_reach_the_verdict_and_the_document(ratings_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--agree", "1-9", "--agreement", "2/3", "--iqr", "9", "--min-n", "3", "--quantile", "weibull")
    read = document(ratings_file, capsys, *words, "--denominator", "eligible", "--seed", "7")
    assert read["parameters"] == {
        "scale": "1-9", "agree": "1-9", "agreement": "2/3", "iqr": 9.0, "quantile": "weibull",
        "denominator": "eligible", "min_n": 3, "min_rated_share": "50%", "by": None, "seed": 7,
        "permutations": 4999, "resampled_panels": 2000,
        "dont_know": ["dont_know", "no_opinion", "cannot_evaluate", "unable_to_score"],
    }  # fmt: skip
    assert by_item(read)["split"]["verdict"] == "in"
    assert by_item(read)["few"]["agreement"]["n"] == 12


def test_same_seed_gives_the_same_bytes_and_row_order_does_not_matter(
    ratings_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = analysed(ratings_file, capsys, "--format", "json")
    header, *rows = panel().splitlines()
    ratings_file.write_text("\n".join([header, *reversed(rows)]) + "\n", encoding="utf-8")
    assert analysed(ratings_file, capsys, "--format", "json") == first


def test_each_item_and_criterion_carries_both_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.csv"
    path.write_text(panel(criterion=True), encoding="utf-8")
    read = document(path, capsys)["rounds"][0]
    assert {(item["item"], item["criterion"]) for item in read["items"]} == {
        (item, criterion) for item in ("clear", "split", "low", "few", "none") for criterion in ("use", "cost")
    }
    assert read["n_items"] == 10
    assert read["concordance"]["kendall_w"]["w"] is None
    assert read["concordance"]["reason"] == "several_criteria"
    assert [part["criterion"] for part in read["by_criterion"]] == ["cost", "use"]
    assert all(part["concordance"]["kendall_w"]["k_used"] == 5 for part in read["by_criterion"])


def test_table_is_sorted_by_rank_with_verdict_and_strength(
    ratings_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = analysed(ratings_file, capsys).splitlines()
    assert lines[0] == "ratings.csv, round 1: 12 experts, 5 statements"
    assert lines[1] == (
        "Consensus: at least 75% of those who rated give 7-9 on 1-9, and IQR at most 2 (quartiles: linear), "
        "with 5 ratings or more"
    )
    top = next(at for at, line in enumerate(lines) if line.startswith("rank "))
    rows = lines[top + 1 : top + 6]
    assert [row.split()[0] for row in rows] == ["1", "2", "3", "-", "-"]
    names = [next(word for word in row.split() if word in {"clear", "split", "low", "few", "none"}) for row in rows]
    assert names == ["clear", "split", "low", "few", "none"]
    assert "12/12, 76-100%  consensus " in rows[0]
    assert rows[0].rstrip().endswith("firm: 100.0% of similar panels would say the same")
    assert "6/12" in rows[1]
    assert rows[3].endswith("too few ratings    3 of the 5 ratings needed")
    assert lines[top + 7].startswith("1 of 5 statements reach consensus, 1 consensus against. Answers given at random")


def test_table_names_the_criterion_and_shortens_long_statements(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.csv"
    long = "賛成 a\u0301 " + "x" * 60
    path.write_text(f"expert,item,criterion,rating\nE1,{long},use,5\nE2,{long},use,5\n", encoding="utf-8")
    lines = analysed(path, capsys).splitlines()
    assert lines[0] == "r.csv, round 1, use: 2 experts, 1 statements"
    assert not any("Kendall" in line for line in lines)
    row = next(line for line in lines if "賛成" in line)
    assert row.split("  ")[-1] == "2 of the 5 ratings needed"
    assert "x…" in row
    assert "x" * 40 not in row


def test_csv_has_a_line_per_statement_best_first(ratings_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(analysed(ratings_file, capsys, "--format", "csv"))))
    assert [row["item"] for row in rows] == ["clear", "split", "low", "few", "none"]
    assert (rows[0]["rank"], rows[0]["verdict"], rows[0]["agreement_share"]) == ("1", "in", "1.0")
    assert [rows[0][f"rated_{point}"] for point in range(1, 10)] == ["0"] * 7 + ["2", "10"]
    assert rows[4]["median"] == ""


def test_no_cell_becomes_a_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "r.csv", tmp_path / "out.xlsx"
    names = ("=1+1", "@SUM(A1)", "-2+3", "+4", "https://x")
    path.write_text("expert,item,rating\n" + "".join(f"E1,{name},5\n" for name in names), encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(analysed(path, capsys, "--format", "csv"))))
    assert {row["item"] for row in rows} == {"'=1+1", "'@SUM(A1)", "'-2+3", "'+4", "https://x"}
    assert run(arguments(str(path), "--format", "xlsx", "--output", str(out))) == 0
    cells = [cell for row in openpyxl.load_workbook(out)["statements"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert set(names) <= {cell.value for cell in cells}


def test_workbook_holds_every_part_and_is_reproducible(ratings_file: Path, tmp_path: Path) -> None:
    outputs = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for output in outputs:
        assert run(arguments(str(ratings_file), "--format", "xlsx", "--output", str(output))) == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    book = openpyxl.load_workbook(outputs[0])
    assert book.sheetnames == [
        "statements", "rounds", "stability", "groups", "participation", "attrition", "decomposition", "parameters"
    ]  # fmt: skip
    statements = list(book["statements"].iter_rows(values_only=True))
    assert statements[1][statements[0].index("item")] == "clear"
    assert ("agreement", "75%") in list(book["parameters"].iter_rows(values_only=True))


def test_output_file_holds_what_the_screen_would(
    ratings_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = analysed(ratings_file, capsys)
    target = tmp_path / "out.txt"
    target.write_text("old", encoding="utf-8")
    assert analysed(ratings_file, capsys, "--output", str(target)) == ""
    assert target.read_text(encoding="utf-8") == shown
    assert target.stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt", "ratings.csv"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.skipif(not DATASETS.exists(), reason="the published data sets are not beside the repository")
def test_published_study_is_reproduced(capsys: pytest.CaptureFixture[str]) -> None:
    folder = DATASETS / "unisante_ftd"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    read = document(folder / "ratings.csv", capsys, "--iqr", "3")
    items = {(round_["round"], item["item"]): item for round_ in read["rounds"] for item in round_["items"]}
    assert len(expected["table"]) == len(items) == 33
    for row in expected["table"]:
        item = items[row["round"], row["item"]]
        assert {key: item[key] for key in ("n", "median", "q1", "q3")} == {
            key: row[key] for key in ("n", "median", "q1", "q3")
        }
        assert item["criteria"]["iqr"] is row["consensus"]


def history(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """Two rounds: E0-E5 stay and all rise to 9; E6-E8 leave after rating 1; E9-E11 come new with 9."""
    lines = ["expert,language,group,round,item,rating"]
    lines += [
        f"E{e},{'fr' if e % 2 else 'en'},{'north' if e < 6 else 'south'},1,Q1,{6 if e < 6 else 1}" for e in range(9)
    ]
    lines += [
        f"E{e},{'fr' if e % 2 else 'en'},{'north' if e < 6 else 'south'},2,Q1,9" for e in (0, 1, 2, 3, 4, 5, 9, 10, 11)
    ]
    path.write_text("\n".join([*lines, "E0,en,north,2,new,5"]) + "\n", encoding="utf-8")
    return document(path, capsys, *words)


def test_rounds_are_compared_on_who_rated_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (record,) = history(tmp_path / "r.csv", capsys)["stability"]
    assert set(record) >= {
        "from", "to", "item", "n_paired", "pct_unchanged", "tvd", "delta_median", "kappa_w", "wilcoxon", "status"
    }  # fmt: skip
    assert (record["from"], record["to"], record["item"], record["n_paired"]) == (1, 2, "Q1", 6)
    assert (record["pct_unchanged"], record["tvd"], record["delta_median"]) == (0, 1, 3)
    assert (record["wilcoxon"]["v"], record["wilcoxon"]["p"]) == (21, 0.03125)
    assert (record["status"], record["kappa_w"], record["reason"]) == ("continue", 0, "no_variance")


def test_participation_and_departures_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read = history(tmp_path / "r.csv", capsys)
    assert [(one["round"], one["eligible"], one["returned"], one["retention"]) for one in read["participation"]] == [
        (1, 9, 9, 1.0),
        (2, 12, 9, 6 / 9),
    ]
    (left,) = read["attrition"]
    assert (left["item"], left["n_stayed"], left["n_left"], left["delta"]) == ("Q1", 6, 3, -1.0)
    (change,) = read["decomposition"]
    assert (change["change"], change["persuasion"], change["leavers"], change["joiners"]) == (1, 1, 0, 0)


def test_groups_are_compared_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.csv"
    assert history(path, capsys)["groups"] == []
    by_group = history(path, capsys, "--by", "group")["groups"]
    assert {"round", "item", "by", "h", "df", "p", "p_adjusted", "epsilon2"} <= set(by_group[0])
    assert [(one["round"], one["item"], one["by"]) for one in by_group] == [
        (1, "Q1", "group"),
        (2, "Q1", "group"),
        (2, "new", "group"),
    ]
    assert {one["reason"] for one in by_group} == {"too_few_groups"}
    assert {one["by"] for one in history(path, capsys, "--by", "language")["groups"]} == {"language"}


def test_table_names_what_the_groups_rate_differently(ratings_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = analysed(ratings_file, capsys, "--by", "group").splitlines()
    assert lines[-2:] == [
        "Rated differently by group (Kruskal-Wallis, Holm, 5% level):",
        "  split (north, south; p 0.0057)",
    ]
    lines = analysed(ratings_file, capsys, "--by", "language").splitlines()
    assert lines[-1].startswith("No statement is rated differently by language")


def test_only_statements_of_both_rounds_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.csv"
    path.write_text("expert,round,item,rating\nA,1,Q1,5\nA,2,Q2,5\n", encoding="utf-8")
    read = document(path, capsys)
    assert (read["stability"], read["decomposition"]) == ([], [])
    assert read["attrition"][0]["reason"] == "nobody_left"
