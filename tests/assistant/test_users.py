"""Users: passwords, names, API keys, and the file that keeps them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from unicodedata import normalize

import pytest
from cryptography.exceptions import InvalidKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.users import KEY_MARK, Role, User, Users, UsersError, is_name
from tests.assistant.conftest import GOOD, OTHER


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_what_root_changes_stays_the_apps(users: Users, tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    os.chown(path, 12345, 23456)
    users.set_role("report", Role.evaluator)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)


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
