"""The words of a part of a sentence, and whether a text holds them, whichever language the sentence is in."""

from __future__ import annotations

from assistant.match import overlap
from assistant.sentences import content_words
from assistant.terms import Language, find_terms
from index.text import squeeze

HALF = 0.5  # of the words of a part that one of a passage holds, from which they speak of the same

Word = tuple[str, ...]  # a word and what else it may be called


def words_told(text: str, language: Language) -> list[Word]:
    """The content words of a part; of English what the words that the glossary knows stand for."""
    if language == "zh":
        return [(word,) for word in content_words(squeeze(text))]
    known = (tuple(v for v in term.variants if not v.isascii()) for term in find_terms(text, "en"))
    return [variants for variants in known if variants]


def holds(text: str, word: Word) -> bool:
    """Whether a squeezed text holds a word, or most of one of its variants."""
    return word[0] in text if len(word) == 1 else any(overlap(variant, text) >= HALF for variant in word)
