"""The one shape of what a study published: the interface for programs and the JSON export speak it, field by field.

`json_schema()` is the JSON Schema (draft 2020-12) of the export; the OpenAPI description is made of the same models.
Figures are unrounded; moments are ISO 8601 in UTC; texts are objects of language codes.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA: Literal["delphi-published/1"] = "delphi-published/1"
Texts = dict[str, str]


class Record(BaseModel):
    """What all of them have in common: unknown fields are refused, nothing is changed after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(StrEnum):
    """How much of a figure is given; small groups are protected here as on every page."""

    FULL = "full"
    SENTENCE = "sentence"
    NOTHING = "nothing"


class CriterionRecord(Record):
    code: str = Field(description="Such as `importance`; results name it.")
    name: Texts
    question: Texts
    kinds: list[str] = Field(description="The kinds of statement it is asked of.")
    is_primary: bool = Field(description="Whether it decides verdict and rank.")
    lower: int = Field(description="Lowest point of the scale.")
    upper: int = Field(description="Highest point of the scale.")
    agree_from: int | None = Field(description="Lowest point that counts as agreement.")
    agree_to: int | None = Field(description="Highest point that counts as agreement.")
    agreement: str | None = Field(description="The share that is needed, as a fraction such as `3/4`.")
    iqr: float | None = Field(description="The widest middle half the rule allows, in points of the scale.")


class ProtocolRecord(Record):
    version: int
    fingerprint: str = Field(description="SHA-256 of the rules as canonical JSON.")
    locked_at: datetime | None
    quantile: str = Field(description="How quartiles are computed.")
    denominator: str = Field(description="What shares are taken of.")
    min_n: int = Field(description="Ratings below which there is no verdict.")
    min_group_size: int = Field(description="People below which no distribution is shown.")


class StudyRecord(Record):
    id: int
    slug: str
    name: Texts
    purpose: Texts
    languages: list[str]
    protocol: ProtocolRecord
    criteria: list[CriterionRecord]
    n_objectives: int
    n_published: int = Field(description="Objectives whose task force has published.")


class DocumentRecord(Record):
    source: str
    facility: str
    note: str


class ObjectiveRecord(Record):
    code: str = Field(description="Such as `A5`.")
    goal: str
    goal_name: Texts
    version: int = Field(description="Of the texts; 0 where there is none yet.")
    title: Texts
    description: Texts
    baseline_2020: Texts
    target_2030: Texts
    target_2050: Texts
    default_facility: str
    facility_group: str
    documents: list[DocumentRecord] = Field(description="What documents say of its facility; they may disagree.")
    is_published: bool = Field(description="Whether its task force has published.")


class NamedRecord(Record):
    code: str
    name: Texts


class FacilityRecord(Record):
    code: str
    type: Literal["CF", "GF"]
    name: Texts
    source: str
    reason: str
    part: str = Field(description="What this facility carries of a split activity; empty: the whole.")
    leader: str = Field(description="Who answers for it: an organisation or an office as the decision names it.")
    partners: str


class LinkRecord(Record):
    """How an activity belongs together with one of another objective, as decided."""

    code: str = Field(description="Of the other activity.")
    kind: str
    reason: str


class StatementRecord(Record):
    code: str = Field(description="Such as `A5-04`, the same for the life of the study.")
    kind: str
    objective: str
    parent: str | None = Field(description="Code of the statement it hangs on.")
    text: Texts = Field(description="In the wording that was rated.")
    wording: int = Field(description="Number of that wording.")
    outcome: str
    rank: int | None = Field(description="Within its objective and kind; ties share one, null where it is unranked.")
    overall_rank: int | None = Field(description="Within its kind over all objectives, once all have published.")
    result: str = Field(description="Id of the result that decided.")
    n_ideas: int = Field(description="Raw ideas it was made from.")
    objections: list[Texts] = Field(description="Principled objections, in the words the panel was shown.")
    reopened_since: datetime | None = Field(description="Its deciding round was reopened then: it may change.")


class ActivityRecord(StatementRecord):
    category: NamedRecord | None
    facilities: list[FacilityRecord] = Field(description="Who carries it: none, one, or one a part of a split one.")
    linked: list[LinkRecord] = Field(description="Activities of other objectives it belongs together with.")
    obstacles: list[str] = Field(description="Codes, by their own rank.")
    success_factors: list[str] = Field(description="Codes, by their own rank.")


class ResultRecord(Record):
    id: str = Field(description="Statement, criterion and round, such as `A5-04.importance.2`.")
    statement: str
    objective: str
    kind: str
    criterion: str
    round: int
    wording: int
    closed_at: datetime | None
    n: int = Field(description="Ratings.")
    n_asked: int
    n_returned: int = Field(description="Who gave at least one answer in the round.")
    n_outside_expertise: int
    shown: Shown = Field(description="`full`; `sentence`: median and verdict only; `nothing`: too few answers.")
    frequency: list[int] | None = Field(description="Ratings at each point of the scale, lowest first.")
    median: float | None
    q1: float | None
    q3: float | None
    iqr: float | None
    mean: float | None
    sd: float | None
    agreement_k: int | None = Field(description="Ratings that agree ...")
    agreement_n: int | None = Field(description="... of how many.")
    verdict: str | None
    consensus_class: str | None
    rank: int | None = Field(description="In this round, within its kind.")
    rank_low: int | None = Field(description="Lower limit of the rank, 95 % together with all others.")
    rank_high: int | None
    answers_digest: str = Field(description="SHA-256 that sealed the answers when the round was closed.")
    rule_fingerprint: str = Field(description="SHA-256 of the rules that were applied.")


class PublishedStudy(Record):
    """The whole of it in one document: the JSON export."""

    schema_: Literal["delphi-published/1"] = Field(default=SCHEMA, alias="schema")
    software: str
    made_at: datetime
    study: StudyRecord
    objectives: list[ObjectiveRecord]
    activities: list[ActivityRecord]
    statements: list[StatementRecord]
    results: list[ResultRecord]

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `PublishedStudy`."""
    schema = PublishedStudy.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **schema}


def as_document(study: PublishedStudy) -> dict[str, Any]:
    """The document as plain JSON values, under the names of the schema."""
    return study.model_dump(mode="json", by_alias=True)
