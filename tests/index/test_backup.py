"""Backups: restored for real they answer the same, and nothing untold is replaced."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from assistant.answer import Answer
from assistant.build import build_assistant
from assistant.chain import PolicyAssistant
from assistant.feedback import Feedback, FeedbackStore
from assistant.live import LiveAssistant
from assistant.settings import Settings
from index import generation as generations
from index import restore as restoring
from index.__main__ import main
from index.backup import backup, copy_database
from index.build import build
from index.errors import ArchiveError, IndexBusyError, IndexMissingError, OccupiedError
from index.folder import is_stale
from index.lock import one_builder
from index.pointer import read_pointer
from index.restore import restore
from index.settings import FEEDBACK, IndexSettings
from index.store import open_index
from tests.index.conftest import CUSTOM, copied, untouched
from tests.index.test_archives import about_with, packed_anew

QUESTIONS = (
    "到2025年示范企业要达到多少家？",
    "市财政局牵头哪些任务？",
    "示范园区怎么建设？",
    "食堂几点开门？",
)


def settings_of(index: IndexSettings) -> Settings:
    return replace(Settings(), index=index, llm="none")


def answers(assistant: PolicyAssistant) -> list[Answer]:
    """The answers, without their times."""
    asked = [{"question": question, "history": []} for question in QUESTIONS]
    return [replace(assistant.invoke(one), timings_ms={}) for one in asked]


def word(number: int, answer: Answer) -> Feedback:
    return Feedback(f"第{number}问？", answer.to_json(), "down")


@pytest.fixture(scope="module")
def original(_small: IndexSettings, tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    """An index that is backed up while an app answers from it and readers write. Not to be written to."""
    return copied(_small, tmp_path_factory.mktemp("original"))


@pytest.fixture(scope="module")
def before(original: IndexSettings) -> list[Answer]:
    """What the app answers when the backup begins."""
    return []


@pytest.fixture(scope="module")
def archive(original: IndexSettings, before: list[Answer]) -> Path:
    """A backup made by the command line, under a reader and a writer."""
    file = original.index_dir.parent / "backup.tar.gz"
    assistant = LiveAssistant(settings_of(original))
    store = FeedbackStore(original)
    before += answers(assistant)
    store.add(word(0, before[0]))
    done, failures = Event(), list[BaseException]()

    def use() -> None:
        number = 0
        while not done.wait(0.05):
            try:
                number += 1
                store.add(word(number, before[0]))
                assert answers(assistant) == before
            except BaseException as error:
                failures.append(error)
                return

    user = Thread(target=use)
    user.start()
    try:
        backup(original, file)
    finally:
        done.set()
        user.join()
        assistant.close()
        store.close()
    assert failures == []
    return file


def test_restored_into_an_empty_place_it_answers_the_same(
    archive: Path, original: IndexSettings, before: list[Answer], empty: IndexSettings
) -> None:
    about = restore(empty, archive)
    assert read_pointer(empty)["current"] == about.generation == read_pointer(original)["current"]
    assert {path.name: path.read_bytes() for path in empty.policy_dir.iterdir()} == {
        path.name: path.read_bytes() for path in original.policy_dir.iterdir()
    }
    there = build_assistant(settings_of(empty))
    assert answers(there) == before
    assert [answer.status for answer in before] == ["answered", "answered", "answered", "refused"]
    assert not is_stale(there.index)
    there.index.close()
    kept, all_of_them = FeedbackStore(empty).list(), FeedbackStore(original).list()
    assert kept and kept == all_of_them[: len(kept)]
    assert {path.name for path in empty.index_dir.iterdir()} == {
        "builder.lock", "current", "generations", FEEDBACK,
    }  # fmt: skip
    assert build(empty).unchanged  # and the next build has nothing to do


def test_only_its_owner_reads_an_archive_and_it_names_no_user(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as packed:
        assert {(member.uid, member.gid, member.uname, member.gname) for member in packed} == {(0, 0, "", "")}
    assert [path.name for path in archive.parent.glob(".backup-*")] == []


def test_nothing_is_replaced_untold(archive: Path, empty: IndexSettings) -> None:
    empty.policy_dir.mkdir(parents=True)
    (empty.policy_dir / "own.md").write_text("第一条 本地的办法。\n", "utf-8")
    with pytest.raises(OccupiedError, match="own\\.md"):
        restore(empty, archive)
    (empty.policy_dir / "own.md").unlink()
    (empty.index_dir / "current").write_text("{}", "utf-8")
    with pytest.raises(OccupiedError, match="--replace"):
        restore(empty, archive)
    (empty.index_dir / "current").unlink()
    (empty.index_dir / FEEDBACK).write_bytes(b"")
    with pytest.raises(OccupiedError, match=FEEDBACK):
        restore(empty, archive)
    assert [path.name for path in empty.policy_dir.iterdir()] == []
    assert not (empty.index_dir / "generations").exists()


def test_a_lock_of_a_word_processor_is_nothing_to_replace(archive: Path, empty: IndexSettings) -> None:
    empty.policy_dir.mkdir(parents=True)
    (empty.policy_dir / "~$custom.docx").write_bytes(b"who")
    restore(empty, archive)
    assert {path.name for path in empty.policy_dir.iterdir()} == {"custom.md", "other.txt", "~$custom.docx"}


def test_a_damaged_generation_is_replaced_once_nobody_reads_it(
    archive: Path, original: IndexSettings, tmp_path: Path
) -> None:
    index = copied(original, tmp_path)
    reader = open_index(index)
    (reader.folder / "words.npz").write_bytes(b"")
    with pytest.raises(ArchiveError, match="还有程序在用"):
        restore(index, archive, replacing=True)
    reader.close()
    restore(index, archive, replacing=True)
    open_index(index).close()


def test_told_to_it_replaces_and_the_app_goes_on_with_what_was_restored(
    archive: Path,
    original: IndexSettings,
    before: list[Answer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generations, "verify", lambda *_: None)  # seconds, and sound above
    index = copied(original, tmp_path)
    (index.policy_dir / "custom.md").write_text(CUSTOM.replace("20家", "50家"), "utf-8")
    (index.policy_dir / "new.txt").write_text("第一条 新的办法。\n", "utf-8")
    later = build(index).generation
    FeedbackStore(index).add(word(9999, before[0]))
    app = LiveAssistant(settings_of(index))
    assert "50" in app.invoke({"question": QUESTIONS[0]}).text
    about = restore(index, archive, replacing=True)
    assert read_pointer(index) == {"current": about.generation, "previous": later}
    assert app.refresh()
    assert answers(app) == before
    app.close()
    assert {path.name for path in index.policy_dir.iterdir()} == {"custom.md", "other.txt", ".removed"}
    assert {path.name for path in (index.policy_dir / ".removed").iterdir()} == {"custom.md", "new.txt"}
    assert "第9999问？" not in [said.question for said in FeedbackStore(index).list()]


# --- what gets in the way --------------------------------------------------------------------------


def test_neither_while_another_builds(archive: Path, original: IndexSettings, empty: IndexSettings) -> None:
    with one_builder(original), pytest.raises(IndexBusyError):
        backup(original, archive.with_name("other.tar.gz"))
    assert not archive.with_name("other.tar.gz").exists()
    with one_builder(empty), pytest.raises(IndexBusyError):
        restore(empty, archive)
    assert untouched(empty)


@pytest.mark.parametrize("said_here", [True, False])
def test_a_disk_that_fails_at_the_end_leaves_all_as_it_was(
    archive: Path,
    original: IndexSettings,
    before: list[Answer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    said_here: bool,
) -> None:
    index = copied(original, tmp_path)
    (index.policy_dir / "custom.md").write_text(CUSTOM.replace("20家", "50家"), "utf-8")
    shutil.rmtree(index.index_dir)
    if said_here:
        FeedbackStore(index).add(word(9999, before[0]))
    said = FeedbackStore(index).list()
    files = {path: path.read_bytes() for path in index.policy_dir.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generations, "verify", lambda *_: None)  # seconds, and sound above
    monkeypatch.setattr(restoring, "write_pointer", full)
    with pytest.raises(ArchiveError, match="No space left on device"):
        restore(index, archive, replacing=True)
    assert {path: path.read_bytes() for path in index.policy_dir.iterdir() if path.is_file()} == files
    assert not any((index.index_dir / "generations").iterdir())
    assert read_pointer(index) == {}
    assert FeedbackStore(index).list() == said
    assert (index.index_dir / FEEDBACK).exists() == said_here


def test_a_damaged_copy_is_no_backup(
    small: IndexSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(source: Path, target: Path) -> None:
        copy_database(source, target)
        with sqlite3.connect(target) as connection:
            connection.execute("delete from embeddings")
        connection.close()

    monkeypatch.setattr("index.backup.copy_database", spoiled)
    with pytest.raises(ArchiveError, match="没有通过检查"):
        backup(small, tmp_path / "none.tar.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_what_lies_in_a_server_is_not_ours_to_back_up(small: IndexSettings, tmp_path: Path) -> None:
    for elsewhere in (replace(small, database_url="sqlite:///x"), replace(small, chroma_url="http://[::1]")):
        with pytest.raises(ArchiveError, match="_URL"):
            backup(elsewhere, tmp_path / "none.tar.gz")
    with pytest.raises(IndexMissingError):
        backup(replace(small, index_dir=tmp_path / "none"), tmp_path / "none.tar.gz")
    assert not (tmp_path / "none").exists() and not (tmp_path / "none.tar.gz").exists()


@pytest.fixture
def commanded(empty: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line of this process works in the empty place."""
    empty.policy_dir.parent.mkdir()
    monkeypatch.chdir(empty.policy_dir.parent)  # away from a .env of the developer
    for name, value in (
        ("POLICY_DIR", empty.policy_dir),
        ("INDEX_DIR", empty.index_dir),
        ("EMBEDDING_MODEL", ""),
        ("CHROMA_URL", ""),
        ("DATABASE_URL", ""),
    ):
        monkeypatch.setenv(name, str(value))


