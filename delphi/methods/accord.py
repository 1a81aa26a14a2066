"""ACCORD: 35 items on reporting consensus methods. Numbers as published; the words are our own."""

from flask_babel import lazy_gettext as _l

from delphi.methods.items import Checklist, Section, asked, begun, known
from surveys.vocabulary import Guideline

ACCORD = Checklist(
    Guideline.ACCORD,
    "ACCORD",
    "Gattrell WT et al. (2024), PLoS Medicine 21(1): e1004326, doi:10.1371/journal.pmed.1004326",
    (
        Section(_l("Title"), (begun("T1", _l("The title says which consensus method was used"), "title"),)),
        Section(
            _l("Introduction"),
            (
                asked("I1", _l("Why this question needed a consensus method")),
                begun("I2", _l("Aim, intended readers and scope"), "purpose"),
                asked("I3", _l("If earlier advice is updated: which, and why")),
            ),
        ),
        Section(
            _l("Methods"),
            (
                begun("M1", _l("Registration, and where the protocol can be read"), "protocol"),
                begun("M2", _l("Who steered and chaired, and what each did"), "roles"),
                begun("M3", _l("Who could be on the panel, and why so many"), "panels"),
                begun("M4", _l("How people were found and invited, and how many"), "participants"),
                asked("M5", _l("Part taken by patients or the public, or why none")),
                asked("M6", _l("What was done beforehand to prepare the questions")),
                asked("M7", _l("How the literature was searched")),
                asked("M8", _l("Which evidence the panel was given")),
                begun("M9", _l("The method, and where it departs from the usual one"), "method"),
                known("M10", _l("What the questionnaires asked, and where they can be read"), "questionnaire"),
                known("M11", _l("The steps or rounds, and what each was for"), "rounds"),
                begun("M12", _l("What counted as consensus, fixed when, and why so"), "consensus", "protocol"),
                known("M13", _l("Whether agreed items were voted on again"), "settled"),
                known("M14", _l("How answers were collected at each step"), "collection"),
                known("M15", _l("How numbers and texts were analysed"), "analysis", "synthesis"),
                asked("M16", _l("Whether the questionnaires were tried out first")),
                known("M17", _l("What was fed back between rounds"), "feedback"),
                known("M18", _l("Who was anonymous to whom"), "anonymity"),
                begun("M19", _l("Whether those who steered also voted"), "steering"),
                begun("M20", _l("Rewards and reminders"), "reminders"),
                known("M21", _l("Languages, and what made it easy to take part"), "languages"),
            ),
        ),
        Section(
            _l("Results"),
            (
                known("R1", _l("When it took place and how long each step was open"), "rounds"),
                begun("R2", _l("Departures from the protocol, and why it ended when it did"), "amendments", "stopping"),
                known("R3", _l("How many took part at each step"), "participants", "response"),
                known("R4", _l("What was agreed, and what was not"), "outcomes"),
                known("R5", _l("What was changed or removed, when and why"), "statements"),
            ),
        ),
        Section(
            _l("Discussion"),
            (
                begun("D1", _l("Strengths and limits"), "attrition", "fragility"),
                asked("D2", _l("How the results fit with what was known")),
            ),
        ),
        Section(
            _l("Other information"),
            (
                asked("O1", _l("Which bodies endorse the result")),
                asked("O2", _l("Competing interests, and how they were handled")),
                asked("O3", _l("Who paid, and what part they took")),
            ),
        ),
    ),
)
