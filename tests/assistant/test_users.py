"""Users, sessions, the brake on guessing, and the command line that changes who may sign in."""

from __future__ import annotations

import io
import json
import os
import stat
from base64 import urlsafe_b64decode
from pathlib import Path
from unicodedata import normalize

import pytest
from cryptography.exceptions import InvalidKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import sign_in
from assistant.__main__ import main
from assistant.sign_in import WINDOW, Sessions, Throttle, limits_of, network_of
from assistant.users import KEY_MARK, Role, User, Users, UsersError, is_name

GOOD, OTHER = "correct horse battery", "staple correct horse"
NOW = 1_800_000_000


@pytest.fixture
def users(tmp_path: Path) -> Users:
    """Two users: one with a password, one without."""
    found = Users(tmp_path / "users.json")
    found.add("王工", Role.evaluator, GOOD)
    found.add("report", Role.reader)
    return found


# --- the file -----------------------------------------------------------------------------------


def test_a_password_opens_for_its_user_only(users: Users) -> None:
    assert users.check("王工", GOOD) == User("王工", Role.evaluator)
    for name, password in (("王工", OTHER), ("王工", ""), ("report", ""), ("report", GOOD), ("nobody", GOOD)):
        assert users.check(name, password) is None


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(password=st.text(min_size=10, max_size=40), other=st.text(max_size=40))
def test_any_password_can_be_kept(users: Users, password: str, other: str) -> None:
    users.set_password("王工", password)
    assert users.check("王工", password)
    assert users.check("王工", other) is None or normalize("NFC", password) == normalize("NFC", other)


def test_an_unknown_name_costs_a_hash_too(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    class Counted:
        @staticmethod
        def verify_phc_encoded(password: bytes, kept: str) -> None:
            checked.append(kept)
            raise InvalidKey

    monkeypatch.setattr("assistant.users.Argon2id", Counted)
    for name in ("王工", "report", "nobody"):
        assert users.check(name, GOOD) is None
    parameters = {kept.rpartition("$")[0].rpartition("$")[0] for kept in checked}
    assert len(checked) == 3 and parameters == {"$argon2id$v=19$m=19456,t=2,p=1"}


def test_no_secret_stands_in_the_file_and_only_its_owner_reads_it(users: Users, tmp_path: Path) -> None:
    key = users.add_key("report")
    path = tmp_path / "users.json"
    text = path.read_text("utf-8")
    assert GOOD not in text and key not in text and key.removeprefix(KEY_MARK) not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    users.set_role("report", Role.evaluator)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640  # whoever could read it still can


def test_an_app_that_runs_sees_a_change(users: Users, tmp_path: Path) -> None:
    elsewhere = Users(tmp_path / "users.json")
    assert elsewhere.find("王工") == User("王工", Role.evaluator)
    users.set_role("王工", Role.administrator)
    assert elsewhere.find("王工") == User("王工", Role.administrator)
    users.remove("王工")
    assert elsewhere.find("王工") is None and elsewhere.check("王工", GOOD) is None


def test_api_keys(users: Users) -> None:
    first, second = users.add_key("report"), users.add_key("report")
    assert first != second and first.startswith(KEY_MARK)
    assert users.of_key(first) == users.of_key(second) == User("report", Role.reader)
    for wrong in ("", KEY_MARK, first[:-1], first + "x", "\udce9"):
        assert users.of_key(wrong) is None
    users.remove_key("report", users.all()["report"].keys[0].id)
    assert users.of_key(first) is None and users.of_key(second)
    users.remove("report")
    assert users.of_key(second) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"users": {"a": {"role": 9}}}', '{"users": {"a": {}}}'])
def test_a_damaged_file_lets_nobody_in(users: Users, tmp_path: Path, text: str) -> None:
    (tmp_path / "users.json").write_text(text, "utf-8")
    with pytest.raises(UsersError, match=r"已损坏"):
        users.check("王工", GOOD)
    with pytest.raises(UsersError, match=r"已损坏"):
        users.add("x", Role.reader)
    assert (tmp_path / "users.json").read_text("utf-8") == text


@given(st.text(max_size=80))
def test_a_name_separates_nothing(name: str) -> None:
    if is_name(name):
        assert name == name.strip() and name.isprintable() and len(f"{name}:{name}".split(":")) == 2
        assert len(json.dumps([name, name]).splitlines()) == 1


# --- sessions -----------------------------------------------------------------------------------


def test_a_session_ends_with_its_time(users: Users) -> None:
    sessions = Sessions(users, 100)
    token = sessions.start(User("王工", Role.evaluator), NOW)
    assert sessions.user(token, NOW + 100) == User("王工", Role.evaluator)
    assert sessions.user(token, NOW + 101) is None


