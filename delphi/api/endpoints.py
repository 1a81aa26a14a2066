"""The endpoints as one table: views, description and reference page are made of it, so they cannot disagree."""

from dataclasses import dataclass

from delphi.api.queries import ActivityQuery, NoQuery, PageQuery, Query, ResultQuery, StatementQuery
from delphi.exports.schema import ActivityRecord, ObjectiveRecord, Record, ResultRecord, StatementRecord, StudyRecord
from surveys.vocabulary import ApiScope


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address. `name` is its operation; `key` the field by which one record is asked for."""

    name: str
    path: str
    summary: str
    record: type[Record]
    query: type[Query]
    scope: ApiScope | None
    """None: any key may ask."""
    key: str = ""

    @property
    def is_list(self) -> bool:
        return issubclass(self.query, PageQuery)


STUDY = "/studies/{study_id}"
ENDPOINTS = (
    Endpoint("list_studies", "/studies", "The study your key belongs to.", StudyRecord, PageQuery, None),
    Endpoint("get_study", STUDY, "One study with its protocol and criteria.", StudyRecord, NoQuery, ApiScope.STUDY),
    Endpoint(
        "list_objectives",
        f"{STUDY}/objectives",
        "The objectives in the order of the framework, with their newest texts.",
        ObjectiveRecord,
        PageQuery,
        ApiScope.OBJECTIVES,
    ),
    Endpoint(
        "get_objective",
        f"{STUDY}/objectives/{{code}}",
        "One objective.",
        ObjectiveRecord,
        NoQuery,
        ApiScope.OBJECTIVES,
        key="code",
    ),
    Endpoint(
        "list_activities",
        f"{STUDY}/activities",
        "Published activities by objective and rank, with category, facility, obstacles and success factors.",
        ActivityRecord,
        ActivityQuery,
        ApiScope.ACTIVITIES,
    ),
    Endpoint(
        "get_activity",
        f"{STUDY}/activities/{{code}}",
        "One published activity.",
        ActivityRecord,
        NoQuery,
        ApiScope.ACTIVITIES,
        key="code",
    ),
    Endpoint(
        "list_statements",
        f"{STUDY}/statements",
        "Published statements of every kind, in the wording that was rated.",
        StatementRecord,
        StatementQuery,
        ApiScope.STATEMENTS,
    ),
    Endpoint(
        "get_statement",
        f"{STUDY}/statements/{{code}}",
        "One published statement.",
        StatementRecord,
        NoQuery,
        ApiScope.STATEMENTS,
        key="code",
    ),
    Endpoint(
        "list_results",
        f"{STUDY}/results",
        "The frozen figures of published statements, round by round.",
        ResultRecord,
        ResultQuery,
        ApiScope.RESULTS,
    ),
    Endpoint(
        "get_result",
        f"{STUDY}/results/{{id}}",
        "The figures of one statement on one criterion in one round.",
        ResultRecord,
        NoQuery,
        ApiScope.RESULTS,
        key="id",
    ),
)
BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}
