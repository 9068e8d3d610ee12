"""文档管理: what is indexed; policies are added, replaced and removed while answers go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, HTTPException, Request

from assistant.users import Role
from assistant.view import printable, texts
from index.errors import StoreError
from index.folder import difference
from index.pointer import read_pointer
from index.reader import LARGEST
from pages import documents_html as html
from pages.access import demand, needs, visitor_of
from pages.changes import UnderWayError, changes_of
from pages.overview_html import told
from pages.renewal import published
from pages.sessions import QUIET
from pages.uploads import UploadError

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language
    from pages.changes import Changes, Job

import gradio as gr

ROLE = Role.administrator  # who may see and use this view
AT_ONCE = 8  # changes that are begun or watched; all but one of those begun are refused
OFTEN = 0.3  # seconds between two looks at a change
PATIENCE = 120  # seconds in which the answers change over to a new index, which is read and warmed up before
DONE_WITH = ("published", "unchanged", "cancelled")  # changes that do not need what was sent for them again
ON_LOAD = "window.policyDocuments(element, (data) => trigger('ask', data))"  # documents.js


def build(page: gr.Blocks, assistant: PolicyAssistant, evidence: gr.HTML, language: Language) -> None:
    """Files to add, the change that is under way, what came of it, and all documents with their state."""
    words = texts(language)
    changes = changes_of(assistant.index.settings)
    panel = gr.HTML(
        html.panel(language), js_on_load=ON_LOAD, apply_default_css=False, elem_id="documents-panel"
    )
    status = gr.HTML("", elem_id="documents-status", apply_default_css=False)
    cancel = gr.Button(
        words["documents_cancel"], variant="stop", visible=False, scale=0, elem_id="documents-cancel"
    )
    table = gr.HTML("", elem_id="documents-table", apply_default_css=False)

    def change(event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        demand(request, ROLE, language)
        try:
            job = _begun(changes, event, request)
        except UnderWayError as error:
            yield html.busy(error.job, language, _list(event, "uploads")), gr.skip(), gr.skip(), gr.skip()
            return
        if job is None:
            yield (
                html.note(words["documents_upload_gone"], "bad") if told(event, "ask") == "add" else "",
                gr.update(visible=False),
                _table(assistant, language),
                gr.skip(),
            )
            return
        yield from _shown(assistant, job, language, _list(event, "uploads"))

    def interrupt(request: gr.Request) -> str:
        demand(request, ROLE, language)
        changes.cancel(visitor_of(request))
        return words["documents_cancelling"]

    panel.ask(
        change,
        None,
        [status, cancel, table, published(page)],
        concurrency_limit=AT_ONCE,
        **QUIET,
    )
    cancel.click(interrupt, None, cancel, queue=False, **QUIET)


def routes(assistant: PolicyAssistant) -> APIRouter:
    """The way in for files."""
    found = APIRouter(prefix="/documents", dependencies=[Depends(needs(ROLE))])
    uploads = changes_of(assistant.index.settings).uploads

    @found.put("/uploads")
    async def receive(request: Request, name: str, language: str = "zh") -> dict[str, str]:
        words = texts(language if language in ("zh", "en") else "zh")
        length = request.headers.get("content-length", "0")  # secured.py lets no body without one pass
        size = int(length) if length.isdecimal() else LARGEST + 1
        try:
            return {"upload": await uploads.receive(name, size, request.stream())}
        except UploadError as error:
            megabytes = {"size": -(-size // html.MB), "limit": LARGEST // html.MB}
            said = words[error.name].format(name=printable(name[:80]), **megabytes)
            raise HTTPException(error.status, said) from error

    return found


def stop(assistant: PolicyAssistant) -> None:
    """End the change that is under way: the program ends."""
    changes_of(assistant.index.settings).cancel()


def wait(assistant: PolicyAssistant) -> None:
    """Until the change that is under way has ended, and taken back what it had begun."""
    changes_of(assistant.index.settings).wait()


def _begun(changes: Changes, event: gr.EventData, request: gr.Request) -> Job | None:
    """What the page's script asks for, begun, or what it wants to watch; None where there is nothing to do."""
    visitor, asked = visitor_of(request), told(event, "ask")
    if asked == "watch":
        return changes.current
    if asked == "build":
        return changes.start("build", (), visitor)
    if asked == "remove" and (files := _list(event, "files")):
        return changes.start("remove", files, visitor)
    if asked == "add":
        words = _list(event, "uploads")
        sent = changes.uploads.hold(words)

        def ended(job: Job) -> None:
            changes.uploads.discard(words) if job.outcome in DONE_WITH else changes.uploads.release(words)

        if not sent:
            return None
        try:
            names = [path.name for path in sent]
            return changes.start("add", [str(path) for path in sent], visitor, ended, names)
        except BaseException:
            changes.uploads.release(words)
            raise
    return None


def _list(event: gr.EventData, name: str) -> list[str]:
    """The texts of that name that the page's script sent with an event."""
    data = event._data if isinstance(event._data, dict) else {}
    found = data.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _shown(
    assistant: PolicyAssistant, job: Job, language: Language, uploads: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """A change until its end, and until the answers come from what it has published.

    ``uploads`` are the words of what was sent for it: where it was not done, it can be tried again with them.
    """
    button = gr.update(visible=True, value=texts(language)["documents_cancel"])
    while not job.done:
        seen = job.step
        yield html.progress(job, language), button, gr.skip(), gr.skip()
        button = gr.skip()
        sleep(OFTEN)  # not every step is shown: there may be thousands
        job.wait(seen, PATIENCE / 2)
    if job.generation:
        yield html.progress(job, language, "live"), gr.update(visible=False), gr.skip(), gr.skip()
        deadline = monotonic() + PATIENCE
        while not _is_live(assistant, job) and monotonic() < deadline:
            sleep(OFTEN)
    live, now = _is_live(assistant, job), assistant.answerer
    again = () if job.outcome in DONE_WITH else uploads
    shown = html.outcome(job, live, now.index, now.corpus.lives, now.today, language, again)
    yield shown, gr.update(visible=False), _table(assistant, language), job.generation or gr.skip()


def _is_live(assistant: PolicyAssistant, job: Job) -> bool:
    """Whether answers come from what a change has published, or from what was published behind it."""
    now = assistant.answerer.index
    if now.manifest.generation == job.generation:
        return True
    with suppress(StoreError):
        return now.manifest.generation == read_pointer(now.settings).get("current")
    return False


def _table(assistant: PolicyAssistant, language: Language) -> str:
    now = assistant.answerer  # which that of another index may replace meanwhile
    return html.table(now.index, now.corpus.lives, difference(now.index), now.today, language)
