"""``python -m eval bench``: time and memory beside their goals.

Questions are made from the index itself, so it can be run on any policies. It prints and judges, but
never fails because a machine is slow or busy.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from eval.measuring import BenchError, percentiles, resident_megabytes, section_questions, spread

if TYPE_CHECKING:
    from assistant.chain import PolicyAssistant

ROOT = Path(__file__).parent.parent
MOST_QUESTIONS = 200  # of each kind
MOST_SECONDS = 600.0  # for a build, or for a start
ASK_TASK = "{task}由哪个部门牵头？"
ASK_TARGET = "{indicator}的目标是多少？"
ASK_ORGANISATION = "{organisation}牵头哪些任务？"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One line of the table: measured numbers beside the goals, in ``unit``."""

    what: str
    measured: tuple[float, ...]
    goals: tuple[float, ...]
    unit: str
    least: bool = False  # whether the goals are the least that is wanted, not the most

    def line(self) -> str:
        """What, measured, goal, and whether it is reached."""
        measured, goals = (
            f"{' / '.join(f'{value:.4g}' for value in values)} {self.unit}"
            for values in (self.measured, self.goals)
        )
        pairs = zip(self.measured, self.goals, strict=True)
        reached = all(value >= goal if self.least else value <= goal for value, goal in pairs)
        return _columns(self.what, measured, goals, "yes" if reached else "no")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``bench``."""
    parser.add_argument(
        "--no-processes",
        action="store_true",
        help="only the answers: no build from nothing, no start of the app",
    )
    parser.add_argument(
        "--model",
        action="store_true",
        help="only the local model on open questions, beside the LangChain tutorial (about 15 minutes)",
    )
    parser.add_argument(
        "--scaling",
        action="store_true",
        help="only the growth of index and retrieval with 1, 10, 100 and 1,000 synthetic policies (about 10 minutes)",
    )


def main(options: argparse.Namespace) -> int:
    """Exit status: 0 measured, 1 a measurement could not be made, 2 wrong settings, 3 no usable index."""
    from dotenv import load_dotenv

    from assistant.settings import Settings, SettingsError
    from index.errors import PolicyIndexError

    load_dotenv(Path(".env"))
    try:
        if options.model:
            return _print(open_questions())
        settings = Settings.from_environment({**os.environ, "LLM": "none"})
        if options.scaling:
            return _scaling(settings.index.embedding_model)
        from assistant.build import build_assistant

        _say("loading the index")
        assistant = build_assistant(settings)
        questions = ledger_questions(assistant)
        if not questions:
            raise BenchError("The index holds no duty or target to ask about.")
        measurements = answers(assistant, questions)
        if not options.no_processes:
            measurements += processes(os.environ, questions[0])
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except PolicyIndexError as error:
        print(error, file=sys.stderr)
        return 3
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    return _print(measurements)


def _print(measurements: Sequence[Measurement]) -> int:
    print(_columns("what", "measured", "goal", "reached"))
    print(*(measurement.line() for measurement in measurements), sep="\n")
    return 0


def _scaling(model: str) -> int:
    from eval import scaling

    print(scaling.header(), flush=True)
    rows = []
    for row in scaling.series(model, say=_say):
        rows.append(row)
        print(scaling.line(row), flush=True)
    print(scaling.note(rows))
    return 0


def open_questions() -> list[Measurement]:
    """The local model on the cases of ``eval/cases/open``; raises SettingsError where there is no model."""
    from eval.open_questions import measure

    tallies, seconds, memory = measure(_say)
    warm, cold, tutorial = (tallies[name] for name in ("warm", "cold", "tutorial"))
    first, total = (
        {t.name: percentiles(getattr(t, kind))[0] for t in (warm, cold, tutorial)}
        for kind in ("first", "total")
    )
    facts = {t.name: 100 * t.held / t.facts for t in tallies.values()}
    written = warm.written + cold.written
    passed = 100 * (1 - (warm.replaced + cold.replaced) / written)
    better = max(95.0, facts["quotes"], facts["tutorial"])
    return [
        Measurement("first token, warm / cold, p50", (first["warm"], first["cold"]), (0.5, 3), "s"),
        Measurement(
            "first token, warm, of the tutorial's", (100 * first["warm"] / first["tutorial"],), (10,), "%"
        ),
        Measurement("answer, warm / cold, p50", (total["warm"], total["cold"]), (3, 8), "s"),
        Measurement(
            "tutorial: first token / answer, p50",
            (first["tutorial"], total["tutorial"]),
            (math.inf, math.inf),
            "s",
        ),
        Measurement(
            "key facts, warm / cold", (facts["warm"], facts["cold"]), (better, better), "%", least=True
        ),
        Measurement(
            "key facts, quotes / tutorial", (facts["quotes"], facts["tutorial"]), (0, 0), "%", least=True
        ),
        Measurement(f"certified as composed, of {written}", (passed,), (85,), "%", least=True),
        Measurement("questions without an answer of the model", (warm.failed + cold.failed,), (0,), ""),
        Measurement("answers shown uncertified", (warm.uncertified + cold.uncertified,), (0,), ""),
        Measurement("prompts read ahead in", (seconds,), (math.inf,), "s"),
        Measurement("memory with model and warm plan", (memory,), (3500,), "MB"),
    ]


def answers(assistant: PolicyAssistant, questions: Sequence[str]) -> list[Measurement]:
    """Time of ledger answers and of retrieval inside one process, each question asked once."""
    _say(f"asking {len(questions)} questions of the ledger")
    assistant.warm_up()
    exact, retrieved = [], []
    for question in questions:
        started = time.perf_counter()
        answer = assistant.invoke({"question": question, "history": []})
        wall = 1000 * (time.perf_counter() - started)
        retrieved.append(answer.timings_ms["retrieve"])
        if answer.route == "ledger":
            exact.append(wall)
    open_questions = section_questions(assistant.corpus.policies.values(), MOST_QUESTIONS)
    _say(f"asking {len(open_questions)} open questions")
    for question in open_questions:
        retrieved.append(assistant.invoke({"question": question, "history": []}).timings_ms["retrieve"])
    if not exact:
        raise BenchError("No question was answered from the ledger.")
    return [
        Measurement(f"ledger answer, p50 / p95 of {len(exact)}", percentiles(exact), (40, 100), "ms"),
        Measurement(f"retrieval, p50 / p95 of {len(retrieved)}", percentiles(retrieved), (30, 60), "ms"),
    ]


def ledger_questions(assistant: PolicyAssistant) -> list[str]:
    """One question for each task, target and leading organisation of the index."""
    corpus = assistant.corpus
    heads = [duty.organisation for clause in corpus.clauses for duty in clause.heads()]
    found = [
        *(ASK_TASK.format(task=clause.task) for clause in corpus.clauses if clause.task),
        *(ASK_TARGET.format(indicator=target.indicator) for _, target in corpus.targets),
        *(ASK_ORGANISATION.format(organisation=name) for name in heads),
    ]
    return spread(list(dict.fromkeys(found)), MOST_QUESTIONS)


def processes(environ: Mapping[str, str], question: str) -> list[Measurement]:
    """A build from nothing and a start of the app on its index, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environ = {
            **environ,
            "LLM": "none",
            "INDEX_DIR": folder,
            "PORT": str(_free_port()),
            "HOST": "127.0.0.1",
        }
        _say("building an index from nothing")
        started = time.perf_counter()
        with _process(["-m", "index", "build"], environ) as build:
            try:
                status = build.wait(MOST_SECONDS)
            except subprocess.TimeoutExpired:
                raise BenchError(f"The build took more than {MOST_SECONDS:.0f} seconds.") from None
        built = time.perf_counter() - started
        if status:
            raise BenchError(f"python -m index build ended with status {status}.")
        _say("starting the app")
        started = time.perf_counter()
        with _process(["app.py"], environ) as app:
            answer_over_http(app, int(environ["PORT"]), question)
            ready = time.perf_counter() - started
            memory = resident_megabytes(app.pid)
    return [
        Measurement("build from nothing, model load included", (built,), (20,), "s"),
        Measurement("start of the app until its first answer", (ready,), (20,), "s"),
        Measurement("resident memory of the app", (memory,), (1200,), "MB"),
    ]


