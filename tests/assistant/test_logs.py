"""Logs: with LOG_FORMAT=json each line of stderr is one object, whatever is written, and no exception tells its text."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from typing import Any

from tests.test_repository import ROOT

SECRET = "谁在问什么？"
CODE = """
import logging, sys, threading, traceback, warnings
from assistant import logs
logs.configure(sys.argv[1], lambda: "r-1")
logging.getLogger("assistant.any").info("第%d行\\n第二行", 1, extra={"fields": {"route": "ledger"}})
logging.getLogger("urllib3").info("not shown")
warnings.warn("old")
def fail(): raise ValueError(sys.argv[2])
def caught():
    try:
        fail()
    except ValueError as error:
        raise KeyError(sys.argv[2]) from error
try:
    caught()
except KeyError:
    logging.getLogger("pages.any").exception("no answer")
    traceback.print_exc()
thread = threading.Thread(target=fail); thread.start(); thread.join()
logs.complain("没有索引。")
fail()
"""


def run(form: str) -> list[str]:
    """The lines that a program writes to stderr."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", CODE, form, SECRET],
        cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.splitlines()


def test_json_is_one_object_a_line_without_what_was_asked() -> None:
    lines = run("json")
    records: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert [(one["level"], one["logger"]) for one in records] == [
        ("INFO", "assistant.any"),
        ("WARNING", "py.warnings"),
        ("ERROR", "pages.any"),
        ("ERROR", "assistant.logs"),
        ("CRITICAL", "assistant.logs"),
        ("ERROR", "assistant.logs"),
        ("CRITICAL", "assistant.logs"),
    ]
    first = records[0]
    assert (first["message"], first["route"], first["request"]) == ("第1行\n第二行", "ledger", "r-1")
    assert datetime.fromisoformat(first["time"]).utcoffset() is not None
    assert records[2]["error"] == "KeyError"
    assert {"KeyError", "ValueError"} < set(records[2]["trace"])
    assert any("in fail" in line for line in records[2]["trace"])
    assert records[5]["message"] == "没有索引。"
    assert SECRET not in "".join(lines)


def test_text_is_for_people() -> None:
    lines = run("text")
    assert lines[0].endswith(" INFO assistant.any: 第1行") and lines[1] == "第二行 [r-1]"
    assert "没有索引。" in lines
    assert "Traceback (most recent call last):" in lines
