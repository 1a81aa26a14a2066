"""The second factor of staff: codes from an app, recovery codes, passkeys. Each code opens once."""

from datetime import datetime

import pyotp
from sqlmodel import Session, col, delete, func, select, update

from surveys.errors import RuleViolation
from surveys.models import Authenticator, Passkey, RecoveryCode, StaffRole
from surveys.rules.permissions import Actor
from surveys.rules.texts import clean_text
from surveys.rules.tokens import new_recovery_code, token_hash
from surveys.services.audit import record
from surveys.services.passwords import end_devices, tell
from surveys.vocabulary import AuditAction, ViolationCode

STEP_SECONDS = 30
N_RECOVERY_CODES = 10
PASSKEY_NAME_LIMIT = 80
REASON_LIMIT = 2000


def has_second_factor(session: Session, *, person_id: int) -> bool:
    """Whether a second factor is asked of this person at sign-in."""
    return session.get(Authenticator, person_id) is not None or bool(passkeys_of(session, person_id=person_id))


def passkeys_of(session: Session, *, person_id: int) -> tuple[Passkey, ...]:
    return tuple(session.exec(select(Passkey).where(Passkey.person_id == person_id).order_by(col(Passkey.id))).all())


def n_recovery_codes(session: Session, *, person_id: int) -> int:
    """How many are left."""
    return session.exec(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, col(RecoveryCode.used_at).is_(None))
    ).one()


def add_authenticator(session: Session, *, actor: Actor, secret: str, code: str, now: datetime) -> None:
    """Take an app into use that has just shown `code` for `secret`; an earlier app is replaced.

    Raises
    ------
    RuleViolation
        `wrong_code`.
    """
    step = _step_of(secret, code=code, now=now)
    if step is None:
        raise RuleViolation(ViolationCode.WRONG_CODE)
    session.merge(Authenticator(person_id=actor.person_id or 0, secret=secret, last_step=step, created_at=now))
    _changed(session, actor=actor, what="app added", now=now)


def use_code(session: Session, *, person_id: int, code: str, now: datetime) -> None:
    """Use a code of the app up, or a recovery code.

    Raises
    ------
    RuleViolation
        `wrong_code` for one that is wrong, too old, or was used before.
    """
    typed = code.replace(" ", "").upper()
    found = session.exec(select(Authenticator).where(Authenticator.person_id == person_id).with_for_update()).first()
    step = None if found is None else _step_of(found.secret, code=typed, now=now)
    if found is not None and step is not None and step > found.last_step:
        found.last_step = step
        session.add(found)
        session.flush()
        return
    _use_recovery_code(session, person_id=person_id, code=typed, now=now)


