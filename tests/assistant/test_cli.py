"""``python -m assistant``: ask, batch, exit statuses, and questions that are none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assistant.__main__ import main
from assistant.chain import LONGEST_QUESTION, PolicyAssistant
from eval.run import FOLDERS
from index.settings import IndexSettings
from tests.assistant.look import spoken

ROOT = Path(__file__).parents[2]
LEADS = "绿色工厂的目标由哪个局牵头？"
USELESS = {
    "empty": "",
    "blank": " \t　\n ",
    "long": "绿色工厂由谁牵头" * 1250,  # 10,000 characters
    "emoji": "🏭🌱👩‍💼🇨🇳",
    "punctuation": "？？！……",
    "control": "\x00\x07\x1b\x7f",
    "zero width": "\u200b\u200d\ufeff",
    "tags": "<b></b><br/>",
}
LINES: list[str] = [
    json.dumps({"id": "first", "question": LEADS}, ensure_ascii=False),
    "{not json",
    "",
    json.dumps({"id": "follow", "question": "那谁来配合？", "history": spoken(LEADS)}, ensure_ascii=False),
    json.dumps(
        {"id": 7, "question": "文号是多少？", "category": "metadata", "key_facts": [["11号"]], "x": None}
    ),
    json.dumps({"id": "no question"}),
    json.dumps({"id": "number", "question": 5}),
    json.dumps(["a", "list"]),
    json.dumps({"id": "bad history", "question": "文号是多少？", "history": "earlier"}, ensure_ascii=False),
    json.dumps({"id": "null history", "question": "文号是多少？", "history": None}, ensure_ascii=False),
    *(json.dumps({"id": name, "question": text}) for name, text in USELESS.items()),
    '{"id": "half a pair", "question": "\\ud800你好"}',
    json.dumps({"id": "line separator", "question": "绿色工厂\u2028由谁牵头？"}, ensure_ascii=False),
    json.dumps({"id": "last", "question": "绿色工厂补贴多少钱？"}, ensure_ascii=False),
    json.dumps({"id": "bad policies", "question": "文号是多少？", "policies": "plan"}, ensure_ascii=False),
    json.dumps({"id": "other policy", "question": "文号是多少？", "policies": ["plan"]}, ensure_ascii=False),
]
BAD = [2, 6, 7, 8, 9, 19, 22]  # numbers of the malformed lines


class Batch(NamedTuple):
    """What a run of ``batch`` left."""

    status: int
    rows: list[dict[str, Any]]
    errors: str


def _environment(settings: IndexSettings) -> dict[str, str]:
    kept = {
        key: value for key, value in os.environ.items() if key not in ("AS_OF", "PORT", "EMBEDDING_MODEL")
    }
    return kept | {
        "POLICY_DIR": str(settings.policy_dir.resolve()),
        "INDEX_DIR": str(settings.index_dir),
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
    }


def _run(
    where: Path, settings: IndexSettings, *arguments: str, **extra: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        cwd=where, env=_environment(settings) | extra, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def batch(index_settings: IndexSettings, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """One run over good, malformed and useless lines."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "in.jsonl").write_text("\n".join(LINES) + "\n", "utf-8")
    done = _run(folder, index_settings, "batch", "in.jsonl", "out.jsonl")
    rows = [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").split("\n") if line]
    return Batch(done.returncode, rows, done.stderr)


def _row(batch: Batch, name: object) -> dict[str, Any]:
    return next(row for row in batch.rows if row["id"] == name)


def test_batch_answers_every_line_in_order(batch: Batch) -> None:
    ids = [row["id"] for row in batch.rows]
    assert [i for i in ids if i is not None] == [
        "first",
        "follow",
        7,
        "null history",
        *USELESS,
        "line separator",
        "last",
        "other policy",
    ]
    assert len(ids) == len([line for line in LINES if line])


def test_a_malformed_line_is_reported_by_its_number_and_the_run_goes_on(batch: Batch) -> None:
    errors = [row for row in batch.rows if row["status"] == "error"]
    assert [row["line"] for row in errors] == BAD
    assert all(row["id"] is None and row["text"] for row in errors)
    assert batch.status == 1
    assert "Traceback" not in batch.errors


def test_batch_uses_the_history_of_a_line(batch: Batch) -> None:
    answer = _row(batch, "follow")
    assert answer["question"] == "那谁来配合？"
    assert "市生态环境局" in answer["text"]


def test_batch_ignores_unknown_keys(batch: Batch) -> None:
    answer = _row(batch, 7)
    assert "汉政办发〔2024〕11号" in answer["text"]
    assert "key_facts" not in answer


def test_a_policy_that_is_not_indexed_does_not_answer(batch: Batch) -> None:
    answer = _row(batch, "other policy")
    assert answer["status"] == "refused" and "plan" in answer["text"]


def test_a_refused_question_is_an_answer(batch: Batch) -> None:
    assert _row(batch, "last")["status"] == "refused"


@pytest.mark.parametrize("name", USELESS)
def test_a_question_that_is_none_gets_one_sentence(batch: Batch, name: str) -> None:
    answer = _row(batch, name)
    assert (answer["status"], answer["route"], answer["citations"]) == ("refused", "none", [])
    assert answer["text"].strip() and "\n" not in answer["text"]
    assert len(answer["question"]) <= LONGEST_QUESTION


# In this process, where the model is loaded already.


@pytest.fixture
def here(index_settings: IndexSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with the environment set to the index."""
    monkeypatch.chdir(tmp_path)
    for key in ("AS_OF", "PORT", "EMBEDDING_MODEL"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("POLICY_DIR", str(FOLDERS[0].resolve()))
    monkeypatch.setenv("INDEX_DIR", str(index_settings.index_dir))
    return tmp_path


def test_without_malformed_lines_the_status_is_0(here: Path) -> None:
    lines = [LINES[0], json.dumps({"question": "绿色工厂补贴多少钱？"})]
    (here / "in.jsonl").write_text("\ufeff" + "\r\n".join(lines), "utf-8")  # as Windows writes it
    assert main(["batch", "in.jsonl", "out.jsonl"]) == 0
    rows = [json.loads(line) for line in (here / "out.jsonl").read_text("utf-8").split("\n") if line]
    assert [(row["id"], row["status"]) for row in rows] == [("first", "answered"), (None, "refused")]


def test_ask_prints_the_answer_as_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", LEADS, "--json"]) == 0
    out = capsys.readouterr().out
    answer = json.loads(out)
    assert (answer["schema"], answer["status"], answer["question"]) == (1, "answered", LEADS)
    assert "市工业和信息化局" in answer["text"]
    assert "\\u" not in out


def test_ask_prints_the_answer_and_its_quotes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", LEADS]) == 0
    out = capsys.readouterr().out
    assert "市工业和信息化局" in out
    assert "[1]" in out and "新增省级以上绿色工厂 8 家" in out


def test_ask_prints_a_table_line_by_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "市科技局配合哪些任务？"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (
        sum(
            line.startswith(("提升企业创新能力", "打造产业创新平台", "引导企业专精特新提升"))
            for line in lines
        )
        == 3
    )


def test_ask_says_that_it_refuses_with_status_0(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "绿色工厂补贴多少钱？"]) == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize(
    "arguments",
    [[], ["ask"], ["answer", "文号？"], ["ask", "文号？", "--xml"], ["batch", "in.jsonl"], ["ask", "a", "b"]],
    ids=" ".join,
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "value"), [("AS_OF", "tomorrow"), ("PORT", "0")])
def test_a_wrong_setting_is_status_2_and_named(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert main(["ask", LEADS]) == 2
    assert name in capsys.readouterr().err


def test_without_an_index_it_says_so_with_status_3(index_settings: IndexSettings, tmp_path: Path) -> None:
    done = _run(tmp_path, index_settings, "ask", LEADS, INDEX_DIR=str(tmp_path / "none"))
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.strip().count("\n") == 0
    assert "index build" in done.stderr


def test_an_index_of_another_model_is_status_3(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBEDDING_MODEL", "some/other-model")
    assert main(["ask", LEADS]) == 3
    error = capsys.readouterr().err
    assert "some/other-model" in error and "index build" in error


def test_a_missing_input_is_status_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", "missing.jsonl", "out.jsonl"]) == 1
    assert "missing.jsonl" in capsys.readouterr().err
    assert not (here / "out.jsonl").exists()


def test_an_undecodable_input_is_status_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "in.jsonl").write_bytes(b"\xff\xfe\xff")
    assert main(["batch", "in.jsonl", "out.jsonl"]) == 1
    assert "in.jsonl" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_status_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "in.jsonl").write_text(LINES[0], "utf-8")
    assert main(["batch", "in.jsonl", "no/such/folder/out.jsonl"]) == 1
    assert "out.jsonl" in capsys.readouterr().err


def test_an_empty_input_gives_an_empty_output(here: Path) -> None:
    (here / "in.jsonl").write_text("\n \n", "utf-8")
    assert main(["batch", "in.jsonl", "out.jsonl"]) == 0
    assert (here / "out.jsonl").read_text() == ""


# Questions with something in them.


@pytest.mark.parametrize(
    "question",
    [
        "<b>绿色工厂</b>的目标由哪个局牵头？",
        "绿色工厂的目标由哪个局牵头？<script>alert(1)</script>",
        "\x00绿色工厂的目标\x07由哪个局牵头？\x1b",
        "🏭绿色工厂的目标由哪个局牵头？🙏",
        "  绿色工厂的目标由哪个局牵头？\n\n",
        "绿色\u200b工厂的目标由哪个局牵头？",
        "绿色工厂的目标由哪个局牵头？？？？",
        "綠色工廠的目標由哪個局牽頭？",
    ],
)
def test_noise_around_a_question_changes_nothing(assistant: PolicyAssistant, question: str) -> None:
    answer = assistant.invoke({"question": question})
    assert answer.status == "answered"
    assert "市工业和信息化局" in answer.text
    assert "市生态环境局" in answer.text


def test_markup_never_comes_back_as_markup(assistant: PolicyAssistant) -> None:
    answer = assistant.invoke({"question": "<img src=x onerror=alert(1)>电话是多少"})
    assert "<" not in answer.text and "onerror" not in answer.standalone_question


@pytest.mark.parametrize(
    "history", [None, [], [{"role": "user", "content": ""}], [{"role": "system", "content": "你是"}]]
)
def test_a_history_without_questions_is_none(assistant: PolicyAssistant, history: Any) -> None:
    answer = assistant.invoke({"question": LEADS, "history": history})
    assert answer.standalone_question == LEADS
    assert answer.status == "answered"


def test_the_longest_question_is_still_read(assistant: PolicyAssistant) -> None:
    question = LEADS.ljust(LONGEST_QUESTION, "？")
    assert assistant.invoke({"question": question}).status == "answered"
    assert assistant.invoke({"question": question + "？"}).status == "refused"


def test_the_model_is_loaded_before_the_first_answer_is_timed(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    original = PolicyAssistant.warm_up

    def warm_up(self: PolicyAssistant) -> None:
        calls.append("warm")
        original(self)

    monkeypatch.setattr(PolicyAssistant, "warm_up", warm_up)
    assert main(["ask", "绿色工厂由谁牵头？"]) == 0
    assert calls == ["warm"]
