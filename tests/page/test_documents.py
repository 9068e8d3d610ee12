"""Documents without a browser: what may be sent, by whom, one change at a time, and that nothing of a file is alive."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from threading import Thread
from unittest.mock import Mock

import httpx
import pytest
from starlette.requests import ClientDisconnect

from assistant.audit import AuditFiles
from assistant.users import Role, User
from assistant.validity import lives
from assistant.view import texts
from index.build import build
from index.errors import message
from index.folder import difference
from index.pointer import write_pointer
from index.reader import LARGEST
from index.settings import IndexSettings
from index.store import open_index
from pages import documents
from pages import documents_html as html
from pages.access import Visitor
from pages.changes import Changes, Job, UnderWayError
from pages.uploads import MOST_FILES, UploadError, Uploads
from tests.page.conftest import Guarded
from tests.page.markup import elements
from tests.page.test_new_index import BARE

WORDS = texts()
HOSTILE = "<img src=x onerror=document.title='x'>.txt"
RULES = (
    "某市图书馆管理办法\n\n第一条 读者每次可以借书5本。\n\n第二条 本办法自2020年1月1日起施行，有效期2年。\n"
)


def library(folder: Path) -> IndexSettings:
    """A new index of one document without duties and targets."""
    index = IndexSettings(policy_dir=folder / "policies", index_dir=folder / "index")
    index.policy_dir.mkdir()
    (index.policy_dir / "guide.txt").write_text(BARE, "utf-8")
    build(index)
    return index


async def _body(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _receive(uploads: Uploads, name: str, data: bytes = b"x", size: int | None = None) -> str:
    return asyncio.run(uploads.receive(name, len(data) if size is None else size, _body(data)))


def test_an_upload_keeps_its_name_and_its_bytes() -> None:
    uploads = Uploads()
    names = ["某办发〔2024〕11号（修订）.pdf", HOSTILE, "a b.txt", "e\u0301.txt", ".hidden"]
    words = [_receive(uploads, name, name.encode()) for name in names]
    files = uploads.hold(words)
    assert [path.name for path in files] == [*names[:3], "é.txt", ".hidden"]
    assert [path.read_bytes().decode() for path in files] == names
    assert uploads.hold([words[0], words[0], "x", "../x"]) == files[:1]
    uploads.discard([*words, "x", "../x"])
    assert uploads.hold(words) == [] and not any(path.exists() for path in files)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b.txt", "..\\b.txt", "a\0.txt", "a\n.txt", "\u202etxt.exe", "长" * 81]
)
def test_an_upload_without_a_name_that_can_be_kept_is_refused(name: str) -> None:
    with pytest.raises(UploadError, match="bad_name"):
        _receive(Uploads(), name)


def test_uploads_are_bounded_and_forgotten() -> None:
    now = 0.0
    uploads = Uploads(lambda: now)
    for data, size, why in ((b"", LARGEST + 1, "too_large"), (b"xx", 1, "too_large"), (b"x", 2, "cut_short")):
        with pytest.raises(UploadError, match=why):
            _receive(uploads, "a.txt", data, size)
    words = [_receive(uploads, "a.txt") for _ in range(MOST_FILES)]
    with pytest.raises(UploadError, match="too_many"):
        _receive(uploads, "a.txt")
    now = 3601.0
    assert _receive(uploads, "a.txt")
    assert uploads.hold(words) == []


def test_what_waits_for_another_try_makes_room_and_what_is_read_is_not_forgotten() -> None:
    now = 0.0
    uploads = Uploads(lambda: now)
    words = [_receive(uploads, f"{n}.txt") for n in range(MOST_FILES)]
    (read,) = uploads.hold(words[:1])
    uploads.hold(words[1:3])
    uploads.release(words[1:3])
    _receive(uploads, "new.txt")
    assert uploads.hold(words[:3]) == [read, *uploads.hold(words[2:3])]  # the older of the spare ones went
    now = 3601.0
    _receive(uploads, "newer.txt")
    assert read.exists() and len(uploads.hold(words)) == 2  # of those that are held
    uploads.discard(words)
    assert not read.exists()


@pytest.mark.parametrize("outcome", ["published", "unchanged", "cancelled", "busy", "failed"])
def test_what_was_sent_stays_where_it_was_not_added(tmp_path: Path, outcome: str) -> None:
    changes = Mock(uploads=Uploads())
    word = _receive(changes.uploads, "a.txt")
    event = Mock(_data={"ask": "add", "uploads": [word]})
    documents._begun(changes, event, Mock())
    _, (path,), _, ended, names = changes.start.call_args.args
    ended(Mock(outcome=outcome))
    assert names == ["a.txt"] and Path(path).exists() is (outcome in ("busy", "failed"))


async def _left() -> AsyncIterator[bytes]:
    yield b"x"
    raise ClientDisconnect


def test_an_upload_that_is_left_or_that_nobody_adds_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads()
    with pytest.raises(UploadError, match="cut_short"):
        asyncio.run(uploads.receive("a.txt", 2, _left()))
    assert not uploads._waiting and uploads._folder and not list(Path(uploads._folder.name).iterdir())

    async def wait() -> None:
        word = await uploads.receive("a.txt", 1, _body(b"x"))
        assert uploads._waiting[word].path
        await asyncio.sleep(0.05)

    monkeypatch.setattr("pages.uploads.FORGET", -1)  # it is looked for at once
    asyncio.run(wait())
    assert not uploads._waiting and not list(Path(uploads._folder.name).iterdir())


def test_a_file_is_sent_by_administrators_only(guarded: Guarded) -> None:
    for role in ("", "reader", "evaluator", "administrator"):
        for query in ({"name": "a.txt"}, {"name": "a.txt", "language": "en"}, {"name": "../a.txt"}):
            reply = httpx.put(
                f"{guarded.url}/documents/uploads", params=query, content=b"x", headers=guarded.key(role)
            )
            allowed = 400 if "/" in query["name"] else 200
            assert reply.status_code == (401 if not role else allowed if role == "administrator" else 403)
    client = http.client.HTTPConnection(guarded.url.removeprefix("http://"))
    client.putrequest("PUT", "/documents/uploads?name=a.txt")
    for name, value in {"Content-Length": str(LARGEST + 1), **guarded.key("administrator")}.items():
        client.putheader(name, value)
    client.endheaders()
    refused = client.getresponse()  # before any of it was sent
    said = json.loads(refused.read())["detail"]
    client.close()
    assert (refused.status, said) == (
        413,
        WORDS["documents_too_large"].format(name="a.txt", size=21, limit=20),
    )


def test_who_is_not_at_the_machine_itself_manages_no_documents(url: str) -> None:
    for host, status in (
        ("127.0.0.1", 200),
        ("localhost:7860", 200),
        ("policy.example.org", 403),
        ("[::1]", 200),
    ):
        reply = httpx.put(f"{url}/documents/uploads?name=a.txt", content=b"x", headers={"Host": host})
        assert reply.status_code == status, host


def test_another_sites_page_manages_no_documents(url: str) -> None:
    for headers in ({"Origin": "https://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        reply = httpx.put(f"{url}/documents/uploads?name=a.txt", content=b"x", headers=headers)
        assert reply.status_code == 403, headers
    assert (
        httpx.put(f"{url}/documents/uploads?name=a.txt", content=b"x", headers={"Origin": url}).status_code
        == 200
    )


def test_one_change_at_a_time_and_each_is_recorded(tmp_path: Path) -> None:
    index, log = library(tmp_path), AuditFiles(tmp_path / "audit")
    again = tmp_path / "again.txt"
    again.write_text(BARE, "utf-8")
    visitor, changes = Visitor(User("王工", Role.administrator), audit=log), Changes(index)
    ended: list[Job] = []
    job = changes.start("add", [str(again)], visitor, ended.append, ["again.txt"])
    with pytest.raises(UnderWayError) as error:
        changes.start("remove", ["guide.txt"], visitor)
    assert "王工" in html.busy(error.value.job, "zh") and "again.txt" in html.busy(error.value.job, "zh")
    while not job.done:
        job.wait(job.step, 60)
    assert (job.outcome, ended, changes.current) == ("unchanged", [job], None)
    last = Job(index, "remove", ["guide.txt"], visitor)
    last.run()
    assert last.outcome == "failed" and str(last.error) == message("last_policy")
    (path,) = (tmp_path / "audit").iterdir()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(one["act"], one["who"], one["action"], one["outcome"], one["files"]) for one in lines] == [
        ("documents", "王工", "add", "begun", ["again.txt"]),
        ("documents", "王工", "add", "unchanged", ["again.txt"]),
        ("documents", "王工", "remove", "begun", ["guide.txt"]),
        ("documents", "王工", "remove", "failed", ["guide.txt"]),
    ]
    log.close()


def test_a_change_without_a_thread_is_not_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = Changes(IndexSettings(index_dir=tmp_path))
    word, event = _receive(changes.uploads, "a.txt"), Mock(_data={"ask": "add"})
    event._data["uploads"] = [word]
    (path,) = (upload.path for upload in changes.uploads._waiting.values())

    def start(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", start)
    assert path and path.exists()
    with pytest.raises(RuntimeError):
        documents._begun(changes, event, Mock())
    assert changes.current is None and path.exists()  # and can be tried again
    changes.uploads.discard([word])
    assert documents._begun(changes, event, Mock()) is None  # they are no longer there
    event._data["ask"] = "watch"
    assert documents._begun(changes, event, Mock()) is None


def test_a_program_that_ends_waits_for_a_change(tmp_path: Path) -> None:
    log = AuditFiles(tmp_path / "audit")
    changes = Changes(IndexSettings(policy_dir=tmp_path / "policies", index_dir=tmp_path / "index"))
    job = changes.start("build", (), Visitor(User("王工", Role.administrator), audit=log))
    changes.cancel(Visitor(User("李工", Role.administrator), audit=log))
    changes.wait()
    assert (job.done, job.outcome, changes.current) == (True, "cancelled", None)
    (path,) = (tmp_path / "audit").iterdir()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert sorted((one["who"], one["outcome"]) for one in lines) == [
        ("李工", "cancelling"),
        ("王工", "begun"),
        ("王工", "cancelled"),
    ]
    log.close()


def test_what_was_published_behind_a_change_holds_it(tmp_path: Path) -> None:
    index = Mock()
    index.settings = IndexSettings(index_dir=tmp_path)
    assistant, job = Mock(), Mock(generation="2")
    assistant.answerer.index = index
    for current, answers, live in (("2", "1", False), ("2", "2", True), ("3", "1", False), ("3", "3", True)):
        write_pointer(index.settings, current, "1")
        index.manifest.generation = answers
        assert documents._is_live(assistant, job) is live, (current, answers)


def test_nothing_of_a_file_is_alive_on_the_page(tmp_path: Path) -> None:
    settings = library(tmp_path)
    for name, text in (
        (HOSTILE, RULES),
        (f"{HOSTILE}.doc", "x"),
        (f"b{HOSTILE}", BARE.replace("档案", HOSTILE)),
    ):
        (settings.policy_dir / name).write_text(text, "utf-8")
    build(settings)
    (settings.policy_dir / f"c{HOSTILE}").write_text(RULES + "附则", "utf-8")
    index = open_index(settings)
    now = lives(index.policies)
    shown = html.table(index, now, difference(index), date.today(), "zh")
    found = elements(shown + html.panel("zh"))
    assert not {element.tag for element in found} & {"script", "img", "iframe", "form", "style"}
    assert {element.attributes.get("value") for element in found} >= {
        HOSTILE,
        f"b{HOSTILE}",
        f"{HOSTILE}.doc",
    }
    assert f"c{HOSTILE}" in "".join(element.text for element in found if element.tag == "li")
