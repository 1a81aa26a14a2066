"""A bundle of the finished study."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from flask import Flask

from delphi.archive.bundling import make_bundle
from delphi.archive.sealing import pack, unpack
from tests.builders import NOW, SmallStudy
from tests.finished import served

SECRETS = (
    "WITHHELD COMMENT",
    "PARAPHRASED 2",
    "WITHHELD 3",
    "UNREAD 4",
    "Expert soil",
    "expert.soil",
    "@example.org",
    "Lukas",
    "Paula",
)


@dataclass
class Sealed:
    """`content` is a bundle of the study in `app`."""

    app: Flask
    small: SmallStudy
    content: bytes

    @cached_property
    def files(self) -> dict[str, bytes]:
        return unpack(self.content)[0]

    def forged(self, changed: dict[str, bytes]) -> bytes:
        """The bundle with other files and checksums made to fit: what a careful forger would hand over."""
        return pack({**self.files, **changed}).content


@pytest.fixture
def archived(finished: tuple[Path, SmallStudy], finished_app: Flask) -> Sealed:
    """A copy of the study that the test may change, and its bundle."""
    return Sealed(finished_app, finished[1], bundle_of(finished_app, finished[1]))


@pytest.fixture(scope="session")
def sealed(finished: tuple[Path, SmallStudy], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    """The same for tests that only read: one for all."""
    with served(finished[0], tmp_path_factory.mktemp("sealed") / "sealed.sqlite") as app:
        yield Sealed(app, finished[1], bundle_of(app, finished[1]))


def bundle_of(app: Flask, small: SmallStudy) -> bytes:
    with app.test_request_context("/"), app.extensions["delphi_database"].reading() as session:
        return make_bundle(session, study_id=small.study_id, now=NOW).packed.content
