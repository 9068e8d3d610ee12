"""llama.cpp's own server on a model file, inside the process, on a loopback port with a key of its own."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import Any

CONTEXT = 4096  # tokens of the local model: prompt and answer
BATCH = 64  # tokens of a prompt between two looks at whether it was cancelled
SAME = 2  # tokens in a row that stand in the prompt too, behind which the next are tried at once: it mostly copies
COPIED = 6  # tokens that are tried at once


class ModelStartError(Exception):
    """The local model cannot be loaded; ``str(error)`` says why."""


_opening = threading.Lock()
_servers: dict[tuple[Path, int], tuple[Any, str]] = {}


def serve(path: Path, cache_mb: int) -> tuple[str, str]:
    """Address and key of llama.cpp's server on this file, started inside the process once.

    Raises:
        ModelStartError: the file cannot be loaded.
    """
    with _opening:
        known = _servers.get((path, cache_mb))
        if known is None:
            try:
                import xllamacpp  # type: ignore[import-untyped]

                params = xllamacpp.CommonParams()
                params.model.path = str(path)
                params.n_ctx = CONTEXT
                params.n_parallel = 1
                params.n_batch = params.n_ubatch = BATCH
                params.cache_ram_mib = cache_mb
                params.slot_prompt_similarity = (
                    0.0  # else what is half like the next prompt is not kept: short clauses
                )
                params.speculative.types = [
                    xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE
                ]
                params.speculative.ngram_simple.size_n = SAME
                params.speculative.ngram_simple.size_m = COPIED
                params.ui = False  # its port answers anybody on this machine
                params.endpoint_slots = False
                params.api_keys = [secrets.token_urlsafe(24)]
                params.verbosity = 0
                server = xllamacpp.Server(params)
            except (ImportError, RuntimeError, ValueError, OSError) as error:
                raise ModelStartError(type(error).__name__) from error
            known = _servers[path, cache_mb] = server, params.api_keys[0]
        server, key = known
        return str(server.listening_address), str(key)
