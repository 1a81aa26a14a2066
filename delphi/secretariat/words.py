"""The secretariat's words for what task forces wait for."""

from typing import Any

from flask_babel import lazy_gettext as _l

from surveys.rules.blockers import Blocker, WaitsFor

BLOCKERS: dict[Blocker, Any] = {
    Blocker.NO_FACILITATOR: _l("Nobody facilitates this task force."),
    Blocker.NO_PANEL: _l("The panel is empty: import its experts."),
    Blocker.NOT_STARTED: _l("No round has been planned yet."),
    Blocker.ROUND_PLANNED: _l("Round %(round)s is planned and not open yet."),
    Blocker.COLLECTING: _l("Answers are coming in."),
    Blocker.LATE_ANSWERS: _l("Fewer than half have sent their answers, and the round closes soon."),
    Blocker.DEADLINE_PASSED: _l("The deadline has passed: round %(round)s is to be closed."),
    Blocker.IDEAS_WAITING: _l("Ideas without a place yet: %(n)s."),
    Blocker.NEXT_STEP_DUE: _l("Round %(round)s is closed: the next round or the outcomes are to be decided."),
    Blocker.UNCATEGORISED: _l("Published activities without a category: %(n)s."),
    Blocker.UNASSIGNED: _l("Published activities without a facility: %(n)s."),
    Blocker.REOPENED: _l("Round %(round)s was reopened after publishing: the outcomes are to be published again."),
    Blocker.DONE: _l("Nothing: published, sorted and assigned."),
}

WAITS_FOR: dict[WaitsFor, Any] = {
    WaitsFor.SECRETARIAT: _l("Needs you"),
    WaitsFor.FACILITATOR: _l("With the facilitator"),
    WaitsFor.EXPERTS: _l("With the experts"),
    WaitsFor.NOBODY: _l("Done"),
}
