"""This machine's copy of a generation that lies in a shared database (DATABASE_URL).

The database holds policies, chunks, words and vectors; the keyword index, the vectors of sentences and words, and
Chroma's where no CHROMA_URL names a server, are files that are made here from them, as a build makes them. Processes
of one INDEX_DIR share a copy.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from filelock import FileLock

from index import generation as generations
from index import ledger, shared
from index.errors import IndexDamagedError, IndexWriteError, PolicyIndexError, first_line, message
from index.manifest import check_fits, manifest_of, write_manifest
from index.pointer import generation_folder
from index.settings import IndexSettings
from index.store import held
from index.sums import MANIFEST, sums_of


def make(settings: IndexSettings, generation: str) -> None:
    """Make the copy of a generation, unless it is there.

    Raises IndexDamagedError, IndexMismatchError, StoreError, or IndexWriteError where it cannot be written.
    """
    folder = generation_folder(settings, generation)
    if (folder / MANIFEST).exists():
        return
    with _alone(settings):
        if (folder / MANIFEST).exists():
            return  # another process has made it meanwhile
        manifest = manifest_of(settings, generation)
        check_fits(settings, manifest)
        engine = shared.engine(settings)
        with shared.named():
            policies, chunks = ledger.read(engine, generation)
            words = ledger.read_words(engine, generation)
        if len(chunks) != manifest.chunks or len(policies) != len(manifest.files):
            raise IndexDamagedError(
                message("damaged", reason=f"{generation}: ledger")
            )  # or forgotten just now
        vectors = shared.read_vectors(settings, generation)
        content = generations.Content(tuple(policies.values()), chunks, words, vectors)
        shutil.rmtree(folder, ignore_errors=True)  # what a killed process left
        try:
            folder.mkdir(parents=True)
            generations.write_files(folder, content)
            if not settings.chroma_url:
                generations.write_collection(settings, manifest, content, folder)
            write_manifest(folder, replace(manifest, sums=sums_of(folder)))
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, KeyError):
                raise IndexDamagedError(message("damaged", reason=f"{generation}: vectors")) from error
            if isinstance(error, PolicyIndexError) or not isinstance(error, Exception):
                raise
            raise IndexWriteError(message("write_failed", reason=first_line(error))) from error
        _sweep(settings)


def remove(settings: IndexSettings, generation: str) -> bool:
    """Remove a copy that nobody reads; whether nobody does."""
    with _alone(settings):
        return _removed(settings, generation)


def sweep(settings: IndexSettings) -> None:
    """Remove the copies that nobody reads of generations that the database knows no more. Raises StoreError."""
    with _alone(settings):
        _sweep(settings)


def _sweep(settings: IndexSettings) -> None:
    here = [path.name for path in generation_folder(settings, "").glob("*")]
    known = shared.known(settings)  # asked after the look: what is being built was known before it was here
    for generation in here:
        if generation not in known:
            _removed(settings, generation)


def _removed(settings: IndexSettings, generation: str) -> bool:
    folder = generation_folder(settings, generation)
    alone = held(folder, fcntl.LOCK_EX)
    if alone is None and (folder / MANIFEST).exists():
        return False
    shutil.rmtree(folder, ignore_errors=True)
    if alone is not None:
        alone.close()
    return True


@contextmanager
def _alone(settings: IndexSettings) -> Iterator[None]:
    """One process at a time makes and removes copies in a folder; IndexWriteError where it cannot be written."""
    try:
        settings.index_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(settings.index_dir / "copies.lock")
        lock.acquire()
    except OSError as error:
        raise IndexWriteError(message("write_failed", reason=first_line(error))) from error
    try:
        yield
    finally:
        lock.release()
