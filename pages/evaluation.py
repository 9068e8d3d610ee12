"""评测: choose or upload cases, run them, read the report, compare two runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import FileResponse

from assistant.users import Role
from assistant.view import texts
from eval.cases import Case, files_of
from eval.compare import compare
from eval.results import ResultError, read_result
from eval.runs import MOST_CASES, BusyError, check_text, folder_of, folder_of_run, kept, perform
from index.errors import PolicyIndexError
from pages import evaluation_html as html
from pages.access import allowed, demand, needs, record
from pages.sessions import QUIET, UnderWay

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant
    from assistant.terms import Language

import gradio as gr

ROLE = Role.evaluator  # who may see and use this view
LARGEST = "1mb"  # of an uploaded file; also the limit of every upload
AT_ONCE = 4  # attempts to start a run that are looked at; all but one are refused
UPLOADED = "upload"  # choice of the file that the reader has uploaded
FILES = {"report.html": "text/html", "cases.jsonl": "application/x-ndjson"}  # of a run that can be downloaded
Upload = tuple[str, str]  # name and text of a file of cases
logger = logging.getLogger(__name__)


def build(page: gr.Blocks, assistant: PolicyAssistant, evidence: gr.HTML, language: Language) -> None:
    """The choice of cases and of a run, what is under way, and the report."""
    words = texts(language)
    under_way = UnderWay[Event]()
    upload = gr.State(None)
    gr.HTML(html.introduction(language))
    with gr.Row(elem_id="evaluation-choice"):
        chosen = gr.Dropdown(
            _files(language),
            label=words["evaluation_cases"],
            elem_id="evaluation-cases",
            min_width=200,
            scale=3,
        )
        given = gr.UploadButton(
            words["evaluation_upload"],
            file_types=[".jsonl"],
            elem_id="evaluation-upload",
            min_width=110,
            scale=1,
        )
        with_model = gr.Checkbox(
            label=words["evaluation_model"],
            elem_id="evaluation-model",
            visible=assistant.composer is not None,
            min_width=150,
            scale=1,
        )
        start = gr.Button(
            words["evaluation_run"], variant="primary", elem_id="evaluation-run", min_width=90, scale=1
        )
        cancel = gr.Button(
            words["evaluation_cancel"],
            variant="stop",
            visible=False,
            elem_id="evaluation-cancel",
            min_width=90,
            scale=1,
        )
    status = gr.HTML("", elem_id="evaluation-status")
    with gr.Row(elem_id="evaluation-runs"):
        shown = gr.Dropdown([], label=words["evaluation_shown"], elem_id="evaluation-shown", min_width=220)
        other = gr.Dropdown([], label=words["evaluation_other"], elem_id="evaluation-other", min_width=220)
    report = gr.HTML("", elem_id="evaluation-report")

    def receive(file: str, request: gr.Request) -> tuple[Any, ...]:
        demand(request, ROLE, language)
        path = Path(file)
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            return None, gr.skip(), html.note(words["evaluation_not_utf8"])
        finally:
            path.unlink(missing_ok=True)
        found = _checked(assistant, text, "", language)
        if isinstance(found, str):
            return None, gr.skip(), found
        name = words["evaluation_uploaded"].format(name=path.name, count=len(found))
        choices = [*_files(language), (name, UPLOADED)]
        return (path.name, text), gr.update(choices=choices, value=UPLOADED), html.ready(len(found), language)

    def run(choice: str | None, own: Upload | None, model: bool, request: gr.Request) -> Iterator[Any]:
        demand(request, ROLE, language)
        if choice is None or (choice == UPLOADED and own is None):
            gr.Info(words["evaluation_choose"])
            return
        title, text, split = (*own, "") if choice == UPLOADED and own else _file(choice)
        found = _checked(assistant, text, split, language)
        if isinstance(found, str):
            yield found, *_skipped(3), gr.update(visible=False)
            return
        record(request, "evaluation", cases=title, count=len(found), model=bool(model))
        stop = Event()
        ended = html.note(words["evaluation_cancelled"])
        try:
            with under_way.enter(request, stop):
                for step in perform(assistant, found, title, with_model=model, stop=stop):
                    if step.name:
                        choices = _kept(assistant, language)
                        yield (
                            html.finished(step, language),
                            gr.update(choices=choices, value=step.name),
                            gr.update(choices=choices, value=None),
                            _report(assistant, step.name, None, language),
                            gr.update(visible=False),
                        )
                        return
                    if step.news:
                        yield html.progress(step, language), *_skipped(3), gr.update(visible=True)
        except BusyError:
            ended = html.note(words["evaluation_busy"])
        except PolicyIndexError as error:
            ended = html.note(str(error))
        except OSError as error:
            ended = html.note(words["evaluation_unwritable"].format(reason=error.strerror or error))
        except Exception:
            logger.exception("no evaluation")
            ended = html.note(words["evaluation_failed"])
        yield ended, *_skipped(3), gr.update(visible=False)

    def end(request: gr.Request) -> None:  # of the session's own runs
        for stop in under_way.of(request):
            stop.set()

    def show(name: str | None, beside: str | None, request: gr.Request) -> str:
        demand(request, ROLE, language)
        return _report(assistant, name, beside, language)

    def opened(request: gr.Request) -> tuple[Any, Any]:
        if not allowed(request, ROLE):  # every page that is opened asks
            return gr.skip(), gr.skip()
        choices = _kept(assistant, language)
        return gr.update(choices=choices), gr.update(choices=choices)

    given.upload(receive, given, [upload, chosen, status], concurrency_limit=AT_ONCE, **QUIET)
    start.click(
        run,
        [chosen, upload, with_model],
        [status, shown, other, report, cancel],
        concurrency_limit=AT_ONCE,
        **QUIET,
    )
    cancel.click(end, None, None, queue=False, **QUIET)
    gr.on([shown.input, other.input], show, [shown, other], report, concurrency_limit=AT_ONCE, **QUIET)
    page.load(opened, None, [shown, other], **QUIET)
    page.unload(end)


def routes(assistant: PolicyAssistant) -> APIRouter:
    """Downloads of a run: its report and its lines."""
    found = APIRouter(prefix="/runs", dependencies=[Depends(needs(ROLE))])

    @found.get("/{name}/{file}")
    def download(name: str, file: str) -> FileResponse:
        folder = folder_of_run(folder_of(assistant), name) if file in FILES else None
        if folder is None:
            raise HTTPException(404)
        return FileResponse(folder / file, media_type=FILES[file], filename=f"{name}-{file}")

    return found


def _skipped(count: int) -> list[Any]:
    return [gr.skip() for _ in range(count)]


def _files(language: Language) -> list[tuple[str, str]]:
    """Label and value of each file of cases that comes with the project."""
    label = texts(language)["evaluation_file"]
    return [
        (
            label.format(
                name=name, count=sum(1 for line in path.read_text("utf-8").split("\n") if line.strip())
            ),
            name,
        )
        for path in files_of()
        for name in [f"{path.parent.name}/{path.name}"]
    ]


def _file(choice: str) -> tuple[str, str, str]:
    """Name, text and split of one of them."""
    (path,) = [path for path in files_of() if f"{path.parent.name}/{path.name}" == choice]
    return choice, path.read_text("utf-8"), path.parent.name


def _checked(assistant: PolicyAssistant, text: str, split: str, language: Language) -> tuple[Case, ...] | str:
    """The cases of a file; where they cannot be run, what is wrong with them as HTML."""
    found = check_text(text, assistant, split, language)
    if found.bad:
        return html.faults(found.bad, language)
    if not 0 < len(found.cases) <= MOST_CASES:
        return html.note(texts(language)["evaluation_size"].format(count=len(found.cases), most=MOST_CASES))
    return found.cases


def _kept(assistant: PolicyAssistant, language: Language) -> list[tuple[str, str]]:
    return [(html.title(name, info, language), name) for name, info in kept(folder_of(assistant))]


def _report(assistant: PolicyAssistant, name: str | None, beside: str | None, language: Language) -> str:
    """The report of a run, and before it what it won and lost against another."""
    words, runs = texts(language), folder_of(assistant)
    folder = folder_of_run(runs, name)
    if name is None or folder is None:
        return html.note(words["evaluation_gone"]) if name else ""
    try:
        result = read_result(folder)
    except ResultError:
        return html.note(words["evaluation_gone"])
    compared = ""
    if beside and beside != name:
        against = folder_of_run(runs, beside)
        try:
            before = read_result(against) if against else result
            compared = html.comparison(compare(before, result), language)
        except ResultError:
            compared = html.note(words["evaluation_apart"])
    return compared + html.report(name, result, assistant.index.policies, language)
