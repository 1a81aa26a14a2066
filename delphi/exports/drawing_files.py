"""The drawings of the plan as files: SVG to edit, PNG to paste, and a list of what each shows."""

import io
import zipfile

from flask_babel import gettext

from delphi.charts import distribution_words, figures_words
from delphi.documents.blocks import Picture
from delphi.documents.drawings import histogram
from delphi.documents.typesetting import drawn_as_png
from delphi.plan.contents import PlanContents
from delphi.plan.overview import by_category, by_facility, by_objective, drawing

SMALL = 60.0
FIXED = (2000, 1, 1, 0, 0, 0)
"""The same results give the same file."""


def drawing_files(plan: PlanContents) -> bytes:
    """A ZIP with each drawing twice, as SVG and as PNG, and `README.txt` with its words."""
    drawings: dict[str, Picture] = {
        "activities-by-category": drawing(by_category(plan), heading=gettext("Activities by category")),
        "activities-by-facility": drawing(by_facility(plan), heading=gettext("Activities by facility")),
        "activities-by-objective": drawing(by_objective(plan), heading=gettext("Activities by objective")),
    }
    for row in plan.statements:
        figures = row.figures
        words = (
            f"{row.code}: {distribution_words(figures.frequency, lower=figures.scale[0])} "
            f"{figures_words(median=figures.median, q1=figures.q1, q3=figures.q3)}"
        )
        svg = histogram(
            figures.frequency,
            lower=figures.scale[0],
            q1=figures.q1,
            median=figures.median,
            q3=figures.q3,
            words=words,
        )
        drawings[f"ratings/{row.code}"] = Picture(svg=svg, alt=words, width=SMALL)
    images = drawn_as_png([(one.svg, one.width) for one in drawings.values()], ppi=160)
    listed = "\r\n".join(f"{name}: {one.alt}" for name, one in drawings.items())
    about = gettext(
        "Protocol version %(version)s, fingerprint %(fingerprint)s",
        version=plan.protocol_version,
        fingerprint=plan.fingerprint,
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "README.txt", f"{about}\r\n\r\n{listed}\r\n".encode())
        for (name, one), image in zip(drawings.items(), images, strict=True):
            _put(archive, f"{name}.svg", one.svg.encode())
            _put(archive, f"{name}.png", image)
    return stream.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=FIXED)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
