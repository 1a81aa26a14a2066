"""Proving who one is: password and code with their limits, and `requires_recent` for what cannot be taken back."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, render_template, request
from sqlmodel import Session

from delphi import clock
from delphi.config import Settings
from delphi.database import reading_session, transaction
from delphi.forms import posted_fields
from delphi.passwords import SPARE_HASH, is_right
from delphi.security import current_actor, forget_actor
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.models import Authenticator, Person, StaffPassword
from surveys.rules.tokens import keyed_hash
from surveys.services.audit import record
from surveys.services.proof_limits import ensure_may_try, note_wrong_try
from surveys.services.second_factor import use_code
from surveys.services.sign_in import find_staff, note_proven
from surveys.vocabulary import AuditAction, ViolationCode

RECENT = timedelta(minutes=10)
FIELDS = ("proof_password", "proof_passcode")
View = TypeVar("View", bound=Callable[..., Any])


def status_of(violation: RuleViolation) -> int:
    return 429 if violation.code is ViolationCode.TOO_MANY_TRIES else 422


def check_password(*, email: str, password: str) -> tuple[Person, StaffPassword]:
    """The account of this address and password.

    An unknown address costs as much time, and counts as much, as a wrong password: neither can be told from the other.

    Raises
    ------
    RuleViolation
        `wrong_password`, `too_many_tries`.
    """
    account = email.strip().lower()
    _ensure_may_try(account)
    found = find_staff(reading_session(), email=account)
    right = is_right(found[1].password_hash if found else SPARE_HASH, password)
    if found is None or not right:
        _note_wrong(account)
        raise RuleViolation(ViolationCode.WRONG_PASSWORD)
    return found


def check_code(*, person_id: int, code: str) -> None:
    """Use up a code of the person's app, or a recovery code.

    Raises
    ------
    RuleViolation
        `wrong_code`, `too_many_tries`.
    """
    account = f"code:{person_id}"
    _ensure_may_try(account)
    try:
        with transaction() as session:
            use_code(session, person_id=person_id, code=code, now=clock.now())
    except RuleViolation:
        _note_wrong(account)
        raise


def requires_recent(view: View) -> View:
    """For POST: asks for the password or a code where neither was given within ten minutes, then goes on with the form.

    Nothing typed is lost: what was posted is sent along with the proof. In demo mode nobody has a password.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        actor = current_actor()
        is_recent = actor.proven_at is not None and clock.now() - actor.proven_at <= RECENT
        if is_recent or settings().demo:
            return view(*args, **kwargs)
        if not any(request.form.get(name) for name in FIELDS):
            return _ask(problem="", status=403)
        try:
            _prove_again()
        except RuleViolation as violation:
            return _ask(problem=violation_sentence(violation), status=status_of(violation))
        return view(*args, **kwargs)

    guarded.asks_for_proof = True  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def settings() -> Settings:
    found: Settings = current_app.config["DELPHI"]
    return found


def _prove_again() -> None:
    actor = current_actor()
    person_id = actor.person_id or 0
    code = request.form.get("proof_passcode", "")
    if code:
        check_code(person_id=person_id, code=code)
    else:
        person = reading_session().get_one(Person, person_id)
        check_password(email=person.email, password=request.form.get("proof_password", ""))
    with transaction() as session:
        note_proven(session, actor=actor, is_strong=bool(code), now=clock.now())
    forget_actor()


def _ask(*, problem: str, status: int) -> Any:
    has_app = reading_session().get(Authenticator, current_actor().person_id) is not None
    repeat = [(name, value) for name, value in posted_fields(request.form) if name not in FIELDS]
    return render_template("account/prove.html", problem=problem, repeat=repeat, has_app=has_app), status


def _keys(account: str) -> dict[str, str]:
    secret_key = settings().secret_key
    return {
        "account": keyed_hash(account, secret_key=secret_key),
        "address": keyed_hash(request.remote_addr or "", secret_key=secret_key),
    }


def _ensure_may_try(account: str) -> None:
    ensure_may_try(reading_session(), **_keys(account), now=clock.now())


def _note_wrong(account: str) -> None:
    with transaction() as session:
        note_wrong_try(session, **_keys(account), now=clock.now())
        _log_the_last(session, account)


def _log_the_last(session: Session, account: str) -> None:
    """One row in the log each time a limit is reached, however often the door is tried after that."""
    try:
        ensure_may_try(session, **_keys(account), now=clock.now())
    except RuleViolation:
        record(session, AuditAction.SIGN_IN_REFUSED, actor=None, now=clock.now())
