"""Which colleges of a task force may be named beside a result."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import College, Panellist
from surveys.queries.participation import IN_PANEL
from surveys.rules.anonymity import may_show_group


def college_names(session: Session, *, study_id: int) -> dict[str, LocalizedText]:
    """Code to name of every college of a study; which may stand beside a figure is decided elsewhere."""
    colleges = session.exec(select(College).where(College.study_id == study_id)).all()
    return {college.code: college.name for college in colleges}


def colleges_to_name(session: Session, *, task_force_id: int, min_group_size: int) -> dict[str, LocalizedText]:
    """Code to name of the colleges that are large enough, and so is the rest: a lone member would be named."""
    rows = session.exec(
        select(Panellist.college_id, func.count(col(Panellist.id)))
        .where(Panellist.task_force_id == task_force_id, col(Panellist.status).in_(IN_PANEL))
        .group_by(col(Panellist.college_id))
    ).all()
    sizes = {college_id: n for college_id, n in rows if college_id is not None}
    n_total = sum(n for _, n in rows)
    colleges = session.exec(select(College).where(col(College.id).in_(sizes))).all()
    return {
        college.code: college.name
        for college in colleges
        if may_show_group(sizes[college.id], n_total=n_total, min_group_size=min_group_size)
    }
