"""How good suggestions of similar ideas are, and how long they take: `python -m benchmarks.similar_ideas [--ideas N]`.

Quality on the demo's ideas, whose statement is known. Two ideas of one task force and kind belong together if they
went into the same statement; an idea and a statement belong together if the idea went into it. Ideas that became a
statement word for word are left out of the second comparison, since anything finds those. The part with meaning runs
where the optional sentence encoder is installed.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from delphi.demo.content import demo_content
from delphi.sentence_encoder import Encoder, find_encoder
from surveys.localized import LANGUAGES, LocalizedText
from surveys.rules.similarity import KnownText, groups_of, likeness_to, pairs_by_meaning, pairs_by_words, weigh


@dataclass(frozen=True, slots=True)
class DemoIdea:
    place: tuple[str, str]
    """Objective and kind."""
    statement: str | None
    text: KnownText


def demo_ideas(encoder: Encoder | None) -> tuple[list[DemoIdea], dict[tuple[str, str, str], list[KnownText]]]:
    """The demo's ideas, and its statements in both languages, with vectors where there is an encoder."""
    raw: list[tuple[tuple[str, str], str | None, str, str]] = []
    wordings: dict[tuple[str, str, str], LocalizedText] = {}
    for code, objective in demo_content().items():
        for statement in objective.statements:
            place = (code, statement.kind.value)
            wordings[*place, statement.key] = statement.text
            raw += [(place, statement.key, idea.text, idea.language) for idea in statement.ideas]
        raw += [((code, one.kind.value), None, one.idea.text, one.idea.language) for one in objective.parked]
    texts = [text for _, _, text, _ in raw] + [text[code] for text in wordings.values() for code in LANGUAGES]
    vectors = iter(encoder.encode(texts) if encoder else [None] * len(texts))
    ideas = [DemoIdea(place, key, KnownText(text, language, next(vectors))) for place, key, text, language in raw]
    statements = {
        key: [KnownText(text[language], language, next(vectors)) for language in LANGUAGES]
        for key, text in wordings.items()
    }
    return ideas, statements


def area(scores: np.ndarray, truth: np.ndarray) -> float:
    """Area under the ROC curve: the chance that a true pair scores higher than a false one."""
    ranks, n_true = rankdata(scores), int(truth.sum())
    n_false = len(truth) - n_true
    return float((ranks[truth].sum() - n_true * (n_true + 1) / 2) / (n_true * n_false))


def show(title: str, scores: Sequence[float], truth: Sequence[bool], thresholds: Sequence[float]) -> None:
    values, true = np.asarray(scores), np.asarray(truth)
    print(f"{title}: {len(true)} pairs, {true.sum()} true, area under the curve {area(values, true):.2f}")
    for least in thresholds:
        chosen = values >= least
        precision = f"{true[chosen].mean():.2f}" if chosen.any() else "none"
        print(
            f"    from {least:.2f}: precision {precision}, recall {chosen[true].mean():.2f}, {chosen.sum()} suggested"
        )


def ideas_beside_ideas(ideas: Sequence[DemoIdea]) -> None:
    by_place: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, idea in enumerate(ideas):
        by_place[idea.place].append(at)
    rows = weigh([idea.text.text for idea in ideas])
    words = np.asarray((rows @ rows.T).todense())
    within: list[tuple[float, bool]] = []
    across: list[tuple[float, bool]] = []
    within_meaning: list[tuple[float, bool]] = []
    for members in by_place.values():
        for number, first in enumerate(members):
            for second in members[number + 1 :]:
                one, other = ideas[first], ideas[second]
                truth = one.statement is not None and one.statement == other.statement
                if one.text.language == other.text.language:
                    within.append((float(words[first, second]), truth))
                    if one.text.vector is not None:
                        within_meaning.append((float(one.text.vector @ other.text.vector), truth))
                elif one.text.vector is not None:
                    across.append((float(one.text.vector @ other.text.vector), truth))
    show("Idea and idea of one language, by words", *zip(*within, strict=True), (0.1, 0.2, 0.3))
    if across:
        show("Idea and idea of one language, by meaning", *zip(*within_meaning, strict=True), (0.2, 0.3))
        show("Idea and idea across languages, by meaning", *zip(*across, strict=True), (0.1, 0.15, 0.2, 0.25, 0.3, 0.4))


