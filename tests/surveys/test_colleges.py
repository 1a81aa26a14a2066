"""A college is named beside a result only where that names nobody."""

import pytest

from delphi.database import Database
from surveys.models import College, Panellist
from surveys.queries.colleges import colleges_to_name
from tests.builders import a_study, said


@pytest.mark.parametrize(
    ("n_farmers", "n_experts", "named"), [(1, 8, []), (3, 8, ["farmers"]), (6, 8, []), (8, 8, ["farmers"])]
)
def test_a_college_is_named_when_it_and_the_rest_are_large_enough(
    lite: Database, n_farmers: int, n_experts: int, named: list[str]
) -> None:
    with lite.writing() as session:
        small = a_study(session, n_experts=n_experts)
        college = College(study_id=small.study_id, code="scientists", name=said("Scientists"))
        session.add(college)
        session.flush()
        for panellist_id in small.panellists[:n_farmers]:
            session.get_one(Panellist, panellist_id).college_id = 1
        found = colleges_to_name(session, task_force_id=small.task_force_id, min_group_size=3)
    assert list(found) == named