def renew_recovery_codes(session: Session, *, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Fresh recovery codes, to be shown once; earlier ones open nothing any more."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == actor.person_id))
    codes = tuple(new_recovery_code() for _ in range(N_RECOVERY_CODES))
    session.add_all([RecoveryCode(person_id=actor.person_id or 0, token_hash=token_hash(code)) for code in codes])
    _changed(session, actor=actor, what="recovery codes renewed", now=now)
    return codes


def add_passkey(
    session: Session, *, actor: Actor, credential_id: str, public_key: str, sign_count: int, name: str, now: datetime
) -> None:
    """Store the public half of a key pair the browser has just made and proven.

    Raises
    ------
    RuleViolation
        `passkey_refused` for one that is stored already, such as an answer played again.
    """
    if session.exec(select(Passkey.id).where(Passkey.credential_id == credential_id)).first() is not None:
        raise RuleViolation(ViolationCode.PASSKEY_REFUSED)
    session.add(
        Passkey(
            person_id=actor.person_id or 0,
            credential_id=credential_id,
            public_key=public_key,
            sign_count=sign_count,
            name=name[:PASSKEY_NAME_LIMIT],
            created_at=now,
        )
    )
    _changed(session, actor=actor, what="passkey added", now=now)


def note_passkey_used(session: Session, *, passkey_id: int, sign_count: int, asked_at: datetime, now: datetime) -> None:
    """Remember the use of a passkey, and its counter, by which a copied one would be noticed.

    An answer to a question asked before the last use is an old one played again: each question is answered once.

    Raises
    ------
    RuleViolation
        `passkey_refused`.
    """
    unused_since = col(Passkey.last_used_at).is_(None) | (col(Passkey.last_used_at) < asked_at)
    used = session.connection().execute(
        update(Passkey)
        .where(col(Passkey.id) == passkey_id, unused_since)
        .values(sign_count=sign_count, last_used_at=now)
    )
    if used.rowcount != 1:
        raise RuleViolation(ViolationCode.PASSKEY_REFUSED)


def remove_factor(session: Session, *, actor: Actor, passkey_id: int | None, is_needed: bool, now: datetime) -> None:
    """Remove a passkey, or the app where no passkey is named. `is_needed`: one of them has to stay.

    Raises
    ------
    RuleViolation
        `factor_needed`.
    """
    person_id = actor.person_id or 0
    passkeys = {one.id for one in passkeys_of(session, person_id=person_id)}
    has_app = session.get(Authenticator, person_id) is not None
    left = len(passkeys - {passkey_id}) + (has_app and passkey_id is not None)
    if is_needed and not left:
        raise RuleViolation(ViolationCode.FACTOR_NEEDED)
    if passkey_id is None:
        session.exec(delete(Authenticator).where(col(Authenticator.person_id) == person_id))
    else:
        session.exec(delete(Passkey).where(col(Passkey.id) == passkey_id, col(Passkey.person_id) == person_id))
    if not left:
        session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
    _changed(session, actor=actor, what="app removed" if passkey_id is None else "passkey removed", now=now)


def reset_factor(session: Session, *, actor: Actor, person_id: int, reason: str, now: datetime) -> None:
    """Remove a colleague's app, passkeys and recovery codes, as an administrator; every device of theirs is signed out.

    The password alone opens the account then, until they set up a new second factor; a mail tells them. Where there is
    none left nothing changes.

    Raises
    ------
    RuleViolation
        `factor_not_yours` where the actor is no administrator, or it is their own, or not of staff; `reason_missing`,
        `text_too_long`.
    """
    why = clean_text(reason, limit=REASON_LIMIT)
    if not why:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    is_staff = session.exec(select(StaffRole.id).where(StaffRole.person_id == person_id)).first() is not None
    if not actor.administers or person_id == actor.person_id or not is_staff:
        raise RuleViolation(ViolationCode.FACTOR_NOT_YOURS)
    if not has_second_factor(session, person_id=person_id):
        return
    before = {
        "app": session.get(Authenticator, person_id) is not None,
        "passkeys": len(passkeys_of(session, person_id=person_id)),
        "recovery_codes": n_recovery_codes(session, person_id=person_id),
    }
    for kind in (Authenticator, Passkey, RecoveryCode):
        session.exec(delete(kind).where(col(kind.person_id) == person_id))
    end_devices(session, person_id=person_id, now=now)
    record(
        session,
        AuditAction.SECOND_FACTOR_CHANGED,
        actor=actor,
        now=now,
        subject=f"person:{person_id}",
        what="reset",
        reason=why,
        before=before,
        after={"app": False, "passkeys": 0, "recovery_codes": 0},
    )
    tell(session, person_id=person_id, what="reset", now=now)
    session.flush()


def _step_of(secret: str, *, code: str, now: datetime) -> int | None:
    """The thirty-second step whose code this is: the present one or the one before, for clocks that are slow."""
    app = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present, present - 1):
        if pyotp.utils.strings_equal(app.at(step * STEP_SECONDS), code):
            return step
    return None


def _use_recovery_code(session: Session, *, person_id: int, code: str, now: datetime) -> None:
    found = session.exec(
        select(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.token_hash == token_hash(code),
            col(RecoveryCode.used_at).is_(None),
        )
        .with_for_update()
    ).first()
    if found is None:
        raise RuleViolation(ViolationCode.WRONG_CODE)
    found.used_at = now
    session.add(found)
    session.flush()
    record(
        session,
        AuditAction.RECOVERY_CODE_USED,
        actor=Actor(person_id=person_id),
        now=now,
        left=n_recovery_codes(session, person_id=person_id),
    )
    tell(session, person_id=person_id, what="recovery", now=now)


def _changed(session: Session, *, actor: Actor, what: str, now: datetime) -> None:
    record(
        session, AuditAction.SECOND_FACTOR_CHANGED, actor=actor, now=now, subject=f"person:{actor.person_id}", what=what
    )
    tell(session, person_id=actor.person_id or 0, what="factor", now=now)
    session.flush()
