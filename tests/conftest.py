"""Fixtures shared by all tests: the browser and the servers (with CI=true they must be there), the assistant on the plan."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from index.settings import IndexSettings
    from tests.servers import Chroma, Postgres

MANDATORY = ("browser", "servers")  # marks of tests that may not be skipped with CI=true
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


LONG = ("page", "soak", "assistant", "eval")  # folders whose files take longest: begun first


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """This worker's copy of a folder that is made once a run, by whichever worker needs it first."""
    folder = _of_all_workers(factory) / "made" / name
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return Path(shutil.copytree(folder, factory.mktemp(name), dirs_exist_ok=True))


def _of_all_workers(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session", autouse=True)
def embedded_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A text is embedded once a run: the tests index the same policies many times, and the model is the slow part."""
    from index.embedder import SentenceEmbeddings

    vectors = _of_all_workers(tmp_path_factory) / "vectors.sqlite"
    database = sqlite3.connect(vectors, timeout=600, isolation_level=None, check_same_thread=False)
    database.execute("create table if not exists vectors (model, text, vector, primary key (model, text))")
    embed = SentenceEmbeddings.embed_documents
    kept: dict[tuple[str, str], np.ndarray] = {}
    alone = Lock()

    def embed_new(model: SentenceEmbeddings, texts: Sequence[str]) -> None:
        for text in texts:
            query = "select vector from vectors where model = ? and text = ?"
            row = database.execute(query, (model.name, text)).fetchone()
            if row:  # another worker has embedded it
                kept[model.name, text] = np.frombuffer(row[0], dtype=np.float32)
        new = [text for text in texts if (model.name, text) not in kept]
        for text, vector in zip(new, embed(model, new) if new else (), strict=True):
            kept[model.name, text] = np.array(vector, dtype=np.float32)
        rows = [(model.name, text, kept[model.name, text].tobytes()) for text in new]
        database.executemany("insert or ignore into vectors values (?, ?, ?)", rows)

    def embed_documents(self: SentenceEmbeddings, texts: Sequence[str]) -> list[list[float]]:
        with alone:
            known = [text for text in texts if (self.name, text) in kept]
            if len(known) < len(texts):
                database.execute("begin immediate")  # one worker embeds at a time, with all cores
                try:
                    embed_new(self, [text for text in dict.fromkeys(texts) if text not in known])
                finally:
                    database.execute("commit")
            return [kept[self.name, text].tolist() for text in texts]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SentenceEmbeddings, "embed_documents", embed_documents)
        yield
    database.close()


@pytest.fixture(scope="session", autouse=True)
def builds_at_once() -> Iterator[None]:
    """A change of the documents does not stand behind the other workers of the tests, which keep all cores busy."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("index.beside.NICE", 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def verified_in_a_fork() -> Iterator[None]:
    """The process that verifies a generation begins with everything imported: the tests build hundreds."""
    from tests.commands import run_python

    with pytest.MonkeyPatch.context() as patched:
        forks = SimpleNamespace(run=run_python, TimeoutExpired=subprocess.TimeoutExpired)
        patched.setattr("index.generation.subprocess", forks)
        yield


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """What a test that starts the app's ``main`` writes its logs to is gone with the test, and so are the logs."""
    from assistant.logs import OURS, JsonFormatter, TextFormatter

    yield
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h.formatter, JsonFormatter | TextFormatter)]:
        root.removeHandler(handler)
        logging.captureWarnings(False)
        for name in OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; the test is skipped where there is none."""
    for name in (os.environ.get("CHROMIUM"), *CHROMIUM_NAMES):
        path = name and shutil.which(name)
        if path:
            return path
    pytest.skip("no chromium found: `make browser` installs it, or CHROMIUM=/path/to/it names it")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server; the test is skipped where there is none."""
    from tests.servers import Postgres, postgres_programs

    programs = postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL found: `make servers` installs it")
    server = Postgres(programs)
    yield server
    server.close()


@pytest.fixture(scope="session")
def chroma() -> Iterator[Chroma]:
    """A real Chroma server."""
    from tests.servers import Chroma

    server = Chroma()
    yield server
    server.close()


@pytest.fixture
def stores() -> str:
    """Where an index lies: ``files``, or ``servers`` in tests that ``both_stores`` runs with both."""
    return "files"


@pytest.fixture
def elsewhere(stores: str, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The settings of ``stores``: none, or a new database and the Chroma server."""
    if stores == "files":
        return {}
    postgres, chroma = request.getfixturevalue("postgres"), request.getfixturevalue("chroma")
    return {"database_url": postgres.database(), "chroma_url": chroma.url}


@pytest.fixture(scope="session")
def index_settings(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    """Settings of a new index of ``data/policies``, with the default model; the session's own."""
    from eval.run import FOLDERS
    from index.build import build
    from index.settings import IndexSettings

    settings = IndexSettings(policy_dir=FOLDERS[0], index_dir=Path())
    made = made_once(tmp_path_factory, "plan", lambda folder: build(replace(settings, index_dir=folder)))
    return replace(settings, index_dir=made)


@pytest.fixture(scope="session")
def assistant(index_settings: IndexSettings) -> PolicyAssistant:
    """The assistant on the Hanzhong plan alone, without a language model."""
    from assistant.build import build_assistant
    from assistant.settings import Settings

    return build_assistant(replace(Settings(), index=index_settings, llm="none"))


@pytest.fixture
def runs(assistant: PolicyAssistant) -> Iterator[Path]:
    """The folder of the evaluation's runs on the plan; what a test leaves there is removed."""
    from eval.runs import folder_of

    folder = folder_of(assistant)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def local_model() -> Path:
    """The file of the local chat model; the test is skipped where there is none."""
    from assistant.model_file import model_path
    from assistant.settings import Settings

    path = model_path(Settings())
    if path is None:
        pytest.skip("no local model found: `make model` fetches it")
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first."""
    order = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(LONG)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """With CI=true a skipped test of the browser or of servers is a failed one."""
    report = yield
    kind = next(filter(item.get_closest_marker, MANDATORY), None)
    if report.skipped and os.environ.get("CI") == "true" and kind:
        report.outcome = "failed"
        _, _, reason = report.longrepr
        report.longrepr = f"CI=true: a test of `{kind}` may not be skipped. {reason}"
    return report
