"""Corpora without an index: what the views read needs no vectors."""

from __future__ import annotations

from functools import cache

from assistant.corpus import Corpus
from eval.run import FOLDERS
from index.facts import annotate
from index.parser import parse
from index.reader import decode, policy_files, read_bytes


def corpus_of(**texts: str) -> Corpus:
    """The corpus of policies with these ids and texts."""
    return Corpus({name: annotate(parse(text, name)) for name, text in texts.items()})


@cache
def whole_corpus() -> Corpus:
    """Every policy of ``data/policies`` and ``eval/policies``."""
    files = [path for folder in FOLDERS for path in policy_files(folder)]
    return corpus_of(**{path.stem: decode(read_bytes(path), path.name) for path in files})
