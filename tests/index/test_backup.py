"""Backups: restored for real they answer the same; nothing untold is replaced; no archive can do harm."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

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
from index.backup import ABOUT, backup
from index.build import build
from index.errors import ArchiveError, IndexBusyError, IndexMissingError, OccupiedError
from index.lock import one_builder
from index.restore import restore
from index.settings import FEEDBACK, IndexSettings
from index.store import is_stale, open_index, read_pointer
from tests.index.conftest import CUSTOM, copied

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


@pytest.fixture
def empty(tmp_path: Path) -> IndexSettings:
    """A place where nothing is yet."""
    return IndexSettings(policy_dir=tmp_path / "there" / "policies", index_dir=tmp_path / "there" / "index")


def untouched(place: IndexSettings) -> bool:
    """Whether neither a policy, nor an index, nor anything that was unpacked is there."""
    left = [path.name for path in place.index_dir.iterdir()] if place.index_dir.exists() else []
    return set(left) <= {"builder.lock"} and not (
        place.policy_dir.exists() and any(place.policy_dir.iterdir())
    )


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


# --- archives that are none ------------------------------------------------------------------------

Pack = list[tuple[tarfile.TarInfo, bytes]]
MARK = "第一条 改过的办法。\n".encode()


def _member(name: str, data: bytes = b"", **values: Any) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    for key, value in values.items():
        setattr(member, key, value)
    return member, data


def _told(pack: Pack, **values: Any) -> None:
    """Put other values into the list."""
    about = json.loads(pack[0][1])
    pack[0] = _member(ABOUT, json.dumps(about | values).encode())


def _about(**values: Any) -> Callable[[Pack], None]:
    return lambda pack: _told(pack, **values)


def _listed(pack: Pack, name: str, data: bytes) -> None:
    """Put a file in, and on the list."""
    about = json.loads(pack[0][1])
    digest = hashlib.sha256(data).hexdigest()
    _told(pack, files=about["files"] | {name: digest}, sizes=about["sizes"] | {name: len(data)})
    pack.append(_member(name, data))


def _sized(pack: Pack, size: object) -> None:
    """Let the list tell another size of a policy."""
    _told(pack, sizes=json.loads(pack[0][1])["sizes"] | {"policies/custom.md": size})


def _with_policy(change: Callable[[bytes], bytes]) -> Callable[[Pack], None]:
    def harm(pack: Pack) -> None:
        at = next(at for at, (member, _) in enumerate(pack) if member.name == "policies/custom.md")
        pack[at] = _member("policies/custom.md", change(pack[at][1]))

    return harm


def _twice(pack: Pack) -> None:
    pack.append(next(pair for pair in pack if pair[0].name == "policies/custom.md"))


def _without(name: str) -> Callable[[Pack], None]:
    def harm(pack: Pack) -> None:
        pack[:] = [(member, data) for member, data in pack if member.name != name]

    return harm


def _more(member: tuple[tarfile.TarInfo, bytes]) -> Callable[[Pack], None]:
    return lambda pack: pack.append(member)


def packed_anew(archive: Path, change: Callable[[Pack], None], target: Path) -> Path:
    """Another archive, with what was changed."""
    with tarfile.open(archive) as packed:
        pack: Pack = [
            (member, file.read() if (file := packed.extractfile(member)) else b"") for member in packed
        ]
    change(pack)
    with tarfile.open(target, "w:gz") as packed:
        for member, data in pack:
            packed.addfile(member, io.BytesIO(data))
    return target


HARM: dict[str, tuple[Callable[[Pack], None], str]] = {
    "a policy that was changed": (
        _with_policy(lambda data: data.replace("20家".encode(), "90家".encode())),
        "policies/custom.md 与备份时不同",
    ),
    "a policy that has grown": (
        _with_policy(lambda data: data + bytes(1_000_000)),
        "policies/custom.md 与备份时不同",
    ),
    "a policy that is there twice": (_twice, "policies/custom.md"),
    "more than the disk holds": (lambda pack: _sized(pack, 10**24), "磁盘只剩"),
    "a size below nothing": (lambda pack: _sized(pack, -(10**24)), "不是本程序的备份"),
    "a size that is none": (lambda pack: _sized(pack, "12"), "不是本程序的备份"),
    "no sizes": (_about(sizes={}), "不是本程序的备份"),
    "files as a list": (_about(files=[], sizes=[]), "不是本程序的备份"),
    "a generation elsewhere": (_about(generation=".."), "不是本程序的备份"),
    "a generation that is no name": (_about(generation="a\0b"), "不是本程序的备份"),
    "a policy that is missing": (_without("policies/custom.md"), "policies/custom.md 与备份时不同"),
    "no list": (_without(ABOUT), "不是本程序的备份"),
    "a file that is not listed": (_more(_member("policies/more.md", MARK)), "policies/more.md"),
    "a path that leaves": (_more(_member("../evil.md", MARK)), r"\.\./evil\.md"),
    "a listed path that leaves": (lambda pack: _listed(pack, "../evil.md", MARK), "不是本程序的备份"),
    "a listed path from the root": (lambda pack: _listed(pack, "/evil.md", MARK), "不是本程序的备份"),
    "a folder that leaves": (_more(_member("../evil", type=tarfile.DIRTYPE)), "文件夹之外"),
    "a link to elsewhere": (
        _more(_member("policies/link.md", type=tarfile.SYMTYPE, linkname="/etc/passwd")),
        "policies/link.md",
    ),
    "a link in the place of a folder": (
        lambda pack: pack.insert(1, _member("policies", type=tarfile.SYMTYPE, linkname="../..")),
        "policies",
    ),
    "a device": (_more(_member("policies/zero.md", type=tarfile.CHRTYPE)), "policies/zero.md"),
}


@pytest.mark.parametrize("harm", HARM)
def test_an_archive_that_was_tampered_with_is_refused_and_changes_nothing(
    archive: Path, empty: IndexSettings, tmp_path: Path, harm: str
) -> None:
    change, sentence = HARM[harm]
    evil = packed_anew(archive, change, tmp_path / "evil.tar.gz")
    with pytest.raises(ArchiveError, match=sentence) as caught:
        restore(empty, evil, replacing=True)
    assert "\n" not in str(caught.value)
    assert untouched(empty)
    assert [path for path in tmp_path.rglob("*evil*") if path != evil] == []


@pytest.mark.parametrize("size", [0, 10, 0.5])
def test_what_is_cut_off_or_no_archive_is_refused(
    archive: Path, empty: IndexSettings, tmp_path: Path, size: float
) -> None:
    data = archive.read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(data[: int(size if size != 0.5 else len(data) / 2)])
    with pytest.raises(ArchiveError, match=r"打不开，或不完整|不是本程序的备份"):
        restore(empty, tmp_path / "cut.tar.gz")
    assert untouched(empty)


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


def test_a_damaged_copy_is_no_backup(small: IndexSettings, tmp_path: Path) -> None:
    database = next((small.index_dir / "generations").glob("*/chroma/chroma.sqlite3"))
    with sqlite3.connect(database) as connection:
        connection.execute("delete from embeddings")
    connection.close()
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
    other = packed_anew(archive, _about(schema=2), tmp_path / "other.tar.gz")
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
