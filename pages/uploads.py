"""Documents that administrators have sent and that are to be added: bounded in number and size, and soon forgotten.

A file comes as the body of one request, so that it keeps its name, one that is refused leaves the others alone, and no
form of another site can send any: a browser asks before it sends such a request, and nothing here says yes.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import shutil
import tempfile
import time
import unicodedata
from collections.abc import AsyncIterable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import ClientDisconnect

from assistant.view import printable
from index.reader import LARGEST

MOST_FILES = 100  # that wait to be added
MOST_BYTES = 200 * 1024 * 1024  # of all of them
FORGET = 3600  # seconds after which one that nobody adds is deleted
LONGEST_NAME = 240  # bytes: a file system takes 255, and a name gets a mark while its file is written
_NOT_IN_NAMES = re.compile(r"[/\\\x00-\x1f\x7f\x85\u2028\u2029]")


class UploadError(Exception):
    """A file that is not taken; ``name`` is that of its sentence (``documents_…`` of ui.toml)."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(name)
        self.name = name
        self.status = status  # of the reply


@dataclass(slots=True)
class _Upload:
    size: int
    since: float
    path: Path | None = None  # once all of it has come
    held: bool = False  # while a change reads it
    spare: bool = False  # after a change that was not done: it makes room for others


class Uploads:
    """The files that wait, each known by a word that only who sent it has."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, _Upload] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def receive(self, name: str, size: int, body: AsyncIterable[bytes]) -> str:
        """Keep a file of ``size`` bytes and return its word; raises UploadError before any of it is read."""
        name = checked(name)
        if size > LARGEST:
            raise UploadError("documents_too_large", 413)
        self._forget()
        if not self._make_room(size):
            raise UploadError("documents_too_many", 429)
        word = secrets.token_hex(16)
        self._waiting[word] = upload = _Upload(size, self._clock())
        asyncio.get_running_loop().call_later(FORGET + 1, self._forget)
        try:
            folder = self._place(word)
            left = size
            with (folder / name).open("wb") as file:
                async for piece in body:
                    left -= len(piece)
                    if left < 0:
                        raise UploadError("documents_too_large", 413)
                    file.write(piece)
            if left:
                raise UploadError("documents_cut_short", 400)
        except OSError as error:
            self._discard(word)
            raise UploadError("documents_no_room", 507) from error
        except ClientDisconnect as error:
            self._discard(word)
            raise UploadError("documents_cut_short", 400) from error
        except BaseException:
            self._discard(word)
            raise
        upload.path = folder / name
        return word

    def hold(self, words: Iterable[str]) -> list[Path]:
        """The files with these words, in order, which stay until they are released or discarded; unknown words are left out."""
        found = [
            upload for word in dict.fromkeys(words) if (upload := self._waiting.get(word)) and upload.path
        ]
        for upload in found:
            upload.held = True
        return [upload.path for upload in found if upload.path]

    def release(self, words: Iterable[str]) -> None:
        """Keep the files with these words for another try, as long as nobody needs their room, and FORGET at most."""
        for word in words:
            if upload := self._waiting.get(word):
                upload.held, upload.spare, upload.since = False, True, self._clock()

    def discard(self, words: Iterable[str]) -> None:
        """Delete the files with these words: they were added, or nobody wants them."""
        for word in words:
            self._discard(word)

    def _discard(self, word: str) -> None:
        if self._waiting.pop(word, None) and self._folder:
            shutil.rmtree(Path(self._folder.name) / word, ignore_errors=True)

    def _make_room(self, size: int) -> bool:
        """Whether there is room for one more file, if need be in place of those that are spare, the oldest first."""
        spare = [word for word, upload in self._waiting.items() if upload.spare and not upload.held]
        while True:
            waiting = list(self._waiting.values())
            if len(waiting) < MOST_FILES and sum(one.size for one in waiting) + size <= MOST_BYTES:
                return True
            if not spare:
                return False
            self._discard(spare.pop(0))

    def _place(self, word: str) -> Path:
        if self._folder is None or not Path(self._folder.name).is_dir():
            self._folder = tempfile.TemporaryDirectory(prefix="policies-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name) / word
        folder.mkdir()
        return folder

    def _forget(self) -> None:
        late = self._clock() - FORGET
        for word, upload in list(self._waiting.items()):
            if upload.since < late and not upload.held:
                self._discard(word)


def checked(name: str) -> str:
    """A file's name as it is stored (NFC: a Mac may send é as two characters); raises UploadError where it is none."""
    name = unicodedata.normalize("NFC", name)
    long = len(name.encode("utf-8", "replace")) > LONGEST_NAME
    if long or not name.strip(". ") or _NOT_IN_NAMES.search(name) or printable(name) != name:
        raise UploadError("documents_bad_name", 400)
    return name
