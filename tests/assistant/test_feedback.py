"""Feedback: every word comes back as it was given, whatever the index does and whoever writes beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from assistant.answer import Answer, Citation
from assistant.chain import PolicyAssistant
from assistant.feedback import LONGEST, Feedback, FeedbackStore
from index import ledger
from index.build import build
from index.errors import StoreError
from index.settings import FEEDBACK, IndexSettings
from tests.servers import both_stores

ROOT = Path(__file__).resolve().parents[2]
CITATION = Citation(1, "p", "某市通知", "某政〔2025〕1号", ("一、总则",), 3, 9, "由甲局牵头。", 0.9)
ANSWER = Answer(
    "谁牵头？", "谁牵头？", "zh", "answered", "ledger", "由甲局牵头[1]。", citations=(CITATION,)
).to_json()
POLICY = "第一条 示范园区由市财政局负责建设。\n"


def said(**values: Any) -> Feedback:
    """A reader's word; ``values`` replace parts of it."""
    return Feedback(**{"question": "谁牵头？", "answer": ANSWER, "thumb": "down"} | values)


@pytest.fixture
def place(tmp_path: Path, elsewhere: dict[str, Any]) -> IndexSettings:
    """Settings whose index folder does not exist yet."""
    return IndexSettings(tmp_path / "policies", tmp_path / "new" / "index", **elsewhere)


@both_stores
def test_a_row_comes_back_as_it_was_given(place: IndexSettings) -> None:
    given = said(
        history=({"role": "user", "content": "绿色工厂？"}, {"role": "assistant", "content": "8 家[1]。"}),
        reason="wrong_answer",
        corrected="由乙局牵头。",
        policies={"p": "某市通知"},
        generation="20250101T000000-abc",
    )
    kept = FeedbackStore(place).add(given)
    assert replace(kept, id=0, created="") == replace(given, answer=kept.answer)
    assert kept.id == 1 and kept.created.startswith("20")
    assert kept.answer["citations"][0]["quote"] == "由甲局牵头。"
    assert FeedbackStore(place).list() == [kept]


def test_the_answer_of_the_assistant_can_be_kept(place: IndexSettings, assistant: PolicyAssistant) -> None:
    answer = assistant.invoke({"question": "绿色工厂的目标由哪个局牵头？"}).to_json()
    kept = FeedbackStore(place).add(said(question=answer["question"], answer=answer, thumb="up"))
    assert kept.answer["citations"][0]["quote"] == answer["citations"][0]["quote"]


@both_stores
def test_rows_in_the_order_in_which_they_came_or_those_asked_for(place: IndexSettings) -> None:
    store = FeedbackStore(place)
    assert store.list() == []
    assert not place.index_dir.exists()  # to look makes nothing
    for number in range(4):
        store.add(said(question=str(number)))
    assert [row.question for row in store.list()] == ["0", "1", "2", "3"]
    assert [row.question for row in store.list([3, 1, 99])] == ["0", "2"]


def test_what_is_removed_is_gone_from_the_file(place: IndexSettings) -> None:
    store = FeedbackStore(place)
    for length in (1, 5000):  # in a page of rows, and in pages of its own
        store.add(said(question="PRIVATE" * length))
    assert b"PRIVATE" in (place.index_dir / FEEDBACK).read_bytes()
    assert store.forget(datetime.now(UTC) + timedelta(days=1)) == 2
    assert b"PRIVATE" not in (place.index_dir / FEEDBACK).read_bytes()
    assert store.add(said()).id == 3


@pytest.mark.parametrize(
    "values", [{"thumb": "meh"}, {"reason": "ugly"}, {"corrected": "长" * (LONGEST + 1)}]
)
def test_what_is_no_feedback_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"feedback|corrected"):
        said(**values)


def test_the_database_refuses_it_too(place: IndexSettings) -> None:
    FeedbackStore(place).add(said())
    engine = create_engine(f"sqlite:///{place.index_dir / FEEDBACK}")
    for change in ("thumb = 'meh'", "reason = 'ugly'"):
        with pytest.raises(Exception, match="CHECK constraint"), engine.begin() as connection:
            connection.execute(text(f"UPDATE feedback SET {change}"))
    engine.dispose()


