"""The audit log, and how long it and the readers' words are kept."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from assistant.answer import Answer, Citation
from assistant.audit import AuditError, AuditFiles, AuditLog
from assistant.audit_table import AuditTable, open_audit
from assistant.feedback import Feedback, FeedbackStore
from assistant.retention import forget_old, keep_forgetting
from assistant.settings import Settings
from index.errors import StoreError
from index.settings import IndexSettings
from tests.servers import Postgres, both_stores

DAY = datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)
QUESTION = "绿色工厂由谁\n牵头？\ud800"
ANSWER = Answer(
    QUESTION,
    QUESTION,
    "zh",
    "answered",
    "ledger",
    "答。",
    citations=tuple(Citation(n, p, "t", "", (), 0, 1, "q", 1.0) for n, p in ((1, "b"), (2, "a"), (3, "b"))),
    timings_ms={"total": 12.5},
)


@pytest.fixture
def made(tmp_path: Path, elsewhere: dict[str, Any]) -> Iterator[Callable[[], AuditLog]]:
    """Makes logs of one place, which is empty."""
    logs: list[AuditLog] = []

    def make() -> AuditLog:
        url = elsewhere.get("database_url")
        logs.append(AuditTable(url) if url else AuditFiles(tmp_path / "audit"))
        return logs[-1]

    yield make
    for log in logs:
        log.close()


@pytest.fixture
def log(made: Callable[[], AuditLog]) -> AuditLog:
    """A log that is empty."""
    return made()


def _lines(log: AuditLog) -> list[dict[str, Any]]:
    if isinstance(log, AuditTable):
        assert log.flush()
        with log._engine.connect() as connection:
            found = connection.scalars(text("select line from audit order by id")).all()
    else:
        assert isinstance(log, AuditFiles)
        found = [
            line for path in sorted(log.folder.iterdir()) for line in path.read_text("utf-8").split("\n")[:-1]
        ]
    return [json.loads(line) for line in found]


@both_stores
def test_the_line_of_an_answer(log: AuditLog) -> None:
    log.answer(ANSWER, "王工", "10.0.0.1", via="v1")
    (line,) = _lines(log)
    digest = hashlib.sha256(QUESTION.encode("utf-8", "replace")).hexdigest()
    assert datetime.fromisoformat(line.pop("time")).utcoffset() == timedelta(0)
    assert line == {
        "act": "answer",
        "who": "王工",
        "address": "10.0.0.1",
        "via": "v1",
        "question_sha256": digest,
        "policies": ["a", "b"],
        "status": "answered",
        "route": "ledger",
        "ms": 12.5,
    }


@pytest.mark.parametrize("questions", [False, True])
def test_the_text_of_a_question_only_where_it_is_wanted(tmp_path: Path, questions: bool) -> None:
    log = AuditFiles(tmp_path, questions=questions)
    log.answer(ANSWER, via="page")
    (line,) = _lines(log)
    assert ("question" in line) is questions and (
        "绿色工厂" in json.dumps(line, ensure_ascii=False)
    ) is questions


def test_a_day_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    moments = iter([DAY, DAY + timedelta(seconds=2)])
    log = AuditFiles(tmp_path / "audit", clock=lambda: next(moments))
    log.write("login")
    log.write("logout")
    assert [path.name for path in sorted(log.folder.iterdir())] == ["2026-11-29.jsonl", "2026-11-30.jsonl"]
    assert stat.S_IMODE(log.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in log.folder.iterdir()} == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_what_root_records_stays_the_apps(log: AuditLog) -> None:
    assert isinstance(log, AuditFiles)
    log.folder.mkdir()
    os.chown(log.folder, 12345, 23456)
    log.write("user")
    (path,) = log.folder.iterdir()
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)


@both_stores
def test_two_logs_of_one_place_lose_nothing(log: AuditLog, made: Callable[[], AuditLog]) -> None:
    other = made()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: (log, other)[n % 2].write("login", who=f"{n}" * 50), range(400)))
    other.close()
    assert sorted(line["who"] for line in _lines(log)) == sorted(f"{n}" * 50 for n in range(400))


@both_stores
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("甲\0乙", "\ud800")
@given(st.text(), st.text())
def test_whatever_is_written_is_one_line(log: AuditLog, who: str, path: str) -> None:
    log.write("denied", who, path=path)
    assert set(_lines(log)[-1]) == {"time", "act", "who", "address", "path"}


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with caplog.at_level(logging.ERROR):
        AuditFiles(tmp_path / "file").write("login")
    assert "no audit line of login" in caplog.text
    with pytest.raises(AuditError, match=r"^审计日志写不了（.*），请检查 AUDIT_DIR。$"):
        AuditFiles(tmp_path / "file").check()


# --- how long -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "left"), [(0, range(25, 30)), (2, range(27, 30)), (400, range(25, 30))])
def test_lines_of_old_days_go(tmp_path: Path, days: int, left: range) -> None:
    settings = Settings(index=IndexSettings(index_dir=tmp_path), auth_file="u", retention_days=days)
    folder = settings.audit_folder
    assert folder
    forget_old(settings, DAY)  # where there is nothing yet
    folder.mkdir()
    for name in (*(f"2026-11-{day}.jsonl" for day in range(25, 30)), "2020-01-01.txt"):
        (folder / name).touch()
    forget_old(settings, DAY)
    names = {path.name for path in folder.iterdir()}
    assert names == {*(f"2026-11-{day}.jsonl" for day in left), "2020-01-01.txt"}


@pytest.mark.parametrize("days", [0, 2])
def test_the_app_removes_what_is_old_as_it_starts(tmp_path: Path, days: int) -> None:
    settings = Settings(index=IndexSettings(index_dir=tmp_path), audit_dir=str(tmp_path), retention_days=days)
    (tmp_path / "2020-01-01.jsonl").touch()
    stop, before = Event(), set(threading.enumerate())
    keep_forgetting(settings, stop)
    stop.set()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert (tmp_path / "2020-01-01.jsonl").exists() is not bool(days)


@both_stores
def test_words_of_readers_go_when_they_are_older(tmp_path: Path, elsewhere: dict[str, Any]) -> None:
    index = IndexSettings(index_dir=tmp_path, **elsewhere)
    store = FeedbackStore(index)
    said = datetime.fromisoformat(store.add(Feedback("q", {}, "up")).created)
    forget_old(Settings(index=index), said + timedelta(days=9999))
    forget_old(Settings(index=index, retention_days=2), said + timedelta(days=2))
    assert len(store.list()) == 1
    forget_old(Settings(index=index, retention_days=2), said + timedelta(days=2, seconds=1))
    assert store.list() == []
    store.close()


@pytest.mark.servers
@pytest.mark.parametrize("stores", ["servers"])
def test_lines_in_a_database_go_when_they_are_older(tmp_path: Path, elsewhere: dict[str, Any]) -> None:
    index = IndexSettings(index_dir=tmp_path, **elsewhere)
    settings = Settings(index=index, auth_file="u", retention_days=2)
    log = open_audit(settings)
    assert isinstance(log, AuditTable)
    forget_old(settings, DAY)  # where there is nothing yet
    for days in range(5):
        log.append(DAY - timedelta(days=days), json.dumps({"days": days}))
    log.close()
    forget_old(settings, DAY)
    assert [line["days"] for line in _lines(log)] == [0, 1, 2]
    assert not tmp_path.joinpath("audit").exists()


@pytest.mark.servers
def test_lines_wait_for_a_database_that_is_away(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("assistant.audit_table.PAUSE", 0.05)
    log = AuditTable(postgres.database())
    log.check()
    postgres.stop()
    try:
        with pytest.raises(StoreError, match=r"^审计日志写不进数据库（.+），请检查 DATABASE_URL。$"):
            AuditTable(log._engine.url.render_as_string(hide_password=False)).check()
        for who in "ab":
            log.write("login", who)
        assert not log.flush()
        assert "2 audit lines wait" in caplog.text
    finally:
        postgres.start()
    log.write("login", "c")
    assert [line["who"] for line in _lines(log)] == ["a", "b", "c"]
    log.close()


def test_who_has_something_to_record_waits_for_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = Event(), Event()

    def waits(_: AuditTable) -> None:
        begun.set()
        assert go_on.wait(60)
        raise SQLAlchemyError("away")

    monkeypatch.setattr(AuditTable, "_make_table", waits)
    log = AuditTable("postgresql://nobody@127.0.0.1:9/none")
    log.write("login", "a")
    assert begun.wait(60)
    log.write("login", "b")
    assert len(log._waiting) == 2
    go_on.set()
    log.close()