def answer_over_http(app: subprocess.Popen[bytes], port: int, question: str) -> None:
    """Waits until the app is healthy, then asks a question as the page does and waits for its answer."""
    until = time.monotonic() + MOST_SECONDS
    while app.poll() is None and time.monotonic() < until:
        try:
            _http(port, "/health")
        except OSError:
            time.sleep(0.05)
            continue
        return _ask_page(port, question)
    if app.returncode is not None:
        raise BenchError(f"python app.py ended with status {app.returncode}.")
    raise BenchError(f"The app did not answer within {MOST_SECONDS:.0f} seconds.")


def _ask_page(port: int, question: str) -> None:
    """One question through Gradio's queue, as the text field sends it."""
    config = json.loads(_http(port, "/config"))
    initial = {part["id"]: part["props"].get("value") for part in config["components"]}
    answer = next(
        event for event in config["dependencies"] if any(on == "submit" for _, on in event["targets"])
    )
    session = {"session_hash": secrets.token_hex(8)}
    _, *rest = answer["inputs"]  # the text field, the conversation, its history
    values = [question, *(initial[part] for part in rest)]
    _http(port, "/gradio_api/queue/join", {"fn_index": answer["id"], "data": values, **session})
    stream = _http(port, f"/gradio_api/queue/data?{urlencode(session)}")  # until the server closes it
    messages = [
        json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data: ")
    ]
    if not any(message["msg"] == "process_completed" and message["success"] for message in messages):
        raise BenchError("The app gave no answer to its first question.")


def _http(port: int, path: str, body: Mapping[str, Any] | None = None) -> str:
    request = Request(
        f"http://127.0.0.1:{port}{path}",
        headers={"Content-Type": "application/json"},
        data=None if body is None else json.dumps(body).encode(),
    )
    with build_opener(ProxyHandler({})).open(request, timeout=60) as reply:  # loopback: never through a proxy
        text: str = reply.read().decode()
    return text


@contextmanager
def _process(arguments: Sequence[str], environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process of the project, ended with the block; what it prints goes to stderr."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=dict(environ), stdout=sys.stderr)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _columns(what: str, measured: str, goal: str, reached: str) -> str:
    return f"{what:<44}{measured:>20}{goal:>16}  {reached}"


def _say(step: str) -> None:
    print(f"{step} …", file=sys.stderr, flush=True)
