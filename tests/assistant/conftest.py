"""The real assistant on more real indexes, built once a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.chain import PolicyAssistant
from assistant.corpus import Corpus
from assistant.duty_overview import Overview, read_overview
from assistant.users import Role, Users
from eval.run import FOLDERS
from eval.systems import indexed, opened
from tests.assistant.library import whole_corpus
from tests.assistant.look import PLAN, spoken
from tests.conftest import made_once

Ask = Callable[..., Answer]
GOOD, OTHER = "correct horse battery", "staple correct horse"  # passwords


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """Policies of every shape, of several regions, without an index."""
    return whole_corpus()


@pytest.fixture(scope="session")
def everything(corpus: Corpus) -> Overview:
    """All that they say of duties and targets."""
    return read_overview(corpus)


@pytest.fixture(scope="session")
def several(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on every policy of ``data/policies`` and ``eval/policies`` in one index."""
    files = [path for folder in FOLDERS for path in sorted(folder.iterdir())]

    def make(folder: Path) -> None:
        indexed(files, folder).index.close()

    return opened(made_once(tmp_path_factory, "several", make))


@pytest.fixture(scope="session")
def regulation(tmp_path_factory: pytest.TempPathFactory) -> PolicyAssistant:
    """The assistant on a regulation with chapters and articles."""
    return indexed([FOLDERS[1] / "linhe-canchu-2025.md"], tmp_path_factory.mktemp("law"))


@pytest.fixture(scope="session")
def source(assistant: PolicyAssistant) -> str:
    """The stored text of the Hanzhong plan."""
    return assistant.corpus.policies[PLAN].source


@pytest.fixture(scope="session")
def ask(assistant: PolicyAssistant) -> Ask:
    """Ask the plan: ``ask(question, *earlier questions of the reader)``."""

    def asked(question: str, *earlier: str) -> Answer:
        return assistant.invoke({"question": question, "history": spoken(*earlier)})

    return asked


@pytest.fixture
def users(tmp_path: Path) -> Users:
    """Two users: one with a password, one without."""
    found = Users(tmp_path / "users.json")
    found.add("王工", Role.evaluator, GOOD)
    found.add("report", Role.reader)
    return found
