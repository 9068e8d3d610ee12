"""Folders as ``python -m eval run --out`` leaves them, made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def row(name: str, *, step: str | None = None, **parts: Any) -> Row:
    """One line of cases.jsonl that passed, or that was lost at ``step``; ``parts`` replace its own."""
    text = "由甲局牵头[1]。" if step is None else "没有提到[1]。"
    quote = "绿色工厂 8 家（甲局牵头）"
    made: Row = {
        "id": name,
        "split": "dev",
        "category": "responsibility",
        "policy": "p",
        "question": f"{name}由谁牵头？",
        "history": [],
        "answerable": True,
        "key_facts": [["甲局", "甲 局"]],
        "forbidden": [],
        "evidence": ["甲局牵头"],
        "expect_count": None,
        "passed": step is None,
        "correct": step is None,
        "failures": [] if step is None else [["missing fact", "甲局"]],
        "step": step,
        "facts": float(step is None),
        "rank": 1,
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "list_precision": None,
        "list_recall": None,
        "shown": text.replace("[1]", ""),
        "answer": answer(text, quote),
        "wall_ms": 12.0,
    } | parts
    return {"ranks": [made["rank"]] * len(made["evidence"])} | made


def answer(text: str, quote: str = "", status: str = "answered") -> Row:
    """An answer that cites one quote, or nothing."""
    cited = {
        "number": 1,
        "policy": "p",
        "title": "t",
        "section": ["一、"],
        "start": 3,
        "end": 9,
        "quote": quote,
    }
    return {
        "status": status,
        "text": text,
        "route": "ledger",
        "citations": [cited] if quote else [],
        "passages": [{"policy": "p", "section": ["一、"], "text": quote}] if quote else [],
        "table": None,
        "count": None,
        "certificate": {"passed": True, "unsupported": []},
        "notices": [],
    }


def figures() -> Row:
    """Three figures, one of which has no interval, one unknown to the report, and two routes."""
    return {
        "passed": {"value": 0.5, "low": 0.25, "high": 0.75, "n": 4},
        "certificate_failures": {"value": 2, "low": None, "high": None, "n": 4},
        "new_figure": {"value": None, "low": None, "high": None, "n": 0},
        "latency": {
            "ledger": {"p50": 10.0, "p95": 100.0, "n": 3},
            "model": {"p50": 1000, "p95": 10000, "n": 1},
        },
        "categories": {"responsibility": {"n": 4, "passed": 2, "correct": 2}},
    }


def write(folder: Path, *rows: Row, **info: Any) -> Path:
    """The folder with its two files."""
    folder.mkdir(exist_ok=True)
    run = {"schema": 1, "system": "assistant", "llm": "none", "split": "dev", "figures": figures()} | info
    (folder / "run.json").write_text(json.dumps(run, ensure_ascii=False), encoding="utf-8")
    lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in rows]
    (folder / "cases.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder
