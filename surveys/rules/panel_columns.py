"""Which column of a panel file holds what: guessed from headings in three languages and from the cells."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from surveys.rules.addresses import ADDRESS


class PanelField(StrEnum):
    """What a column can hold. A name may come in one column or in two."""

    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    EMAIL = "email"
    LANGUAGE = "language"
    COLLEGE = "college"
    REGION = "region"
    EXPERTISE = "expertise"
    INTEREST = "interest"


HEADINGS: dict[PanelField, tuple[str, ...]] = {
    PanelField.NAME: ("name", "full name", "nom complet", "nom et prenom", "prenom et nom", "participant", "expert",
                      "nombre completo", "personne", "person"),
    PanelField.GIVEN_NAME: ("first name", "given name", "forename", "prenom", "prenoms", "nombre"),
    PanelField.FAMILY_NAME: ("last name", "family name", "surname", "nom", "nom de famille", "apellido", "apellidos"),
    PanelField.EMAIL: ("email", "e mail", "mail", "email address", "e mail address", "mail address", "courriel",
                       "adresse electronique", "adresse mail", "adresse email", "adresse e mail", "address", "adresse",
                       "correo", "correo electronico"),
    PanelField.LANGUAGE: ("language", "lang", "langue", "preferred language", "langue preferee", "idioma"),
    PanelField.COLLEGE: ("college", "stakeholder group", "group", "groupe", "collegue", "categorie", "category",
                         "stakeholder", "colegio", "type d acteur"),
    PanelField.REGION: ("region", "zone", "continent", "pays region", "world region"),
    PanelField.EXPERTISE: ("expertise", "expertise 1 5", "knowledge", "competence", "niveau d expertise",
                           "level of expertise", "connaissance"),
    PanelField.INTEREST: ("interest", "interest 1 5", "interet", "niveau d interet", "level of interest", "stake"),
}  # fmt: skip
SAME_SHARE = 0.6
"""A column without a telling heading is one of addresses if so many of its cells are addresses."""


def plain(text: str) -> str:
    """Small letters and digits without accents, one blank between words: how headings and codes are compared."""
    bare = "".join(ch for ch in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(ch))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def has_heading(cells: Sequence[str]) -> bool:
    """Whether the first row names columns: none of its cells is an address."""
    return not any(ADDRESS.fullmatch(cell.strip()) for cell in cells)


def guess_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[PanelField | None, ...]:
    """What each column seems to hold, each field once; None where nothing fits.

    A lone "Nom" is the whole name unless a column of given names stands beside it.
    """
    words = {heading: field for field, headings in HEADINGS.items() for heading in headings}
    found: list[PanelField | None] = []
    for heading in header:
        field = words.get(plain(heading))
        found.append(field if field not in found else None)
    if PanelField.EMAIL not in found:
        for at in range(len(header)):
            cells = [row[at].strip() for row in rows if at < len(row) and row[at].strip()]
            n_addresses = sum(ADDRESS.fullmatch(cell) is not None for cell in cells)
            if cells and n_addresses >= SAME_SHARE * len(cells):
                found[at] = PanelField.EMAIL
                break
    if PanelField.NAME not in found:
        halves = [field for field in (PanelField.GIVEN_NAME, PanelField.FAMILY_NAME) if field in found]
        if len(halves) == 1:
            found[found.index(halves[0])] = PanelField.NAME
        elif not halves:
            free = next((at for at, field in enumerate(found) if field is None and _looks_like_names(rows, at)), None)
            if free is not None:
                found[free] = PanelField.NAME
    return tuple(found)


def _looks_like_names(rows: Sequence[Sequence[str]], at: int) -> bool:
    cells = [row[at].strip() for row in rows if at < len(row) and row[at].strip()]
    return bool(cells) and sum(" " in cell and cell[0].isupper() for cell in cells) >= SAME_SHARE * len(cells)
