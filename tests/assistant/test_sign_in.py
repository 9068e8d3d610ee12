"""Sessions, and the brake on guessing."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import sign_in
from assistant.sign_in import WINDOW, Sessions, Throttle, limits_of, network_of
from assistant.users import Role, User, Users
from tests.assistant.conftest import GOOD, OTHER

NOW = 1_800_000_000

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
