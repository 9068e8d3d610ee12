"""What a model writes holds up nobody else: whoever asks an exact question is answered meanwhile."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
from fastapi.routing import Mount
from gradio.routes import App

from app import create_app
from assistant.chain import PolicyAssistant
from assistant.models import AT_ONCE, WAITING
from prompts import phrase
from tests.assistant.endpoint import endpoint, silent
from tests.assistant.test_models import OPEN, written
from tests.page.conftest import served, serving
from tests.page.test_operation import ask, chat, metrics

LEADS = "绿色工厂的目标由哪个局牵头？"
MANY = AT_ONCE + WAITING  # as many as a model takes, and as may wait for it


def test_exact_questions_do_not_wait_behind_a_model(assistant: PolicyAssistant) -> None:
    with (
        endpoint(silent) as model,
        served(written(assistant, model.url, timeout=60)) as url,
        httpx.Client(base_url=url, timeout=120) as client,
        ThreadPoolExecutor(MANY) as readers,
    ):
        by_page: list[Future[Any]] = [
            readers.submit(chat, client, OPEN, f"reader {n}") for n in range(MANY // 2)
        ]
        by_api: list[Future[Any]] = [readers.submit(ask, client, OPEN) for _ in range(MANY - len(by_page))]
        try:
            while metrics(client)["answers_under_way",] < MANY or len(model.asked) < AT_ONCE:
                time.sleep(0.02)
            assert "市工业和信息化局" in ask(client, LEADS).json()["answer"]["text"]
            assert "市工业和信息化局" in chat(client, LEADS, "exact")
            one_more = ask(client, OPEN).json()["answer"]
            told = phrase("zh", "notice_model_failed", reason=phrase("zh", "model_busy"))
            assert (one_more["route"], one_more["status"]) == ("extractive", "answered")
            assert [notice["text"] for notice in one_more["notices"]] == [told]
            assert len(model.asked) == AT_ONCE
            assert not any(job.done() for job in [*by_page, *by_api])
        finally:
            model.over.set()
        assert all("process_completed" in job.result() for job in by_page)
        assert {job.result().status_code for job in by_api} == {200}


def test_what_gradio_keeps_of_answers_does_not_grow(assistant: PolicyAssistant) -> None:
    app = create_app(assistant)
    with serving(app) as url, httpx.Client(base_url=url, timeout=60) as client:
        for number in range(3):
            assert "process_completed" in chat(client, LEADS, f"reader {number}")
    for route in app.routes:
        if isinstance(route, Mount) and isinstance(route.app, App):
            queue = route.app.get_blocks()._queue
            assert len(queue.event_analytics) <= 1
            assert queue.cached_event_analytics_summary == {"functions": {}}
            assert queue.event_ids_to_events == {}
