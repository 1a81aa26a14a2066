"""What may stand behind the question mark of an address, and the page it asks for."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from delphi.exports.schema import ActivityRecord, NamedRecord, Record
from surveys.vocabulary import OutcomeStatus, StatementKind

PER_PAGE, PER_PAGE_AT_MOST, PAGES_AT_MOST = 50, 200, 100_000
Found = TypeVar("Found", bound=Record)
Asked = TypeVar("Asked", bound="Query")


def _digits(value: Any) -> Any:
    """Plain ASCII digits only: `1_0`, ` 1` and other scripts' digits are no numbers of an address."""
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        raise ValueError("give a whole number")
    return value


Number = Annotated[int, BeforeValidator(_digits)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class Query(BaseModel):
    """Parameters of an address; one that is not known is refused, so that a slip of the pen is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoQuery(Query):
    """None at all."""


class PageQuery(Query):
    page: Annotated[Number, Field(ge=1, le=PAGES_AT_MOST, description="Which page, from 1.")] = 1
    per_page: Annotated[Number, Field(ge=1, le=PER_PAGE_AT_MOST, description="Records on a page.")] = PER_PAGE

    def filters(self) -> dict[str, Any]:
        """Field of a record to the value it must have."""
        given = self.model_dump(mode="json", exclude_none=True)
        return {name: value for name, value in given.items() if name not in PageQuery.model_fields}


class StatementQuery(PageQuery):
    objective: Annotated[Code | None, Field(description="Code of an objective.")] = None
    kind: Annotated[StatementKind | None, Field(description="Kind of statement.")] = None
    outcome: Annotated[OutcomeStatus | None, Field(description="Where it ended.")] = None


class ActivityQuery(PageQuery):
    objective: Annotated[Code | None, Field(description="Code of an objective.")] = None
    category: Annotated[Code | None, Field(description="Code of a category.")] = None
    facility: Annotated[Code | None, Field(description="Code of a facility.")] = None
    outcome: Annotated[OutcomeStatus | None, Field(description="Where it ended.")] = None


class ResultQuery(PageQuery):
    objective: Annotated[Code | None, Field(description="Code of an objective.")] = None
    statement: Annotated[Code | None, Field(description="Code of a statement.")] = None
    criterion: Annotated[Code | None, Field(description="Code of a criterion.")] = None
    round: Annotated[Number | None, Field(ge=1, le=100, description="Number of a round.")] = None


class Refused(Exception):
    """The parameters cannot be used: the name of each, and what is wrong with it."""

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__(problems)
        self.problems = problems


def read_query(query: type[Asked], arguments: MultiDict[str, str]) -> Asked:
    """The parameters of an address; `Refused` for one that is unknown, given twice or out of range."""
    twice = [name for name, values in arguments.lists() if len(values) > 1]
    if twice:
        raise Refused(tuple((name, "given more than once") for name in twice))
    try:
        return query.model_validate(arguments.to_dict())
    except ValidationError as problem:
        raise Refused(
            tuple((".".join(map(str, error["loc"])), error["msg"]) for error in problem.errors(include_url=False))
        ) from None


def chosen(records: Sequence[Found], query: PageQuery) -> list[Found]:
    """The records that the filters leave; a category or facility is compared by its code."""
    filters = query.filters()
    return [one for one in records if all(value in _values(one, name) for name, value in filters.items())]


def _values(record: Record, name: str) -> tuple[Any, ...]:
    """What a filter of this name is compared with; a split activity has several facilities."""
    if name == "facility":
        return tuple(one.code for one in record.facilities) if isinstance(record, ActivityRecord) else ()
    value = getattr(record, name)
    return (value.code if isinstance(value, NamedRecord) else value,)
