"""Sentences in other languages, compiled when the program starts: pip, make and git need no extra step then."""

import atexit
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parent / "translations"


def compiled_catalogues(folder: Path = TRANSLATIONS) -> Path:
    """The folder that has an up-to-date .mo of every catalogue of `folder`.

    That is `folder` itself. A container or a hardened service may not write into the program: there it is a temporary
    folder, made anew by each process that is started and removed when that process ends.
    """
    try:
        compile_catalogues(folder, target=folder)
    except OSError:
        return _compiled_elsewhere(folder)
    return folder


def compile_catalogues(folder: Path, *, target: Path) -> None:
    """Write to `target` the .mo of every catalogue of `folder` that is newer than it. Raises OSError."""
    for catalogue in folder.glob("*/LC_MESSAGES/*.po"):
        compiled = target / catalogue.relative_to(folder).with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        with catalogue.open("rb") as source:
            messages = read_po(source, locale=catalogue.parent.parent.name)
        compiled.parent.mkdir(parents=True, exist_ok=True)
        partial = compiled.with_suffix(f".{os.getpid()}.part")
        with partial.open("wb") as file:
            write_mo(file, messages)
        partial.replace(compiled)


@lru_cache
def _compiled_elsewhere(folder: Path) -> Path:
    target = Path(tempfile.mkdtemp(prefix="delphi-translations-"))
    compile_catalogues(folder, target=target)
    atexit.register(_remove, target, maker=os.getpid())
    return target


def _remove(target: Path, *, maker: int) -> None:
    # A process forked off the maker reads the same folder, and may end before the others.
    if os.getpid() == maker:
        shutil.rmtree(target, ignore_errors=True)


if __name__ == "__main__":
    compile_catalogues(TRANSLATIONS, target=TRANSLATIONS)
