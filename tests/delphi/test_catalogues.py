"""Catalogues are compiled where that is allowed, and elsewhere where it is not."""

import os
import shutil
from pathlib import Path

import pytest

from delphi.catalogues import TRANSLATIONS, compiled_catalogues

FRENCH = Path("fr/LC_MESSAGES/messages.po")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of translations in which nothing is compiled yet."""
    (tmp_path / FRENCH).parent.mkdir(parents=True)
    shutil.copy(TRANSLATIONS / FRENCH, tmp_path / FRENCH)
    return tmp_path


def test_compiled_beside_the_catalogue_once(folder: Path) -> None:
    compiled = (folder / FRENCH).with_suffix(".mo")
    assert compiled_catalogues(folder) == folder
    made_at = compiled.stat().st_mtime_ns
    assert compiled_catalogues(folder) == folder
    assert compiled.stat().st_mtime_ns == made_at


def test_a_program_that_may_not_be_written_to_is_compiled_in_a_folder_of_its_own(folder: Path) -> None:
    # Root may write everywhere: a folder in the place of the file stops it as well.
    (folder / FRENCH).with_suffix(f".{os.getpid()}.part").mkdir()
    target = compiled_catalogues(folder)
    assert target != folder
    assert (target / FRENCH).with_suffix(".mo").stat().st_size > 1000
    assert not (folder / FRENCH).with_suffix(".mo").exists()
    assert compiled_catalogues(folder) == target
