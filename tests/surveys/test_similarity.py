"""Suggestions by shared words, within one language."""

from surveys.rules.similarity import content_words, most_similar, overlap


def test_endings_accents_and_empty_words_do_not_count() -> None:
    assert content_words("The farmers are trained", language="en") == content_words("Training farmer", language="en")
    assert content_words("Les réseaux d’éleveurs", language="fr") == content_words("réseau éleveur", language="fr")
    assert content_words("it is to be", language="en") == frozenset()


def test_overlap_is_a_share_of_all_words() -> None:
    soil = content_words("soil carbon price", language="en")
    assert overlap(soil, soil) == 1
    assert overlap(soil, frozenset()) == 0
    assert overlap(soil, content_words("soil carbon audit", language="en")) == 0.5


def test_the_nearest_comes_first_and_the_far_not_at_all() -> None:
    candidates = {
        1: ["Build more roads to the villages"],
        2: ["Publish the price of soil carbon credits", "Prices should be public"],
        3: ["Soil carbon credits are audited by the state"],
    }
    found = most_similar("Publish the price of each soil carbon credit", language="en", candidates=candidates)
    assert found == [2, 3]
    assert most_similar("Publish the price of soil carbon", language="en", candidates=candidates, limit=1) == [2]
    assert most_similar("", language="en", candidates=candidates) == []
