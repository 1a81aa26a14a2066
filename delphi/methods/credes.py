"""CREDES: 16 items on conducting and reporting Delphi studies. Numbers as published; the words are our own."""

from flask_babel import lazy_gettext as _l

from delphi.methods.items import Checklist, Section, asked, begun, known
from surveys.vocabulary import Guideline

CREDES = Checklist(
    Guideline.CREDES,
    "CREDES",
    "Jünger S et al. (2017), Palliative Medicine 31(8): 684-706, doi:10.1177/0269216317690685",
    (
        Section(_l("Why this method"), (asked("1", _l("Why the Delphi method fits the question")),)),
        Section(
            _l("Planning and design"),
            (
                begun("2", _l("How the course was planned, and what was changed"), "method", "amendments"),
                known("3", _l("Consensus defined beforehand, and what happens without it"), "consensus", "stopping"),
            ),
        ),
        Section(
            _l("Conduct"),
            (
                asked("4", _l("What experts were given to read, and who checked it")),
                begun("5", _l("How influence on the results was kept out"), "anonymity", "protocol"),
                begun("6", _l("How results were read; agreement is not truth, stable dissent is a result"), "dissent"),
                asked("7", _l("Whether somebody outside looked at the result")),
            ),
        ),
        Section(
            _l("Reporting"),
            (
                begun("8", _l("Aim and reason of the study"), "purpose"),
                begun("9", _l("The panel: who, how chosen, how many"), "panels", "participants"),
                begun("10", _l("The method in enough detail to repeat it"), "method", "questionnaire", "collection"),
                known("11", _l("The course as a flow chart"), "flow"),
                known("12", _l("What consensus meant, and how it was reached"), "consensus", "outcomes"),
                known("13", _l("Results of each round"), "response", "statements"),
                begun("14", _l("Limits and their consequences"), "attrition", "fragility"),
                asked("15", _l("Conclusions no wider than the results")),
                asked("16", _l("How the result is published and put to use")),
            ),
        ),
    ),
)
