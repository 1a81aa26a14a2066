"""Files of strangers: what is too much, too dense or not what it says is refused by its name; nothing stumbles."""

import csv
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from analysis.types import Scale
from delphi.database import Database
from delphi.facilitator.translation_files import read_translations
from surveys import panel_files, study_files, tabular_files
from surveys.file_problems import FileProblem
from surveys.models import Rating
from surveys.rating_study import read_ratings_to_import
from surveys.services.ratings_import import import_ratings
from surveys.study_tables import as_lines
from tests.builders import NOW


def a_bomb(megabytes: int) -> bytes:
    """A workbook of few kilobytes that unpacks to many megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (megabytes * 1_000_000))
    return packed.getvalue()


LONGEST_S = 30
"""A second is enough; what grows with the square of a file's size takes hours on any machine."""


def a_lie() -> bytes:
    """A packed file whose header says that it unpacks to one byte."""
    content = bytearray(a_bomb(3))
    start = content.rindex(b"PK\x01\x02")
    content[start + 24 : start + 28] = (1).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: a_bomb(101), "workbook_too_big"),
        (lambda: a_bomb(20), "workbook_too_dense"),
        (a_lie, "workbook_broken"),
        (lambda: b"a;b\n" + b"1;2\n" * (tabular_files.MAX_ROWS + 1), "too_many_rows"),
        (lambda: b"a;b\n" + b"1;2\n" * 13_000_000, "too_large"),
        (lambda: b"a,b\n" + b"x" * 20_000 + b",1\n", "cell_too_long"),
        (lambda: b"PK\x03\x04" + b"\x00" * 100, "workbook_broken"),
        (lambda: a_bomb(51), "workbook_too_big"),
    ],
    ids=["bomb", "dense", "lie", "many-rows", "large", "long-cell", "no-zip", "just-too-big"],
)
def test_a_hostile_file_is_refused_by_its_name_in_good_time(made: Callable[[], bytes], code: str) -> None:
    content = made()
    began = time.process_time()  # what the reader needs, not how busy the machine is
    with pytest.raises(FileProblem) as caught:
        tabular_files.read_table(content)
    assert caught.value.code == code
    assert time.process_time() - began < LONGEST_S


def test_a_file_sent_through_a_page_has_ten_thousand_rows_at_most() -> None:
    rows = b"1;2\n" * tabular_files.MAX_UPLOADED_ROWS
    assert len(tabular_files.read_loose_rows(rows)) == tabular_files.MAX_UPLOADED_ROWS
    readers = (tabular_files.read_loose_rows, read_translations, lambda content: as_lines(content, name="file"))
    for read in readers:
        with pytest.raises(FileProblem) as caught:
            read(b"a;b\n1;2\n" + rows)
        assert caught.value.code == "too_many_rows"


@pytest.mark.slow
@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(
    content=st.one_of(
        st.binary(max_size=2_000),
        st.text(alphabet='abé"\n\r;,\t\x00=+@1\u202e\ufeff', max_size=500).map(str.encode),
        st.binary(max_size=500).map(lambda rest: b"PK\x03\x04" + rest),
    )
)
def test_no_table_makes_the_reader_stumble(content: bytes) -> None:
    for read in (tabular_files.read_table, tabular_files.read_loose_rows):
        try:
            read(content)
        except FileProblem as problem:
            assert str(problem)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(content=st.one_of(st.binary(max_size=1_000), st.text(alphabet='[]{}="\n.:,1ae#', max_size=300).map(str.encode)))
@pytest.mark.parametrize("name", ["framework.toml", "framework.json", "framework.csv", "panel.csv"])
def test_no_study_file_makes_the_reader_stumble(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / f"fuzzed-{name}"
    path.write_bytes(content)
    read = panel_files.read_panel if name.startswith("panel") else study_files.read_framework
    try:
        read(path)
    except FileProblem as problem:
        assert str(problem)


STRANGE = st.one_of(
    st.sampled_from(["", "10", "5.5", "-1", "nan", "\u0665", "abstained", "no_opinion", "=1+1"]),
    st.text(alphabet="abé\u0301\u202e\x07\u2028\"' =", max_size=12),
    st.integers(-(10**20), 10**20).map(str),
)
USUAL = {
    "expert": st.sampled_from(["E1", "E2", "é", "\u202eE3"]),
    "item": st.sampled_from(["Q1", "Q2", "=1+1", "<b>"]),
    "rating": st.sampled_from(["1", "9", "5", ""]),
    "round": st.sampled_from(["1", "2", "99"]),
    "group": st.sampled_from(["farmers", "", "@SUM(A1)"]),
    "criterion": st.sampled_from(["importance", "coût", "C" * 90]),
    "na_reason": st.sampled_from(["", "no_opinion", "abstained"]),
}


@st.composite
def rating_files(draw: st.DrawFn) -> bytes:
    """Tables of ratings whose cells are mostly what they should be."""
    spare = draw(st.sets(st.sampled_from(["round", "group", "criterion", "na_reason"])))
    header = draw(st.permutations(["expert", "item", "rating", *sorted(spare)]))
    n_rows = draw(st.integers(0, 6))
    rows = [[draw(USUAL[name]) for name in header] for _ in range(n_rows)]
    for row in rows if draw(st.booleans()) else ():
        row[draw(st.integers(0, len(header) - 1))] = draw(STRANGE)
    stream = io.StringIO()
    csv.writer(stream, delimiter=draw(st.sampled_from(",;\t"))).writerows([header, *rows])
    return stream.getvalue().encode()


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(content=rating_files())
def test_no_file_of_ratings_makes_the_importer_stumble(lite: Database, content: bytes) -> None:
    try:
        table = read_ratings_to_import(content, scale=Scale(1, 9))
    except FileProblem as problem:
        assert str(problem)
        return
    with pytest.raises(UndoneProblem), lite.writing() as session:
        done = import_ratings(session, table=table, name="Fuzz", actor=None, now=NOW)
        stored = session.exec(select(func.count()).select_from(Rating)).one()
        assert stored == done.n_answers
        raise UndoneProblem


class UndoneProblem(Exception):
    """Takes the example back: each begins with an empty database."""
