"""Fixtures shared by all tests: the browser (with CI=true it must be there), the assistant on the plan."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from index.settings import IndexSettings

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session", autouse=True)
def embedded_once() -> Iterator[None]:
    """A text is embedded once a session: the tests index the same policies many times, and the model is the slow part."""
    from index.embedder import SentenceEmbeddings

    embed = SentenceEmbeddings.embed_documents
    kept: dict[tuple[str, str], np.ndarray] = {}

    def embed_documents(self: SentenceEmbeddings, texts: Sequence[str]) -> list[list[float]]:
        new = [text for text in dict.fromkeys(texts) if (self.name, text) not in kept]
        for text, vector in zip(new, embed(self, new) if new else (), strict=True):
            kept[self.name, text] = np.array(vector, dtype=np.float32)
        return [kept[self.name, text].tolist() for text in texts]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SentenceEmbeddings, "embed_documents", embed_documents)
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
def index_settings(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    """Settings of a new index of ``data/policies``."""
    from eval.run import FOLDERS
    from index.build import build
    from index.settings import IndexSettings

    settings = IndexSettings(policy_dir=FOLDERS[0], index_dir=tmp_path_factory.mktemp("plan") / "index")
    build(settings)
    return settings


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """With CI=true a skipped browser test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and item.get_closest_marker("browser"):
        report.outcome = "failed"
        _, _, reason = report.longrepr
        report.longrepr = f"CI=true: a browser test may not be skipped. {reason}"
    return report
