"""Who may sign in: the users of AUTH_FILE with their roles, passwords (Argon2id) and API keys (SHA-256).

The file is JSON, written whole and at once; an app that runs reads it again when it has changed. Whoever reads it
can sign in as anyone (it holds the key that sessions are sealed with): it is made readable for its owner only.
"""

from __future__ import annotations

import hmac
import os
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from filelock import FileLock
from pydantic import BaseModel, Field, ValidationError

from index.errors import message
from index.files import sha256, write_whole

SHORTEST_PASSWORD = 10  # characters
LONGEST_PASSWORD = 1000
LONGEST_NAME = 64
KEY_MARK = "pa_"  # before every API key, so that one which leaks is recognised


class Role(IntEnum):
    """What a user may do; each role includes those below it."""

    reader = 1  # ask, read, say what an answer is worth
    evaluator = 2  # and upload cases, run evaluations, read their reports
    administrator = 3  # and add and remove documents


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who has signed in."""

    name: str
    role: Role


class UsersError(Exception):
    """AUTH_FILE cannot be used, or a change to it is not possible; ``str(error)`` is one sentence."""


class Key(BaseModel):
    """An API key, as it is kept: nobody can read the key itself from it."""

    id: str
    sha256: str
    created: str  # day, UTC


class Account(BaseModel):
    """A user as the file has it."""

    role: Role
    password: str = ""  # PHC string; "" is nobody's: the user comes by an API key or through the proxy
    keys: list[Key] = Field(default_factory=list)


class _File(BaseModel):
    secret: str = Field(default_factory=lambda: Fernet.generate_key().decode())  # seals sessions
    users: dict[str, Account] = Field(default_factory=dict)


def hashed(password: str) -> str:
    """A password as it is kept, with OWASP's parameters for Argon2id (19 MB, two passes)."""
    argon = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    return argon.derive_phc_encoded(_bytes(password))


def _bytes(password: str) -> bytes:
    """The same bytes however the keyboard composes the characters (RFC 8265)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def is_name(name: str) -> bool:
    """Whether a text can be a user's name: printable, no blanks, nothing that separates in a log or a header."""
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and not set(name) & set(' :,;"')


class Users:
    """The users of one file; may be shared by threads. Every method raises UsersError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int, int], _File] | None = None  # what marks a version, and its content
        self._nobodys = hashed(secrets.token_hex())  # a name that is not there costs as much as one that is

    def find(self, name: str) -> User | None:
        """The user of that name."""
        account = self._content().users.get(name)
        return User(name, account.role) if account else None

    def all(self) -> dict[str, Account]:
        """Every user by name, in the order in which they were added."""
        return self._content().users

    def check(self, name: str, password: str) -> User | None:
        """The user with this name and password; takes as long where there is none."""
        account = self._content().users.get(name)
        kept = account.password if account else ""
        try:
            Argon2id.verify_phc_encoded(_bytes(password[:LONGEST_PASSWORD]), kept or self._nobodys)
        except InvalidKey:
            return None
        return User(name, account.role) if account and kept else None

    def of_key(self, key: str) -> User | None:
        """The user whose API key this is."""
        digest, found = _digest(key), None
        for name, account in self._content().users.items():
            for kept in account.keys:
                if hmac.compare_digest(kept.sha256, digest):
                    found = User(name, account.role)
        return found

    def seal(self) -> Fernet:
        """What sessions are sealed with; another one where the file was made anew."""
        return Fernet(self._content().secret)

    def stamp(self, name: str) -> str:
        """What changes with a user's password: a session holds no longer than it does."""
        account = self._content().users.get(name)
        return _digest(account.password)[:32] if account and account.password else ""

    # --- changes --------------------------------------------------------------------------------

    def add(self, name: str, role: Role, password: str = "") -> None:
        """A new user; "" is nobody's password. UsersError where the name is taken or is none."""
        if not is_name(name):
            raise UsersError(message("user_bad_name", most=LONGEST_NAME))
        with self._changing(new=True) as file:
            if name in file.users:
                raise UsersError(message("user_taken", name=name))
            file.users[name] = Account(role=role, password=password and hashed(password))

    def set_role(self, name: str, role: Role) -> None:
        """Another role, from the next request on."""
        with self._changing() as file:
            _account(file, name).role = role

    def set_password(self, name: str, password: str) -> None:
        """Another password, which ends every session of the user."""
        with self._changing() as file:
            _account(file, name).password = hashed(password)

    def remove(self, name: str) -> None:
        """Take a user out, with sessions and keys."""
        with self._changing() as file:
            _account(file, name)
            del file.users[name]

    def add_key(self, name: str) -> str:
        """A new API key; it is returned here and can be read nowhere afterwards."""
        key = KEY_MARK + secrets.token_urlsafe(32)
        with self._changing() as file:
            kept = Key(id=secrets.token_hex(4), sha256=_digest(key), created=f"{datetime.now(UTC):%Y-%m-%d}")
            _account(file, name).keys.append(kept)
        return key

    def remove_key(self, name: str, id: str) -> None:
        """Take back an API key, named as ``all`` names it."""
        with self._changing() as file:
            account = _account(file, name)
            if id not in [key.id for key in account.keys]:
                raise UsersError(message("user_no_key", name=name, id=id))
            account.keys = [key for key in account.keys if key.id != id]

    # --- the file -------------------------------------------------------------------------------

    def _content(self) -> _File:
        try:
            status = os.stat(self._path)
            version = (status.st_mtime_ns, status.st_size, status.st_ino)
            if self._read is None or self._read[0] != version:
                self._read = version, _File.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            raise UsersError(message("users_missing", path=self._path)) from None
        except OSError as error:
            raise UsersError(message("cannot_read", path=self._path, reason=error.strerror)) from error
        except ValidationError as error:
            raise UsersError(message("users_damaged", path=self._path)) from error
        return self._read[1]

    @contextmanager
    def _changing(self, *, new: bool = False) -> Iterator[_File]:
        """The file's content to change, which is written at the end; one process at a time."""
        try:
            if new:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._path}.lock"):
                file = _File() if new and not self._path.exists() else self._content().model_copy(deep=True)
                yield file
                write_whole(self._path, file.model_dump_json(indent=2), 0o600)
        except OSError as error:
            raise UsersError(message("cannot_write", path=self._path, reason=error.strerror)) from error


def _account(file: _File, name: str) -> Account:
    if name not in file.users:
        raise UsersError(message("user_unknown", name=name))
    return file.users[name]


def _digest(text: str) -> str:
    """A hash that needs no salt: what goes in is random, or a hash that has one."""
    return sha256(text.encode("utf-8", "surrogatepass"))
