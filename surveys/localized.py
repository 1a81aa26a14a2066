"""Text in several languages: immutable, with a declared fallback, stored as one JSON object."""

from collections.abc import Iterator, Mapping
from typing import Any

LANGUAGES = ("en", "fr")
"""Languages of study content, in fallback order."""


class LocalizedText(Mapping[str, str]):
    """The same text in one or more languages.

    `text.in_language("fr")` gives French where it exists, else the first language that does, in the order of
    `LANGUAGES`; `text.language_used("fr")` says which one that was, so that a page can set `lang`.
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | None = None, /, **by_language: str) -> None:
        merged = {**(texts or {}), **by_language}
        self._texts = {language: text for language, text in sorted(merged.items()) if text}

    def __getitem__(self, language: str) -> str:
        return self._texts[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    def __hash__(self) -> int:
        return hash(tuple(self._texts.items()))

    def __repr__(self) -> str:
        return f"LocalizedText({self._texts!r})"

    def language_used(self, language: str) -> str:
        """The language that `in_language` would answer in; `language` itself where the text is empty."""
        if language in self._texts:
            return language
        ordered = [*LANGUAGES, *self._texts]
        return next((candidate for candidate in ordered if candidate in self._texts), language)

    def in_language(self, language: str) -> str:
        """The text in `language`, or in the first language that has one; empty where there is none."""
        return self._texts.get(self.language_used(language), "")

    def with_text(self, language: str, text: str) -> "LocalizedText":
        """A copy in which `language` reads `text`."""
        return LocalizedText({**self._texts, language: text})

    def as_json(self) -> dict[str, Any]:
        return dict(self._texts)
