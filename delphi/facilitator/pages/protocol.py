"""The protocol of a study: its form, the sentences it makes in each language, the adviser, the lock, amendments."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import force_locale, gettext
from sqlmodel import Session

from delphi.facilitator.pages.advice import Advice, advice_of, expected
from delphi.facilitator.pages.amendments import AmendmentLine, amendment_lines
from delphi.facilitator.pages.criteria_form import (
    CriterionBlock,
    added_criterion,
    blocks_of,
    criterion_fields,
    draft_problems,
    drafts_of,
    scale_of,
    with_usual_rules,
)
from delphi.facilitator.pages.protocol_check import short
from delphi.facilitator.pages.study_place import StudyPlace, study_place
from delphi.i18n import LANGUAGE_NAMES, in_language
from delphi.sentences.protocol import DENOMINATORS, QUARTILES, protocol_sentences
from delphi.sentences.setup import FEEDBACK, STOPS, UNREADABLE, change_sentence, impossible_sentence
from surveys.localized import LocalizedText
from surveys.models import Study
from surveys.queries.frameworks import scales_of_study
from surveys.queries.protocols import ProtocolRecord, panel_sizes, protocol_record
from surveys.rules.permissions import Actor
from surveys.rules.protocol import ProtocolSettings
from surveys.rules.protocol_drafts import changes_between, protocol_fields, read_protocol
from surveys.services.protocol import CriterionDraft, lock_digest, problems_of
from surveys.study_files import ScaleEntry
from surveys.study_templates import criterion_templates

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SpokenSentences:
    """The protocol in one language."""

    language: str
    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WrittenProtocol:
    """A form as it was sent, read as far as it can be. `settings` is None where a field cannot be read."""

    values: Mapping[str, str]
    drafts: tuple[CriterionDraft, ...]
    settings: ProtocolSettings | None
    problems: tuple[tuple[str, str], ...]
    """Field and sentence each."""

    @property
    def scales(self) -> tuple[ScaleEntry, ...]:
        return tuple(draft.entry for draft in self.drafts)


@dataclass(frozen=True, slots=True)
class ProtocolPage:
    place: StudyPlace
    record: ProtocolRecord
    fingerprint: str
    spoken: tuple[SpokenSentences, ...]
    """Of what the form holds; of the protocol in force where the form cannot be read."""
    is_changed: bool
    """The form differs from what is stored."""
    blocks: tuple[CriterionBlock, ...]
    languages: Choices
    values: Mapping[str, str]
    problems: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    """What an amendment would change."""
    advice: tuple[Advice, ...]
    n: int
    n_items: int
    panels: Mapping[str, int]
    to_add: Choices
    quantiles: Choices
    denominators: Choices
    feedback_kinds: Choices
    stops: Choices
    lock_digest: str
    amendments: tuple[AmendmentLine, ...]
    reason: str

    def problem_of(self, name: str) -> str:
        return dict(self.problems).get(name, "")


def stored_protocol(session: Session, *, study_id: int) -> WrittenProtocol:
    """The form of what is stored."""
    record = protocol_record(session, study_id=study_id)
    stored = _stored(session, study_id=study_id)
    values = protocol_fields(record.settings) | criterion_fields(stored)
    drafts = tuple(CriterionDraft(entry, kinds) for entry, kinds in stored.values())
    return WrittenProtocol(values=values, drafts=drafts, settings=record.settings, problems=())


def written_protocol(
    session: Session, *, study_id: int, values: Mapping[str, str], codes: Sequence[str], add: str = ""
) -> WrittenProtocol:
    """The form as it was sent, with every problem; `add` names a further criterion. Locked: its criteria are given."""
    record = protocol_record(session, study_id=study_id)
    stored = _stored(session, study_id=study_id)
    languages = study_languages(session, study_id=study_id)
    codes = list(stored) if record.is_locked else [code for code in dict.fromkeys(codes) if CODE.fullmatch(code)]
    typed = dict(values)
    if record.is_locked:
        typed |= criterion_fields(stored)
        drafts = [CriterionDraft(entry, kinds) for entry, kinds in stored.values()]
    else:
        if add:
            scale = scale_of(typed, code=codes[0]) if codes else (1, 9)
            code, fields = added_criterion(add, codes=codes, scale=scale)
            codes, typed = [*codes, code], typed | fields
        drafts = drafts_of(typed, codes=codes, stored=stored, languages=languages)
        typed = with_usual_rules(typed, codes=codes)
        typed |= criterion_fields({one.entry.code: (one.entry, one.kinds) for one in drafts})
    read = read_protocol(typed, criteria=codes, base=record.settings)
    problems = [(name, str(UNREADABLE)) for name in read.unreadable]
    problems += draft_problems(drafts, languages=languages) if not record.is_locked else []
    if read.settings is not None:
        scales = [draft.entry for draft in drafts]
        found = problems_of(session, study_id=study_id, settings=read.settings, scales=scales)
        problems += [(one.name, impossible_sentence(one)) for one in found]
    return WrittenProtocol(typed, tuple(drafts), read.settings, tuple(problems))


def protocol_page(
    session: Session,
    *,
    study_id: int,
    actor: Actor,
    written: WrittenProtocol,
    problems: Sequence[tuple[str, str]] = (),
    reason: str = "",
) -> ProtocolPage:
    """The page with one form on it, stored or sent."""
    place = study_place(session, study_id=study_id, actor=actor)
    record = protocol_record(session, study_id=study_id)
    shown = written.settings or record.settings
    names = {draft.entry.code: draft.entry.name for draft in written.drafts}
    panels = panel_sizes(session, study_id=study_id)
    n, n_items = expected(written.values, panels=panels, min_n=shown.min_n)
    everything = (*written.problems, *problems)
    is_sound = written.settings is not None and not written.problems
    stored = _stored(session, study_id=study_id)
    drafts_stored = [CriterionDraft(entry, kinds) for entry, kinds in stored.values()]
    return ProtocolPage(
        place=place,
        record=record,
        fingerprint=short(record.fingerprint),
        spoken=_spoken(shown, names=names, languages=place.languages),
        is_changed=written.settings != record.settings or list(written.drafts) != drafts_stored,
        blocks=blocks_of(written.drafts),
        languages=tuple((code, LANGUAGE_NAMES.get(code, code)) for code in place.languages),
        values=written.values,
        problems=everything,
        changes=tuple(change_sentence(change, names=names) for change in changes_between(record.settings, shown))
        if record.is_locked
        else (),
        advice=advice_of(shown, scales=written.scales, n=n, n_items=n_items) if is_sound else (),
        n=n,
        n_items=n_items,
        panels=panels,
        to_add=_to_add(written.drafts),
        quantiles=tuple((method.value, str(words)) for method, words in QUARTILES.items()),
        denominators=tuple((one.value, str(words)) for one, words in DENOMINATORS.items()),
        feedback_kinds=tuple((one.value, str(words)) for one, words in FEEDBACK.items()),
        stops=tuple((one.value, str(words)) for one, words in STOPS.items()),
        lock_digest="" if record.is_locked else lock_digest(session, study_id=study_id),
        amendments=amendment_lines(record.amendments, names=names),
        reason=reason,
    )


def study_languages(session: Session, *, study_id: int) -> tuple[str, ...]:
    """The languages a study is written in."""
    return tuple(session.get_one(Study, study_id).languages)


def _stored(session: Session, *, study_id: int) -> dict[str, tuple[ScaleEntry, tuple[str, ...]]]:
    return {entry.code: (entry, kinds) for entry, kinds in scales_of_study(session, study_id=study_id)}


def _spoken(
    settings: ProtocolSettings, *, names: Mapping[str, LocalizedText], languages: Sequence[str]
) -> tuple[SpokenSentences, ...]:
    found = []
    for code in languages:
        with force_locale(code):
            sentences = tuple(protocol_sentences(settings, names=names))
        found.append(SpokenSentences(code, LANGUAGE_NAMES.get(code, code), sentences))
    return tuple(found)


def _to_add(drafts: Sequence[CriterionDraft]) -> Choices:
    used = {draft.entry.code for draft in drafts}
    offered = [(one.code, in_language(one.name)) for one in criterion_templates().values() if one.code not in used]
    return (*offered, ("own", gettext("A question of my own")))
