"""Who somebody is here, and what they may do."""

from enum import StrEnum


class MembershipStatus(StrEnum):
    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"
    LEFT = "left"
    REMOVED = "removed"


class Role(StrEnum):
    EXPERT = "expert"
    FACILITATOR = "facilitator"
    OBSERVER = "observer"
    SECRETARIAT = "secretariat"
    ADMINISTRATOR = "administrator"


class Audience(StrEnum):
    """The two doors: experts come by their link, staff by their account."""

    EXPERT = "expert"
    STAFF = "staff"


class AccountLinkKind(StrEnum):
    """What a link in a mail lets somebody set a password for."""

    INVITATION = "invitation"
    FORGOTTEN = "forgotten"


class Permission(StrEnum):
    """What a page or action asks of its visitor; `surveys.rules.permissions` says who has it."""

    PUBLIC = "public"
    SIGN_OUT = "sign_out"
    HAVE_ACCOUNT = "have_account"
    SEE_OWN_PANELS = "see_own_panels"
    ANSWER = "answer"
    FACILITATE_SOME = "facilitate_some"
    FACILITATE = "facilitate"
    CREATE_STUDY = "create_study"
    SEE_STUDY = "see_study"
    SET_UP_STUDY = "set_up_study"
    SEE_RESULTS = "see_results"
    OVERSEE_SOME = "oversee_some"
    OVERSEE = "oversee"
    OBSERVE_SOME = "observe_some"
    OBSERVE = "observe"
    MANAGE_STAFF = "manage_staff"
    LOOK_UP_NAMES = "look_up_names"
    PROTECT_DATA = "protect_data"
    ADMINISTER = "administer"
    READ_SOME = "read_some"
    READ_STUDY = "read_study"
    READ_OBJECTIVES = "read_objectives"
    READ_ACTIVITIES = "read_activities"
    READ_STATEMENTS = "read_statements"
    READ_RESULTS = "read_results"


class ApiScope(StrEnum):
    """What a key for programs opens: published things only, of one study."""

    STUDY = "study"
    OBJECTIVES = "objectives"
    ACTIVITIES = "activities"
    STATEMENTS = "statements"
    RESULTS = "results"
