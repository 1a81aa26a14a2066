"""Ratings collected elsewhere come out of `export data` as their authors published them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from analysis.types import Scale
from delphi.database import Database
from surveys.rating_study import ConsensusOptions, read_ratings_to_import
from surveys.services.ratings_import import import_ratings
from tests.builders import NOW
from tests.delphi.exports.files import export_data

DATASETS = Path(__file__).resolve().parents[4] / "shared" / "datasets"
WORDS = {"agree": "Agree", "disagree": "Disagree", None: "Neither"}


@pytest.fixture
def dataset() -> Path:
    if not DATASETS.is_dir():
        pytest.skip("the published data sets are not on this machine")
    return DATASETS


def exported(database: Database, folder: Path, *, scale: Scale, options: ConsensusOptions) -> dict[Any, dict[str, str]]:
    """(round, item) to the row of the exported table."""
    table = read_ratings_to_import(folder / "ratings.csv", scale=scale)
    with database.writing() as session:
        made = import_ratings(session, table=table, name="Study", options=options, actor=None, now=NOW)
    with database.reading() as session:
        content = export_data(session, study_id=made.study_id, format="csv", language="en").decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(content, newline=""))
    return {(int(row["Round"]), row["Statement"]): row for row in rows}


def expected(folder: Path) -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["table"]
    return table


# The authors' rule is IQR <= 3, a third of their scale: their flag stands in its own column whatever our rule is.
@pytest.mark.parametrize(
    ("options", "column"),
    [
        (ConsensusOptions(), "Middle half within a third of the scale"),
        (ConsensusOptions(iqr=3), "Consensus by the IQR"),
    ],
)
def test_unisante_table_is_exported_as_published(
    lite: Database, dataset: Path, options: ConsensusOptions, column: str
) -> None:
    folder = dataset / "unisante_ftd"
    found = exported(lite, folder, scale=Scale(1, 9), options=options)
    assert len(found) == 33
    for row in expected(folder):
        cells = found[row["round"], row["item"]]
        assert (
            int(cells["Ratings (n)"]),
            float(cells["Response rate (%)"]),
            float(cells["Median"]),
            float(cells["First quartile"]),
            float(cells["Third quartile"]),
            int(cells["Lowest rating"]),
            int(cells["Highest rating"]),
            cells["Agreement by the median"],
            cells[column],
        ) == (
            row["n"],
            row["response_rate_pct"],
            row["median"],
            row["q1"],
            row["q3"],
            row["min"],
            row["max"],
            WORDS[row["agreement"]],
            "yes" if row["consensus"] else "no",
        ), row["item"]


def test_replicats_means_are_exported_as_published(lite: Database, dataset: Path) -> None:
    folder = dataset / "replicats_p1"
    found = exported(lite, folder, scale=Scale(0, 100), options=ConsensusOptions())
    rows = expected(folder)
    assert rows
    for row in rows:
        cells = found[row["round"], row["item"]]
        assert int(cells["Ratings (n)"]) == row["n"]
        assert float(cells["Mean"]) == pytest.approx(row["mean"], abs=0.05)
