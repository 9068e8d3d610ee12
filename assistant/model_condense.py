"""A follow-up that no rule resolves, and a question in another language, put into one question by the chat model."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping, Sequence

from assistant.condense import recent
from assistant.model_faults import ModelFailed, Stopped
from assistant.models import ChatModel
from assistant.screen import Screen
from assistant.terms import words
from index.keywords import tagged
from index.text import fold, squeeze
from prompts import phrase, prompt

logger = logging.getLogger(__name__)

SECONDS_LOCAL = 3.0  # for one call; then the rule's result stands
SECONDS_REMOTE = 10.0
TOKENS = 64
TURNS = 4  # messages of history that are sent
LONGEST = 200  # characters of a message that are sent, and of the question that comes back


def rewrite(
    model: ChatModel,
    question: str,
    history: Sequence[Mapping[str, str]],
    stop: threading.Event | None = None,
) -> str:
    """The follow-up as one question that stands alone; "" where the model gives none that can be used.

    What it names has to stand in the question or the history: a model may not bring in a topic of its own.
    """
    turns = recent(history)[-TURNS:]
    said = "\n".join(
        f"{phrase('zh', 'turn_' + turn['role'])}{turn['content'][:LONGEST]}"
        for turn in turns
        if turn["role"] in ("user", "assistant")
    )
    text = _asked(
        model, prompt("condense_system"), prompt("condense_user", history=said, question=question), stop
    )
    known = squeeze(said + question)
    named = [word for word, flag in tagged(squeeze(text)) if len(word) > 1 and flag[:1] in "nmj"]
    named += re.findall(r"\d+", fold(text))
    named += [word for word in re.findall(r"[a-z]{3,}", fold(text)) if word not in words()["noise"]["en"]]
    return text if all(word in known for word in named) else ""


def translate(model: ChatModel, question: str, stop: threading.Event | None = None) -> str:
    """A question of another language in Chinese; "" where the model gives none, or other numbers."""
    text = _asked(model, prompt("translate_system"), prompt("translate_user", question=question), stop)
    chinese = len(re.findall(r"[㐀-鿿]", text)) >= 2
    return text if chinese and re.findall(r"\d+", fold(text)) == re.findall(r"\d+", fold(question)) else ""


def _asked(model: ChatModel, system: str, user: str, stop: threading.Event | None) -> str:
    """One short line from the model; "" where it fails, is late, tells a secret, or writes more than a question."""
    seconds = SECONDS_LOCAL if model.local else SECONDS_REMOTE
    try:
        text = model.complete([("system", system), ("user", user)], TOKENS, seconds, stop)
    except Stopped:
        return ""
    except ModelFailed as failure:
        logger.info("the question stays as the rules put it: %s", failure.reason)
        return ""
    if Screen(system, model.key).hides(text):
        return ""
    lines = [line.strip().strip('“”"') for line in text.strip().splitlines() if line.strip()]
    return lines[0] if len(lines) == 1 and len(lines[0]) <= LONGEST else ""
