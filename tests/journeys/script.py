"""What everybody in the journey types: ideas, wordings, ratings, comments. Eight experts, one objective."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["problem", "cause", "consequence", "activity", "obstacle", "success_factor"]

N_EXPERTS = 8
FRENCH_WRITER = 2
LATE_COMER = 7
"""Says nothing in round 1, rates in round 2, is away in round 3."""

PROBLEMS: dict[int, dict[str, str]] = {
    0: {
        "problem-1": "Tenants lose their land from one harvest to the next",
        "cause-1": "Leases run for a single year",
        "consequence-1": "Nobody spends money on soil that is gone in autumn",
    },
    6: {"problem-1": "Nobody knows the state of the soil"},
}
PROPOSALS: dict[int, dict[str, str]] = {
    0: {
        "activity-1": "Train village advisers to take soil samples",
        "on-activity-1": "problem-1",
        "obstacle-1": "Laboratories are two days away",
        "on-obstacle-1": "activity-1",
        "success_factor-1": "Farmers are paid in the first year",
        "on-success_factor-1": "activity-1",
    },
    1: {
        "activity-1": "Train advisers of the villages in taking soil samples",
        "activity-2": "Write leases that run for ten years",
    },
    FRENCH_WRITER: {
        "activity-1": "Subventionner le compost des villes",
        "obstacle-1": "Le transport coûte trop cher",
        "on-obstacle-1": "activity-1",
    },
    3: {"activity-1": "Ban ploughing on slopes", "success_factor-1": "Neighbours trust each other"},
    4: {"activity-1": "Publish a soil map of every district"},
    5: {"activity-1": "Thank you for this fine study", "activity-2": "Give every village a laboratory"},
}


@dataclass(frozen=True)
class Keep:
    """The idea becomes a statement: `key` in this script, and its wordings."""

    key: str
    english: str
    french: str


@dataclass(frozen=True)
class Merge:
    """The idea joins the statement of `key`."""

    key: str


@dataclass(frozen=True)
class Park:
    """The idea is set aside."""

    reason: str


DESK: dict[str, Keep | Merge | Park] = {
    "Tenants lose their land from one harvest to the next": Keep(
        "tenants",
        "Tenants lose their land from one harvest to the next",
        "Les fermiers perdent leurs terres d'une récolte à l'autre",
    ),
    "Nobody knows the state of the soil": Keep(
        "unknown", "Nobody knows the state of the soil", "Personne ne connaît l'état du sol"
    ),
    "Leases run for a single year": Keep("short-leases", "Leases run for a single year", "Les baux ne durent qu'un an"),
    "Nobody spends money on soil that is gone in autumn": Keep(
        "no-money",
        "Nobody invests in soil that may be gone in autumn",
        "Personne n'investit dans un sol qu'il peut perdre à l'automne",
    ),
    "Train village advisers to take soil samples": Keep(
        "advisers",
        "Train village advisers to take soil samples",
        "Former les conseillers de village au prélèvement de sol",
    ),
    "Train advisers of the villages in taking soil samples": Merge("advisers"),
    "Write leases that run for ten years": Keep(
        "leases", "Write leases that run for ten years", "Établir des baux de dix ans"
    ),
    "Subventionner le compost des villes": Keep(
        "compost", "Subsidise compost from towns", "Subventionner le compost des villes"
    ),
    "Ban ploughing on slopes": Keep("ploughing", "Ban ploughing on slopes", "Interdire le labour sur les pentes"),
    "Publish a soil map of every district": Keep(
        "map", "Publish a soil map of every district", "Publier une carte des sols de chaque district"
    ),
    "Thank you for this fine study": Park("It proposes nothing."),
    "Give every village a laboratory": Keep(
        "laboratory", "Give every village a laboratory", "Donner un laboratoire à chaque village"
    ),
    "Laboratories are two days away": Keep(
        "distance", "Laboratories are two days away", "Les laboratoires sont à deux jours de route"
    ),
    "Le transport coûte trop cher": Keep("transport", "Transport costs too much", "Le transport coûte trop cher"),
    "Farmers are paid in the first year": Keep(
        "pay", "Farmers are paid in the first year", "Les agriculteurs sont payés dès la première année"
    ),
    "Neighbours trust each other": Keep("trust", "Neighbours trust each other", "Les voisins se font confiance"),
}
WORDINGS = {choice.key: choice for choice in DESK.values() if isinstance(choice, Keep)}
PARENTS = {
    "short-leases": "tenants",
    "no-money": "tenants",
    "advisers": "tenants",
    "distance": "advisers",
    "pay": "advisers",
    "transport": "compost",
}
"""What hangs on what because it was typed under it."""
LINKED_BY_HAND = ("trust", "leases")

KIND_OF: dict[str, Kind] = {
    **dict.fromkeys(("advisers", "leases", "compost", "ploughing", "map", "laboratory"), "activity"),
    **dict.fromkeys(("distance", "transport"), "obstacle"),
    **dict.fromkeys(("pay", "trust"), "success_factor"),
}
"""The kinds that are rated; problems, causes and consequences are not."""

# A column an expert: a point, "o" for outside my expertise, "i" for more information wanted, "." for no answer.
Sheet = dict[str, dict[str, str]]
ROUND_2: Sheet = {
    "importance": {
        "advisers": "9 8 8 7 9 8 7 9",
        "leases": "9 8 7 7 6 8 8 o",
        "compost": "1 2 9 8 1 2 9 8",
        "ploughing": "1 2 1 3 2 1 2 3",
        "map": "5 6 7 8 4 7 6 9",
        "laboratory": "9 o . 3 o . 5 i",
        "distance": "8 8 9 7 8 9 8 8",
        "transport": "3 6 9 5 7 2 8 6",
        "pay": "9 9 9 8 9 9 9 9",
        "trust": "7 7 7 8 6 7 8 7",
    },
    "feasibility": {
        "advisers": "7 7 8 6 7 8 7 5",
        "leases": "3 4 2 5 3 6 4 o",
        "compost": "5 5 6 7 4 5 6 5",
        "ploughing": "2 1 3 2 2 1 4 2",
        "map": "9 8 9 9 8 9 7 9",
        "laboratory": "1 o . 2 o . 3 i",
    },
}
ROUND_3: Sheet = {
    "importance": {
        "compost": "1 2 9 9 1 1 9 .",
        "map": "7 7 7 8 6 7 8 .",
        "laboratory": "8 o o 4 o . 5 .",
        "transport": "4 6 7 5 6 4 7 .",
    },
    "feasibility": {
        "compost": "5 5 6 6 5 5 6 .",
        "map": "9 8 9 9 8 9 8 .",
        "laboratory": "1 o o 2 o . 2 .",
    },
}
SETTLED_AFTER_2 = {"advisers", "leases", "ploughing", "distance", "pay", "trust"}
CLASSES_AFTER_2 = {"compost": "Split in two camps", "map": "Scattered", "transport": "Scattered"}
"""What the board says of statements that are not agreed; the others follow from the rule."""


@dataclass(frozen=True)
class Written:
    """A comment of one expert, and what the facilitator does with it."""

    expert: int
    key: str
    stance: Literal["for", "against", "neutral"]
    text: str
    decision: Literal["share", "paraphrase", "withhold"]
    paraphrase: tuple[str, str] = ("", "")


COMMENTS = (
    Written(0, "map", "for", "A map lets a district see where it loses soil.", "share"),
    Written(1, "map", "neutral", "Maps exist in half of the districts already.", "share"),
    Written(
        FRENCH_WRITER,
        "compost",
        "for",
        "Chez nous, la ville de Thiès le fait depuis 2019.",
        "paraphrase",
        ("A town has done it for years.", "Une ville le fait depuis des années."),
    ),
    Written(4, "compost", "against", "My neighbour Gaspard sells this compost, and it is full of glass.", "withhold"),
    Written(5, "advisers", "for", "Advisers are asked everything else anyway.", "share"),
)
