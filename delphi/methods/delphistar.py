"""DELPHISTAR: 38 items on reporting Delphi studies. Numbers as published; the words are our own."""

from flask_babel import lazy_gettext as _l

from delphi.methods.items import Checklist, Section, asked, begun, known
from surveys.vocabulary import Guideline

DELPHISTAR = Checklist(
    Guideline.DELPHISTAR,
    "DELPHISTAR",
    "Niederberger M et al. (2024), PLoS ONE 19(8): e0304651, doi:10.1371/journal.pone.0304651",
    (
        Section(
            _l("Title and abstract"),
            (
                begun("1", _l("The title names the Delphi method"), "title"),
                asked("2", _l("The abstract names the Delphi method")),
                asked("3", _l("The abstract is structured")),
            ),
        ),
        Section(
            _l("Context"),
            (
                asked("4", _l("Where the money came from")),
                begun("5", _l("Who carried the study out, with which background"), "roles"),
                asked("6", _l("Whether people with experience in the method advised")),
                asked("7", _l("How the study belongs to a larger project")),
                begun("8", _l("Whether there was a protocol, and where it is"), "protocol"),
                asked("9", _l("Why the Delphi method was chosen")),
                begun("10", _l("What the study was to find out"), "purpose"),
            ),
        ),
        Section(
            _l("Method"),
            (
                begun("11", _l("Which groups of experts were asked, and why these"), "panels"),
                asked("12", _l("What was done where expertise was missing")),
                asked("13", _l("What made somebody an expert")),
                begun("14", _l("Which kind of Delphi study it is"), "method"),
                asked("15", _l("Changes to the method, foreseen or not")),
                known("16", _l("Who was invited to each round"), "response"),
                asked("17", _l("How the experts were found")),
                begun("18", _l("How they were invited and informed"), "invitation"),
                begun("19", _l("Where the questions came from"), "statements"),
                known("20", _l("How the questionnaires were built"), "questionnaire"),
                known("21", _l("How many rounds there were"), "rounds"),
                begun("22", _l("What each round was for"), "rounds"),
                known("23", _l("Whether the number of rounds was fixed beforehand"), "stopping"),
                known("24", _l("What experts saw of the earlier answers"), "feedback"),
                known("25", _l("Which figures were fed back"), "feedback"),
                known("26", _l("Whether the feedback was about all or about groups"), "feedback_groups"),
                known("27", _l("What was done with dissenting views"), "dissent"),
                known("28", _l("How the answers were analysed"), "analysis", "synthesis"),
                known("29", _l("What counted as consensus"), "consensus"),
                known("30", _l("Whether groups had different weights"), "weights"),
            ),
        ),
        Section(
            _l("Results"),
            (
                known("31", _l("A flow chart of the whole course"), "flow"),
                asked("32", _l("Events in the world that may have mattered")),
                known("33", _l("How many answered each round"), "response"),
                known("34", _l("What came out of each round"), "outcomes"),
            ),
        ),
        Section(
            _l("Discussion"),
            (
                begun("35", _l("The main findings"), "outcomes"),
                asked("36", _l("How far the findings hold elsewhere")),
                begun("37", _l("How trustworthy the reading of texts is"), "synthesis"),
                begun("38", _l("Limits, of the panel above all"), "attrition", "fragility"),
            ),
        ),
    ),
)