def ideas_beside_statements(ideas: Sequence[DemoIdea], statements: dict[tuple[str, str, str], list[KnownText]]) -> None:
    ways = {"in its language, by words": lambda text, idea: text.language == idea.language}
    if ideas[0].text.vector is not None:
        ways["in any language, by words and meaning"] = lambda text, idea: True
        ways["in the other language only, by meaning"] = lambda text, idea: text.language != idea.language
    for name, fits in ways.items():
        by_meaning = "meaning" in name
        scores, truth, firsts, top3, n = [], [], 0, 0, 0
        for idea in ideas:
            texts = {
                key[2]: [
                    text if by_meaning else KnownText(text.text, text.language)
                    for text in found
                    if fits(text, idea.text)
                ]
                for key, found in statements.items()
                if key[:2] == idea.place
            }
            own = statements[*idea.place, idea.statement] if idea.statement else ()
            if any(text.text == idea.text.text for text in own):
                continue
            text = idea.text if by_meaning else KnownText(idea.text.text, idea.text.language)
            found = likeness_to(text, candidates=texts)
            scores += found.values()
            truth += [key == idea.statement for key in found]
            if idea.statement:
                place = 1 + sum(score >= found[idea.statement] for key, score in found.items() if key != idea.statement)
                n, firsts, top3 = n + 1, firsts + (place == 1), top3 + (place <= 3)
        show(f"Idea and statement {name}", scores, truth, (0.05, 0.08, 0.1, 0.18, 0.25, 0.3))
        print(
            f"    true statement first of {len(truth) / n:.1f}: {firsts / n:.2f}; among the first three: {top3 / n:.2f}"
        )


def time_of(n: int, encoder: Encoder | None) -> None:
    """One task force with `n` ideas of one kind, a third of them French: more than any study has had."""
    chance = random.Random(1)
    pool = [(idea.text, idea.language) for one in demo_content().values() for s in one.statements for idea in s.ideas]
    made = []
    for _ in range(n):
        (first, language), (second, _) = chance.choice(pool), chance.choice(pool)
        made.append((f"{first} {second}", language))
    texts, languages = [text for text, _ in made], [language for _, language in made]
    start = time.perf_counter()
    pairs = []
    for language in LANGUAGES:
        own = [at for at, one in enumerate(languages) if one == language]
        pairs += pairs_by_words([texts[at] for at in own])
    print(f"{n:,} ideas by words: {len(pairs):,} pairs in {time.perf_counter() - start:.1f} s")
    if encoder is not None:
        start = time.perf_counter()
        vectors = encoder.encode(texts)
        print(f"{n:,} ideas encoded in {time.perf_counter() - start:.1f} s")
        start = time.perf_counter()
        near = pairs_by_meaning(vectors, languages, least=0.4)
        print(f"{n:,} ideas by meaning: {len(near):,} pairs in {time.perf_counter() - start:.1f} s")
    start = time.perf_counter()
    print(f"{len(groups_of(pairs)):,} groups in {time.perf_counter() - start:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ideas", type=int, default=4000, help="how many ideas the time is taken for")
    n = parser.parse_args().ideas
    encoder = find_encoder()
    print(f"Sentence encoder: {encoder.name if encoder else 'not installed'}")
    ideas, statements = demo_ideas(encoder)
    ideas_beside_ideas(ideas)
    ideas_beside_statements(ideas, statements)
    time_of(n, encoder)


if __name__ == "__main__":
    main()
