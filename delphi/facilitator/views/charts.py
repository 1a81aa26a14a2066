"""Charts of a closed round: pages, and one address for every picture as PNG, SVG or table."""

from typing import Any

from flask import Response, abort, render_template, request

from delphi.charts.files import as_png, as_svg
from delphi.charts.picture import Picture
from delphi.database import reading_session
from delphi.exports.tables import Table
from delphi.exports.writers import as_csv
from delphi.facilitator import blueprint
from delphi.facilitator.pages.charts import answers_page, map_page, picture_of
from delphi.facilitator.pages.comparison import comparison_page
from delphi.facilitator.pages.convergence import convergence_page
from delphi.i18n import language
from delphi.security import current_actor, requires
from surveys.vocabulary import Permission

TYPES = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv; charset=utf-8"}


@blueprint.get("/rounds/<int:round_id>/answers")
@requires(Permission.SEE_RESULTS)
def answers(round_id: int) -> Any:
    """Every answer to every statement."""
    view = answers_page(reading_session(), round_id=round_id, actor=current_actor())
    return render_template("facilitator/answers.html", view=view)


@blueprint.get("/rounds/<int:round_id>/map")
@requires(Permission.SEE_RESULTS)
def criteria_map(round_id: int) -> Any:
    """Two criteria against each other."""
    view = map_page(reading_session(), round_id=round_id, actor=current_actor())
    return render_template("facilitator/map.html", view=view)


@blueprint.get("/rounds/<int:round_id>/comparison")
@requires(Permission.SEE_RESULTS)
def comparison(round_id: int) -> Any:
    """Two rounds side by side."""
    other = request.args.get("with", type=int)
    view = comparison_page(reading_session(), round_id=round_id, actor=current_actor(), other=other)
    return render_template("facilitator/comparison.html", view=view)


@blueprint.get("/rounds/<int:round_id>/convergence")
@requires(Permission.SEE_RESULTS)
def convergence(round_id: int) -> Any:
    """How agreement grew up to this round."""
    view = convergence_page(reading_session(), round_id=round_id, actor=current_actor())
    return render_template("facilitator/convergence.html", view=view)


@blueprint.get("/rounds/<int:round_id>/charts/<chart>/<item>.<extension>")
@requires(Permission.SEE_RESULTS)
def chart(round_id: int, chart: str, item: str, extension: str) -> Any:
    """One picture as a file, in the language of the page."""
    if extension not in TYPES:
        abort(404)
    picture = picture_of(
        reading_session(),
        round_id=round_id,
        actor=current_actor(),
        chart=chart,
        item=item,
        other=request.args.get("with", type=int),
    )
    if picture is None:
        abort(404)
    disposition = f'attachment; filename="{picture.name}-{language()}.{extension}"'
    return Response(
        _written(picture, extension=extension),
        content_type=TYPES[extension],
        headers={"Content-Disposition": disposition},
    )


def _written(picture: Picture, *, extension: str) -> str | bytes:
    if extension == "svg":
        return as_svg(picture)
    if extension == "png":
        return as_png(picture)
    names = tuple(str(position) for position in range(len(picture.headings)))
    return as_csv(
        Table(
            key="chart",
            name="chart",
            keys=names,
            headings=picture.headings,
            widths=(12,) * len(names),
            rows=picture.rows,
        )
    )
