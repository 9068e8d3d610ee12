"""The local model on open questions, beside the LangChain tutorial's prompt and beside quotes alone.

All answer the cases of ``eval/cases/open`` in one run: quotes without a model; the model after it has read the
clauses ahead (warm); the same without a prompt cache (cold); and the tutorial
(https://python.langchain.com/docs/tutorials/rag/): RecursiveCharacterTextSplitter 500/50, the same embeddings, top 4.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.cases import Case, files_of, load
from eval.measuring import resident_megabytes
from eval.normalise import states
from eval.run import FOLDERS, groups
from eval.score import answer_text
from eval.systems import TutorialSystem, by_meaning, indexed

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant

SLOW = 2  # the slow ways, cold and tutorial, answer one case of so many


@dataclass
class Tally:
    """What one way of answering gave."""

    name: str
    first: list[float] = field(default_factory=list)  # seconds to the first token, where the model wrote
    total: list[float] = field(default_factory=list)  # seconds to the answer, where the model wrote
    facts: int = 0
    held: int = 0
    written: int = 0  # drafts of the model
    replaced: int = 0  # of them, those of which a sentence did not pass
    failed: int = 0  # questions to which the model gave no usable answer
    uncertified: int = 0  # answers that a reader would see without a certificate

    def count(self, case: Case, text: str) -> None:
        """Note which key facts an answer holds."""
        self.facts += len(case.key_facts)
        self.held += sum(states(text, group) for group in case.key_facts)


def measure(say: Callable[[str], None]) -> tuple[dict[str, Tally], float, float]:
    """(tallies by name, seconds to read the clauses of the largest policy ahead, resident megabytes after that)."""
    from assistant.chain import PolicyAssistant
    from assistant.model_choice import open_model
    from assistant.model_composer import ModelComposer
    from assistant.settings import Settings
    from assistant.warm import Warmer, worth_reading

    settings = replace(Settings.from_environment({**os.environ, "LLM": "local"}), llm_timeout=600.0)
    warm, cold = open_model(settings), open_model(replace(settings, llm_cache_mb=0))
    assert warm and cold
    tallies = {name: Tally(name) for name in ("quotes", "warm", "cold", "tutorial")}
    seconds = memory = 0.0
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name, files, cases in groups(
            [c for path in files_of("open") for c in load(path)], FOLDERS, False
        ):
            plain: Any = indexed(files, Path(folder) / name)
            plain.warm_up()
            say(f"{name}: reading ahead")
            started = time.perf_counter()
            Warmer(warm, settings.llm_cache_mb).run(worth_reading(plain.index.chunks, plain.corpus))
            seconds = max(seconds, time.perf_counter() - started)
            memory = memory or resident_megabytes(
                os.getpid()
            )  # of the first policy, before the second model is loaded
            by_model = {
                label: PolicyAssistant(
                    plain.index, plain.retriever, composer=ModelComposer(model, plain.index)
                )
                for label, model in (("warm", warm), ("cold", cold))
            }
            sources = {policy.id: policy.source for policy in plain.index.policies.values()}
            tutorial = TutorialSystem(sources, by_meaning(plain.index.embedder), cold)
            for number, case in enumerate(cases, start=1):
                say(f"{name}: {number} of {len(cases)}")
                _ask(plain, case, tallies["quotes"])
                _ask(by_model["warm"], case, tallies["warm"])
                if number % SLOW == 1:
                    _ask(by_model["cold"], case, tallies["cold"])
                    _ask_tutorial(tutorial, case, tallies["tutorial"])
    return tallies, seconds, memory


def _ask(assistant: PolicyAssistant, case: Case, tally: Tally) -> None:
    answer = assistant.invoke({"question": case.question, "history": list(case.history)})
    tally.count(case, answer_text(answer.to_json()))
    codes = {notice.code for notice in answer.notices}
    tally.failed += "model_failed" in codes
    if answer.route == "model" or "replaced" in codes:
        tally.written += 1
        tally.replaced += bool(codes & {"replaced", "struck"})
        tally.first.append(answer.timings_ms["first_token"] / 1000)
        tally.total.append(answer.timings_ms["total"] / 1000)
    tally.uncertified += not answer.certificate.passed


def _ask_tutorial(tutorial: TutorialSystem, case: Case, tally: Tally) -> None:
    started = time.perf_counter()
    pieces: list[str] = []
    for piece in tutorial.stream(case.question):
        if not pieces:
            tally.first.append(time.perf_counter() - started)
        pieces.append(piece)
    tally.total.append(time.perf_counter() - started)
    tally.written += 1
    tally.count(case, "".join(pieces))
