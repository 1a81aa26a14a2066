"""Every endpoint is in the permission table, for every role, on own and on foreign ground."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select
from werkzeug.routing import Rule

from delphi.database import Database
from delphi.security import requires
from surveys.models import Invitation, OutboxMessage, Person, TaskForce
from surveys.queries.subjects import find_subject
from surveys.rules.permissions import PERMISSIONS, STRANGER, Subject, is_allowed
from surveys.services.outbox import queue_message
from surveys.services.sign_in import ensure_invitation, revoke_invitation, sign_in_by_link
from surveys.vocabulary import MessageKind, Permission
from tests.builders import (
    NOW,
    SmallStudy,
    a_consultation,
    a_study,
    an_administrator,
    an_observer,
    an_open_rating_round,
    as_facilitator,
    expert_client,
    staff_client,
)
from tests.conftest import SECRET_KEY, an_app

ALLOWED, SIGN_IN, REFUSED, HIDDEN = 200, 401, 403, 404
ROLES = ("stranger", "expert", "facilitator", "observer", "secretariat", "administrator")

# Permission -> role -> what happens on own ground, on foreign ground. Pages about nothing in particular have no
# foreign ground; there the first entry counts.
MATRIX: dict[Permission, dict[str, tuple[int, int]]] = {
    Permission.PUBLIC: dict.fromkeys(ROLES, (ALLOWED, ALLOWED)),
    Permission.SIGN_OUT: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (ALLOWED, ALLOWED),
        "facilitator": (ALLOWED, ALLOWED),
        "observer": (ALLOWED, ALLOWED),
        "secretariat": (ALLOWED, ALLOWED),
        "administrator": (ALLOWED, ALLOWED),
    },
    Permission.SEE_OWN_PANELS: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (ALLOWED, ALLOWED),
        "facilitator": (REFUSED, HIDDEN),
        "observer": (REFUSED, HIDDEN),
        "secretariat": (REFUSED, HIDDEN),
        "administrator": (REFUSED, HIDDEN),
    },
    Permission.ANSWER: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (ALLOWED, HIDDEN),
        "facilitator": (HIDDEN, HIDDEN),
        "observer": (HIDDEN, HIDDEN),
        "secretariat": (HIDDEN, HIDDEN),
        "administrator": (HIDDEN, HIDDEN),
    },
    Permission.FACILITATE_SOME: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (REFUSED, HIDDEN),
        "facilitator": (ALLOWED, ALLOWED),
        "observer": (REFUSED, HIDDEN),
        "secretariat": (REFUSED, HIDDEN),
        "administrator": (REFUSED, HIDDEN),
    },
    Permission.FACILITATE: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (HIDDEN, HIDDEN),
        "facilitator": (ALLOWED, HIDDEN),
        "observer": (HIDDEN, HIDDEN),
        "secretariat": (HIDDEN, HIDDEN),
        "administrator": (HIDDEN, HIDDEN),
    },
    Permission.CREATE_STUDY: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (REFUSED, HIDDEN),
        "facilitator": (ALLOWED, ALLOWED),
        "observer": (REFUSED, HIDDEN),
        "secretariat": (ALLOWED, ALLOWED),
        "administrator": (ALLOWED, ALLOWED),
    },
    Permission.SEE_STUDY: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (HIDDEN, HIDDEN),
        "facilitator": (ALLOWED, HIDDEN),
        "observer": (HIDDEN, HIDDEN),
        "secretariat": (ALLOWED, HIDDEN),
        "administrator": (HIDDEN, HIDDEN),
    },
    Permission.SET_UP_STUDY: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (HIDDEN, HIDDEN),
        "facilitator": (ALLOWED, HIDDEN),
        "observer": (HIDDEN, HIDDEN),
        "secretariat": (ALLOWED, HIDDEN),
        "administrator": (HIDDEN, HIDDEN),
    },
    Permission.SEE_RESULTS: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (HIDDEN, HIDDEN),
        "facilitator": (ALLOWED, HIDDEN),
        "observer": (HIDDEN, HIDDEN),
        "secretariat": (ALLOWED, HIDDEN),
        "administrator": (HIDDEN, HIDDEN),
    },
    Permission.OVERSEE_SOME: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (REFUSED, HIDDEN),
        "facilitator": (REFUSED, HIDDEN),
        "observer": (REFUSED, HIDDEN),
        "secretariat": (ALLOWED, ALLOWED),
        "administrator": (REFUSED, HIDDEN),
    },
    Permission.OVERSEE: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (HIDDEN, HIDDEN),
        "facilitator": (HIDDEN, HIDDEN),
        "observer": (HIDDEN, HIDDEN),
        "secretariat": (ALLOWED, HIDDEN),
        "administrator": (HIDDEN, HIDDEN),
    },
    Permission.HAVE_ACCOUNT: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (REFUSED, HIDDEN),
        "facilitator": (ALLOWED, ALLOWED),
        "observer": (ALLOWED, ALLOWED),
        "secretariat": (ALLOWED, ALLOWED),
        "administrator": (ALLOWED, ALLOWED),
    },
    Permission.OBSERVE_SOME: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (REFUSED, HIDDEN),
        "facilitator": (REFUSED, HIDDEN),
        "observer": (ALLOWED, ALLOWED),
        "secretariat": (REFUSED, HIDDEN),
        "administrator": (REFUSED, HIDDEN),
    },
    Permission.OBSERVE: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (HIDDEN, HIDDEN),
        "facilitator": (HIDDEN, HIDDEN),
        "observer": (ALLOWED, HIDDEN),
        "secretariat": (HIDDEN, HIDDEN),
        "administrator": (HIDDEN, HIDDEN),
    },
    Permission.MANAGE_STAFF: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (REFUSED, HIDDEN),
        "facilitator": (REFUSED, HIDDEN),
        "observer": (REFUSED, HIDDEN),
        "secretariat": (ALLOWED, ALLOWED),
        "administrator": (ALLOWED, ALLOWED),
    },
    Permission.PROTECT_DATA: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (REFUSED, HIDDEN),
        "facilitator": (REFUSED, HIDDEN),
        "observer": (REFUSED, HIDDEN),
        "secretariat": (ALLOWED, ALLOWED),
        "administrator": (ALLOWED, ALLOWED),
    },
    Permission.LOOK_UP_NAMES: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (HIDDEN, HIDDEN),
        "facilitator": (HIDDEN, HIDDEN),
        "observer": (HIDDEN, HIDDEN),
        "secretariat": (ALLOWED, HIDDEN),
        "administrator": (ALLOWED, ALLOWED),
    },
    Permission.ADMINISTER: {
        "stranger": (SIGN_IN, SIGN_IN),
        "expert": (REFUSED, HIDDEN),
        "facilitator": (REFUSED, HIDDEN),
        "observer": (REFUSED, HIDDEN),
        "secretariat": (REFUSED, HIDDEN),
        "administrator": (ALLOWED, ALLOWED),
    },
}
# Programs come with a key of their own (tests/delphi/api); nobody who is signed in reads as a program.
MATRIX.update(
    {
        permission: dict.fromkeys(ROLES, (SIGN_IN, SIGN_IN))
        for permission in Permission
        if permission.value.startswith("read_")
    }
)
SUBJECT_ARGUMENTS = {
    "study_id",
    "task_force_id",
    "round_id",
    "statement_id",
    "panellist_id",
    "objective_id",
    "message_id",
    "consultation_id",
}


class Ground:
    """Two studies that know nothing of each other, and a browser for each role of the first."""

    def __init__(self, database: Database) -> None:
        self.app = an_app(database, demo=True)
        with database.writing() as session:
            self.own = a_study(session, slug="own", code="A5")
            self.foreign = a_study(session, slug="foreign", code="B1")
            self.observer_id = an_observer(session, study_id=self.own.study_id)
            self.administrator_id = an_administrator(session)
            self.arguments = {
                name: self._arguments(session, small) for name, small in (("own", self.own), ("foreign", self.foreign))
            }
        for endpoint, view in list(self.app.view_functions.items()):
            if endpoint != "static":
                self.app.view_functions[endpoint] = _only_the_door(getattr(view, "permission", None))
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.clients = {
            "stranger": self.app.test_client(),
            "expert": self._expert(),
            "facilitator": staff_client(self.app, self.own.facilitator_id),
            "observer": staff_client(self.app, self.observer_id),
            "secretariat": staff_client(self.app, self.own.secretary_id),
            "administrator": staff_client(self.app, self.administrator_id),
        }

    def _arguments(self, session: Session, small: SmallStudy) -> dict[str, int]:
        round_, statements = an_open_rating_round(session, small)
        person = session.get_one(Person, small.experts[0])
        queue_message(session, kind=MessageKind.INVITATION, person=person, study_id=small.study_id, params={}, now=NOW)
        session.flush()
        message = session.exec(select(OutboxMessage).where(OutboxMessage.study_id == small.study_id)).one()
        return {
            "study_id": small.study_id,
            "task_force_id": small.task_force_id,
            "round_id": round_.id,
            "statement_id": statements[0],
            "panellist_id": small.panellists[0],
            "objective_id": session.get_one(TaskForce, small.task_force_id).objective_id,
            "message_id": message.id,
            "consultation_id": a_consultation(session, study_id=small.study_id),
        }

    def _expert(self) -> FlaskClient:
        with self.app.extensions["delphi_database"].writing() as session:
            _, token = ensure_invitation(
                session,
                person_id=self.own.experts[0],
                study_id=self.own.study_id,
                secret_key=SECRET_KEY,
                now=NOW,
            )
            sign_in = sign_in_by_link(session, token=token, now=datetime.now(UTC))
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["sign_in"] = sign_in
        return client

    def address(self, rule: Rule, ground: str) -> str:
        others = {name: self.arguments[ground].get(name, 1) for name in rule.arguments}
        for name, converter in rule._converters.items():
            if name not in self.arguments[ground] and type(converter).__name__ == "UnicodeConverter":
                others[name] = "x"  # type: ignore[assignment]
            options = getattr(converter, "items", None)
            if options:
                others[name] = sorted(options)[0]
        with self.app.test_request_context():
            return self.app.url_map.bind("localhost").build(rule.endpoint, others, method=_method(rule))


def _only_the_door(permission: Permission | None) -> Callable[..., str]:
    """A view that only says it was reached, behind the same door."""

    def reached(**arguments: object) -> str:
        return "reached"

    return requires(permission)(reached) if permission is not None else reached


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Ground]:
    path = tmp_path_factory.mktemp("doors") / "delphi.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}", identity_key=SECRET_KEY)
    built = Ground(database)
    yield built
    built.app.extensions["delphi_database"].engine.dispose()
    database.engine.dispose()


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_endpoint_is_marked(ground: Ground) -> None:
    unmarked = [
        rule.endpoint
        for rule in _rules(ground.app)
        if not hasattr(ground.app.view_functions[rule.endpoint], "permission")
    ]
    assert unmarked == []


@pytest.mark.slow
def test_every_endpoint_answers_each_role_as_the_matrix_says(ground: Ground) -> None:
    wrong = []
    for rule in _rules(ground.app):
        permission = ground.app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]
        has_subject = bool(rule.arguments & SUBJECT_ARGUMENTS)
        for role, client in ground.clients.items():
            for index, side in enumerate(("own", "foreign")):
                address = ground.address(rule, side)
                for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                    status = client.open(address, method=method).status_code
                    expected = MATRIX[permission][role][index if has_subject else 0]
                    if expected == REFUSED and has_subject:
                        expected = HIDDEN
                    if status != expected:
                        wrong.append((method, address, role, side, status, expected))
    assert wrong == []


def test_an_unmarked_endpoint_is_refused_to_everybody(ground: Ground) -> None:
    app = an_app(Database(ground.app.config["DELPHI"].database_url, identity_key=SECRET_KEY))
    app.add_url_rule("/forgotten", view_func=lambda: "reached", endpoint="forgotten")
    assert app.test_client().get("/forgotten").status_code == REFUSED


def test_matrix_covers_every_permission() -> None:
    assert set(MATRIX) == set(Permission) == set(PERMISSIONS)


def test_a_permission_outside_the_table_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PERMISSIONS, Permission.PUBLIC)
    assert not is_allowed(Permission.PUBLIC, actor=STRANGER, subject=Subject())


def test_ids_that_contradict_each_other_name_nothing(ground: Ground) -> None:
    mixed = {
        "task_force_id": ground.arguments["own"]["task_force_id"],
        "statement_id": ground.arguments["foreign"]["statement_id"],
    }
    with ground.app.extensions["delphi_database"].reading() as session:
        assert find_subject(session, mixed) is None


def test_revoked_link_ends_the_sign_in_at_once(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session)
    client = expert_client(app, small, small.experts[0])
    assert client.get("/my/").status_code in (200, 302, 303)
    with database.writing() as session:
        invitation = session.exec(select(Invitation)).one()
        revoke_invitation(session, invitation=invitation, actor=as_facilitator(small), now=NOW)
    assert client.get("/my/").status_code == SIGN_IN