@pytest.mark.usefixtures("commanded")
def test_an_index_of_another_schema_stays_out_and_a_build_is_asked_for(
    archive: Path, empty: IndexSettings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = packed_anew(archive, about_with(schema=2), tmp_path / "other.tar.gz")
    assert main(["restore", str(other)]) == 1
    told = capfd.readouterr()
    assert told.out == "已恢复：2 个政策文件，读者反馈\n"
    assert "版本是 2" in told.err and "python -m index build" in told.err
    assert {path.name for path in empty.policy_dir.iterdir()} == {"custom.md", "other.txt"}
    assert {path.name for path in empty.index_dir.iterdir()} == {"builder.lock", FEEDBACK}
    assert FeedbackStore(empty).list()


@pytest.mark.usefixtures("commanded")
def test_the_command_line(
    archive: Path, empty: IndexSettings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generations, "verify", lambda *_: None)
    assert main(["backup", "none.tar.gz"]) == 3
    assert main(["restore", "none.tar.gz"]) == 1
    capfd.readouterr()
    assert main(["restore", str(archive)]) == 0
    generation = open_index(empty).manifest.generation
    told = capfd.readouterr().out.splitlines()
    assert told[0] == f"已恢复：2 个政策文件，索引 {generation}，读者反馈"
    assert told[1].startswith(f"索引 {generation}，建于 ")
    assert main(["restore", str(archive)]) == 2
    assert "--replace" in capfd.readouterr().err
