"""The store of vectors: Chroma inside a generation, or a server of it (CHROMA_URL)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlparse

from index.errors import StoreError, first_line, message
from index.settings import IndexSettings

if TYPE_CHECKING:
    from chromadb.api.client import Client

    from index.store import Index

BATCH = 5000  # Chroma takes at most 5,461 rows at once
# seconds without a byte from the server of CHROMA_URL after which it is away
SILENCE = 60  # where nobody waits
SILENCE_ASKED = 10  # while somebody waits for an answer
SILENCE_AT_FIRST = 3  # until it is connected: a machine that has vanished holds up each question so long


def collection_name(generation: str) -> str:
    """Name of a generation's collection."""
    return f"policies-{generation}"


def chroma_failed(error: Exception) -> StoreError:
    """The one sentence for what a Chroma server, or the way to it, has raised."""
    return StoreError(message("store_failed", setting="CHROMA_URL", reason=first_line(error)))


def connect(settings: IndexSettings, folder: Path, seconds: float = SILENCE) -> Client:
    """A Chroma client: the server of CHROMA_URL, or the store inside the generation.

    Raises StoreError where the server is away, or says nothing for ``seconds``; so do, in chromadb's words, its calls.
    """
    import chromadb
    import httpx
    from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    if settings.chroma_url:
        try:
            url = urlparse(settings.chroma_url)
            if url.scheme not in ("http", "https") or not url.hostname:
                raise ValueError(f"{settings.chroma_url}: http://HOST:PORT")
            host, port, ssl = url.hostname, url.port or 8000, url.scheme == "https"
            limit = httpx.Timeout(seconds, connect=min(seconds, SILENCE_AT_FIRST))
            # chromadb itself would wait for good: for the first word of a silent server, and for one that has vanished
            look = httpx.URL(scheme=url.scheme, host=host, port=port, path="/api/v2/heartbeat")
            httpx.get(look, timeout=limit).raise_for_status()
            client = chromadb.HttpClient(host=host, port=port, ssl=ssl, settings=quiet)
            client._server._session.timeout = limit  # type: ignore[attr-defined]
        except Exception as error:
            raise chroma_failed(error) from error
        return cast("Client", client)
    return cast("Client", chromadb.PersistentClient(path=str(folder / "chroma"), settings=quiet))


def has_collection(index: Index) -> bool:
    """Whether the store of vectors holds one for each chunk; StoreError where the server of CHROMA_URL is away."""
    client = connect(index.settings, index.folder)
    try:
        found = {one.name: one for one in client.list_collections()}
        collection = found.get(collection_name(index.manifest.generation))
        return collection is not None and collection.count() == len(index.chunks)
    except Exception as error:
        raise chroma_failed(error) from error
    finally:
        client.close()
