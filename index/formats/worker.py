"""Reads documents in a process of its own: ``python -m index.formats.worker``, started by ``extraction``.

A request on stdin is a line of JSON (``format``, ``size``) and that many bytes; the reply on stdout is a line of JSON
(``text`` and ``pages``, or the ``name`` and ``values`` of a sentence). Its memory and processor time are limited, it
cannot write a file, and what a document does to it ends with it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any

from index.formats.text import Extracted, UnreadableError, joined

MEMORY = 2 * 1024**3  # bytes of address space
DEEP = 20_000  # frames: a page nests as deep as its elements do


def extract(data: bytes, form: str) -> Extracted:
    """The text of a document of a format (PDF, DOCX, HTML); raises UnreadableError."""
    if form == "PDF":
        from index.formats.pdf import read_pdf

        return joined(read_pdf(data))
    if form == "DOCX":
        from index.formats.word import read_word

        return joined(read_word(data))
    from index.formats.html import read_html

    return joined(read_html(data))


def reply(data: bytes, form: str) -> dict[str, Any]:
    """The reply to a request; what no reader foresaw is told as a broken document."""
    try:
        found = extract(data, form)
        return {"text": found.text, "pages": found.pages}
    except UnreadableError as error:
        return {"name": error.name, "values": error.values}
    except MemoryError:
        return {"name": "too_heavy", "values": {}}
    except Exception as error:
        print(f"{form}: {type(error).__name__}: {error}", file=sys.stderr)
        return {"name": "broken", "values": {"format": form}}


def main() -> None:
    """Answer requests until stdin ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(DEEP)
    source, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no reply
    while head := source.readline():
        request = json.loads(head)
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (spent + int(request["seconds"]), resource.RLIM_INFINITY))
        answer = reply(source.read(request["size"]), request["format"])
        replies.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        replies.flush()


if __name__ == "__main__":
    main()
