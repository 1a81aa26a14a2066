"""Files into one sealed .zip and out again: every byte is covered, by SHA256SUMS inside and by a digest at the end."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from delphi.archive.layout import Damaged

SUMS = "SHA256SUMS"
MARK = b"delphi-archive sha256="
HEX = 64
AT_MOST = 512 * 1024 * 1024
"""Bytes of all files together, unpacked: more is refused before it is unpacked."""
# A bundle of the same files is the same to the byte.
MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Packed:
    content: bytes
    seal: str
    """SHA-256 of SHA256SUMS, which names the SHA-256 of every other file."""

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def sums_of(files: Mapping[str, bytes]) -> bytes:
    """In the form that `sha256sum --check` reads."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return "".join(lines).encode()


def pack(files: Mapping[str, bytes]) -> Packed:
    sums = sums_of(files)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted({**files, SUMS: sums}.items()):
            entry = zipfile.ZipInfo(name, date_time=MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
        # The comment is the last thing in a .zip; its length is fixed, so the digest can be put in afterwards.
        archive.comment = MARK + b"0" * HEX
    body = buffer.getvalue()[:-HEX]
    return Packed(body + hashlib.sha256(body).hexdigest().encode(), hashlib.sha256(sums).hexdigest())


def unpack(content: bytes, *, seal: str = "") -> tuple[dict[str, bytes], str]:
    """The files without SHA256SUMS, and the seal.

    Raises
    ------
    Damaged
        With the first thing that is not as it was sealed.
    """
    body, stored = content[:-HEX], content[-HEX:]
    is_whole = body.endswith(MARK) and hashlib.sha256(body).hexdigest().encode() == stored
    files = _files(content)
    sums = files.pop(SUMS, None)
    if sums is None:
        raise Damaged(f"{SUMS} is missing")
    found = hashlib.sha256(sums).hexdigest()
    if seal and found != seal:
        raise Damaged(f"this is another bundle: its seal is {found}, expected is {seal}")
    _compare(files, sums)
    if not is_whole:
        raise Damaged("the .zip itself was changed: the digest at its end does not fit")
    return files, found


def _compare(files: Mapping[str, bytes], sums: bytes) -> None:
    expected = {}
    for line in sums.decode(errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        expected[name] = digest
    for name in sorted(expected.keys() | files.keys()):
        if name not in files:
            raise Damaged(f"{name} is missing")
        if name not in expected:
            raise Damaged(f"{name} was added")
        if hashlib.sha256(files[name]).hexdigest() != expected[name]:
            raise Damaged(f"{name} was changed: its checksum is not the one in {SUMS}")
    if sums != sums_of(files):
        raise Damaged(f"{SUMS} was changed")


def _files(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > AT_MOST:
                raise Damaged("the bundle is larger than any archive")
            if len({entry.filename for entry in entries}) != len(entries):
                raise Damaged("a file is in the bundle twice")
            return {entry.filename: archive.read(entry) for entry in entries}
    except Damaged:
        raise
    except Exception as problem:
        # A damaged .zip fails in many ways inside the standard library; all mean the same to who holds it.
        raise Damaged(f"the .zip cannot be read: {problem}") from None
