"""Publications while four readers ask without a pause: every answer is complete, and from one generation."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import httpx
import pytest

from index.build import build
from index.settings import IndexSettings
from tests.page.test_operation import ask, running
from tests.soak.conftest import Note, times

READERS = 4
PATIENCE = 60  # seconds until the last one is taken over
QUESTION = "示范企业和示范园区到2025年的目标分别是多少？"
TEXT = """某市人民政府办公室关于推进示范工作的通知

一、主要任务

（一）壮大示范企业。到2025年，示范企业达到{count}家以上（市财政局牵头）。

（二）建设示范园区。到2025年，示范园区达到{count}个以上（市商务局牵头）。
"""


def _publish(settings: IndexSettings, count: int) -> None:
    (settings.policy_dir / "plan.txt").write_text(TEXT.format(count=count), "utf-8")
    assert not build(settings).unchanged


def test_every_answer_is_from_one_generation(tmp_path: Path, note: Note) -> None:
    settings = IndexSettings(policy_dir=tmp_path / "policies", index_dir=tmp_path / "index")
    settings.policy_dir.mkdir()
    _publish(settings, 1000)
    done, published, many = threading.Event(), [1000], times(200, short=3)
    seen: list[tuple[int, list[int]]] = []
    faults: list[str] = []

    def reader() -> None:
        with httpx.Client(base_url=url, timeout=120) as client:
            while not done.is_set():
                reply = ask(client, QUESTION)
                if reply.status_code != 200:
                    faults.append(f"{reply.status_code}: {reply.text}")
                    return
                said = [int(n) for n in re.findall(r"\d{4}(?=\s*[家个])", reply.json()["answer"]["text"])]
                seen.append((len(published), said))

    with running(tmp_path, settings, LLM="none", AS_OF="2025-01-31") as (_, url):
        threads = [threading.Thread(target=reader) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        try:
            for count in range(1001, 1001 + many):
                published.append(count)  # it may be answered as soon as it is built
                _publish(settings, count)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert faults == []
        end = time.monotonic() + PATIENCE
        with httpx.Client(base_url=url, timeout=120) as client:
            while str(published[-1]) not in ask(client, QUESTION).json()["answer"]["text"]:
                assert time.monotonic() < end
    for so_far, said in seen:
        assert len(said) >= 2 and len(set(said)) == 1, said
        assert said[0] in published[:so_far]
    generations = {said[0] for _, said in seen}
    note(
        f"{many} publications under {READERS} readers",
        f"{len(seen)} answers of {len(generations)} generations, none mixed",
    )
    if len(seen) < READERS:
        pytest.fail("the readers did not get to ask")