@both_stores
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(question="甲\0乙\ud800")
@given(question=st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_text_can_be_kept(place: IndexSettings, question: str) -> None:
    store = FeedbackStore(place)
    kept = store.add(said(question=question, corrected=question, answer={"text": question}))
    whole = question.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    assert (kept.question, kept.corrected) == (whole, whole)
    store.close()


def test_a_new_generation_and_a_removed_one_leave_it(place: IndexSettings) -> None:
    place.policy_dir.mkdir()
    (place.policy_dir / "a.txt").write_text(POLICY, "utf-8")
    first = build(place)
    kept = FeedbackStore(place).add(said(generation=first.generation))
    for number in range(2):  # the generation before the last goes
        (place.policy_dir / "a.txt").write_text(POLICY + f"第{number}段。\n", "utf-8")
        build(place)
    assert not (place.index_dir / "generations" / first.generation).exists()
    assert FeedbackStore(place).list() == [kept]


def test_in_a_database_of_ones_own_it_outlives_the_generation_too(
    place: IndexSettings, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    store = FeedbackStore(replace(place, database_url=url))
    kept = store.add(said(generation="g"))
    engine = ledger.connect(url)
    ledger.write(engine, "g", (), (), {})
    ledger.forget(engine, "g")
    engine.dispose()
    assert store.list() == [kept]
    assert not (place.index_dir / FEEDBACK).exists()


def test_what_the_disk_says_is_one_sentence(place: IndexSettings) -> None:
    place.index_dir.mkdir(parents=True)
    (place.index_dir / FEEDBACK).write_bytes(b"no database" * 200)
    for use in (lambda: FeedbackStore(place).add(said()), lambda: FeedbackStore(place).list()):
        with pytest.raises(StoreError, match=r"^反馈读写失败（.+）.+。$"):
            use()


# --- many writers ------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from assistant.feedback import Feedback, FeedbackStore
from index.settings import FEEDBACK, IndexSettings
store = FeedbackStore(IndexSettings(index_dir=Path(sys.argv[1]), database_url=sys.argv[4]))
sys.stdin.readline()  # all begin together
for number in range(int(sys.argv[3])):
    kept = store.add(Feedback(question=f"{sys.argv[2]} {number}", answer={"text": "长" * 2000}, thumb="up"))
    print(kept.id, flush=True)
"""


def writer(place: IndexSettings, name: str, rows: int) -> subprocess.Popen[str]:
    """A process that adds rows once it is told to, and prints the id of each row that it was told is kept."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(place.index_dir), name, str(rows), place.database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


@both_stores
def test_threads_of_one_process_lose_nothing(place: IndexSettings) -> None:
    store = FeedbackStore(place)
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda number: store.add(said(question=str(number))), range(80)))
    rows = store.list()
    assert {row.question for row in rows} == {str(number) for number in range(80)}
    assert sorted(row.id for row in kept) == [row.id for row in rows] == list(range(1, 81))
    assert {row.id: row.question for row in kept} == {row.id: row.question for row in rows}


@both_stores
def test_processes_that_begin_together_lose_nothing(place: IndexSettings) -> None:
    processes = [writer(place, name, 25) for name in "abcd"]
    for process in processes:
        go(process)
    printed = [process.communicate(timeout=120)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    rows = FeedbackStore(place).list()
    assert {row.question for row in rows} == {f"{name} {number}" for name in "abcd" for number in range(25)}
    assert sorted(int(key) for keys in printed for key in keys) == list(range(1, 101))


@both_stores
def test_a_killed_writer_leaves_every_row_that_it_was_told_is_kept(place: IndexSettings) -> None:
    process = writer(place, "a", 1000)
    go(process)
    assert process.stdout
    told = [process.stdout.readline() for _ in range(5)]
    process.send_signal(signal.SIGKILL)
    told += process.communicate(timeout=60)[0].splitlines()
    ids = [row.id for row in FeedbackStore(place).list()]
    whole = {int(line) for line in told if line.strip()}
    assert len(whole) >= 5 and whole <= set(ids) and len(ids) < 1000
    assert FeedbackStore(place).add(said()).id > max(ids)