def test_a_session_has_the_role_that_the_user_has_now(users: Users) -> None:
    sessions = Sessions(users, 100)
    token = sessions.start(User("王工", Role.evaluator), NOW)
    users.set_role("王工", Role.reader)
    assert sessions.user(token, NOW) == User("王工", Role.reader)


@pytest.mark.parametrize("change", ["password", "remove", "again", "end"])
def test_what_ends_a_session(users: Users, change: str) -> None:
    sessions = Sessions(users, 100)
    token, other = (sessions.start(User("王工", Role.evaluator), NOW) for _ in range(2))
    if change == "password":
        users.set_password("王工", OTHER)
    elif change == "end":
        sessions.end(token, NOW)
        assert sessions.user(other, NOW)  # the other one goes on
    else:
        users.remove("王工")
    if change == "again":
        users.add("王工", Role.administrator, GOOD)
    assert sessions.user(token, NOW) is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_token_is_nobodys(users: Users, data: st.DataObject) -> None:
    sessions = Sessions(users, 100)
    token = sessions.start(User("王工", Role.evaluator), NOW)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters().filter(lambda letter: letter != token[at]))
    changed = token[:at] + letter + token[at + 1 :]
    assert sessions.user(changed, NOW) is None or _same_bytes(token, changed)


def _same_bytes(one: str, other: str) -> bool:
    """Whether two texts are the same Base64: the bits behind the last byte may differ."""
    return other.isascii() and urlsafe_b64decode(one) == urlsafe_b64decode(other)


def test_a_session_of_another_file_is_nobodys(users: Users, tmp_path: Path) -> None:
    others = Users(tmp_path / "others.json")
    others.add("王工", Role.administrator, GOOD)
    token = Sessions(others, 100).start(User("王工", Role.administrator), NOW)
    assert Sessions(users, 100).user(token, NOW) is None


# --- the brake ----------------------------------------------------------------------------------


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_sixth_try_has_to_wait() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(sign_in.MOST_TOGETHER):
        assert throttle.take(limits_of("a", "10.0.0.1")) == 0
    assert throttle.take(limits_of("a", "10.0.0.1")) == WINDOW
    assert throttle.take(limits_of("a", "10.0.0.2")) == throttle.take(limits_of("b", "10.0.0.1")) == 0
    clock.now = WINDOW
    assert throttle.take(limits_of("a", "10.0.0.1")) == 0


def test_one_address_and_one_name_have_limits_too() -> None:
    throttle = Throttle(Clock())
    tries = [throttle.take(limits_of(f"n{n}", "2001:db8::1:0")) == 0 for n in range(60)]
    assert sum(tries) == sign_in.MOST_OF_ADDRESS
    assert throttle.take(limits_of("another", "2001:db8::2:0")) > 0  # of the same network
    tries = [throttle.take(limits_of("one", f"10.0.{n}.1")) == 0 for n in range(120)]
    assert sum(tries) == sign_in.MOST_OF_NAME


def test_who_signs_in_has_not_failed() -> None:
    throttle = Throttle(Clock())
    for _ in range(1000):
        limits = limits_of("a", "10.0.0.1")
        assert throttle.take(limits) == 0
        throttle.give_back(limits)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "REMEMBERED", 50)
    throttle = Throttle(Clock())
    for number in range(500):
        throttle.take(limits_of(f"n{number}", f"10.0.{number % 250}.{number // 250}"))
    assert len(throttle._tries) == 50


def test_who_goes_on_guessing_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "REMEMBERED", 50)
    throttle = Throttle(Clock())
    for _ in range(sign_in.MOST_TOGETHER):
        throttle.take(limits_of("a", "10.0.0.1"))
    for number in range(200):
        throttle.take(limits_of(f"n{number}", f"10.0.1.{number}"))
        assert throttle.take(limits_of("a", "10.0.0.1")) == WINDOW


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.floats(0, WINDOW)), max_size=60))
def test_no_window_holds_more_tries_than_its_limit(tries: list[tuple[str, str, float]]) -> None:
    clock, taken = Clock(), list[tuple[str, str, float]]()
    throttle = Throttle(clock)
    for name, address, pause in tries:
        clock.now += pause
        if throttle.take(limits_of(name, address)) == 0:
            taken.append((name, address, clock.now))
    for name, address, moment in taken:
        same = [t for n, a, t in taken if (n, a) == (name, address) and moment - WINDOW < t <= moment]
        assert len(same) <= sign_in.MOST_TOGETHER


def test_networks() -> None:
    assert network_of("10.0.0.1") == network_of("::ffff:10.0.0.1") == "10.0.0.1"
    assert network_of("fe80::1%eth0") == network_of("fe80::2") == "fe80::/64"
    assert network_of("unix:") == "unix:"


# --- the command line ---------------------------------------------------------------------------


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
