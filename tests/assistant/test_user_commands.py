"""The command line that changes who may sign in."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from assistant.__main__ import main
from assistant.users import Role, User, Users
from tests.assistant.conftest import GOOD, OTHER


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which commands run, with AUTH_FILE set and a password on standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTH_FILE", "users.json")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))
    return tmp_path


def _says(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["user", *arguments]) == status
    found = capsys.readouterr()
    return found.err if status else found.out


def test_a_user_from_adding_to_removing(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _says(capsys, "add", "王工", "--role", "reader")
    _says(capsys, "add", "report", "--role", "reader", "--no-password")
    key = _says(capsys, "key", "report").strip()
    users = Users(command / "users.json")
    assert users.check("王工", GOOD) and users.of_key(key) == User("report", Role.reader)
    _says(capsys, "role", "report", "evaluator")
    listed = _says(capsys, "list")
    (id,) = [kept.id for kept in users.all()["report"].keys]
    assert "王工\treader\t有密码" in listed and f"report\tevaluator\t无密码\t{id}(" in listed
    assert key not in listed and "argon2" not in listed
    _says(capsys, "revoke", "report", id)
    assert users.of_key(key) is None
    _says(capsys, "remove", "王工")
    assert list(users.all()) == ["report"]
    (path,) = (command / ".index" / "audit").iterdir()
    text = path.read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    done = [(line["act"], line["action"], line["name"], line.get("role"), line.get("key")) for line in lines]
    assert done == [
        ("user", "add", "王工", "reader", None),
        ("user", "add", "report", "reader", None),
        ("user", "key", "report", None, id),
        ("user", "role", "report", "evaluator", None),
        ("user", "revoke", "report", None, id),
        ("user", "remove", "王工", None, None),
    ]
    assert {line["uid"] for line in lines} == {os.getuid()}
    assert key not in text and GOOD not in text


def test_what_cannot_be_recorded_is_done_and_said(
    command: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (command / "file").touch()
    monkeypatch.setenv("AUDIT_DIR", "file")
    assert main(["user", "add", "x", "--role", "reader"]) == 0
    assert "请检查 AUDIT_DIR。" in capsys.readouterr().err
    assert Users(command / "users.json").find("x")


@pytest.mark.parametrize(
    ("arguments", "said", "sentence"),
    [
        (("list",), "", "没有 AUTH_FILE 指定的文件"),
        (("remove", "x"), "", "没有 AUTH_FILE 指定的文件"),
        (("add", "a b", "--role", "reader"), GOOD, "用户名应为"),
        (("add", "x", "--role", "reader"), "short", "密码应为"),
        (("add", "x", "--role", "reader"), "", "密码应为"),
    ],
)
def test_what_cannot_be_done_is_said(
    command: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
    sentence: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    assert sentence in _says(capsys, *arguments, status=2)
    assert not (command / "users.json").exists()


def test_a_name_is_taken_once(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _says(capsys, "add", "x", "--role", "reader")
    for arguments in (("add", "x", "--role", "administrator", "--no-password"), ("role", "y", "reader")):
        assert _says(capsys, *arguments, status=2).strip() in ("已有用户 x。", "没有用户 y。")
    assert Users(command / "users.json").all()["x"].role is Role.reader


def test_a_password_is_asked_for_twice(
    command: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter([GOOD, OTHER, GOOD, GOOD])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    assert "不同" in _says(capsys, "add", "x", "--role", "reader", status=2)
    _says(capsys, "add", "x", "--role", "reader")
    assert Users(command / "users.json").check("x", GOOD)


def test_without_a_file_nobody_can_be_added(
    command: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUTH_FILE")
    assert "AUTH_FILE" in _says(capsys, "list", status=2)
    assert os.listdir(command) == []
