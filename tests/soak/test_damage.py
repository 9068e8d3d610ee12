"""Damaged files of an index: the generation before answers, or one sentence says so, and a build mends it."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from langchain_core.embeddings import Embeddings

from index.build import build, verify_live
from index.files import sha256
from index.pointer import POINTER, generation_folder, read_pointer
from index.settings import IndexSettings
from index.store import open_index
from tests.commands import run
from tests.soak.conftest import Note, sample

QUESTION = "到2025年示范企业要达到多少家？"
TEXT = "某市人民政府办公室关于推进示范工作的通知\n\n一、主要任务\n\n到2025年，示范企业达到{count}家以上（市财政局牵头）。\n"
MANY = 1100  # articles of the second policy: from 1,000 vectors on Chroma writes files of its own beside SQLite's
OLD, NEW = "20家", "30家"


class Scattered(Embeddings):
    """Vectors by chance, the same for the same text: thousands of texts in a moment."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors of 384 numbers."""
        found = []
        for text in texts:
            seed = int(sha256(text.encode())[:8], 16)
            vector = numpy.random.default_rng(seed).normal(size=384)
            found.append((vector / numpy.linalg.norm(vector)).tolist())
        return found

    def embed_query(self, text: str) -> list[float]:
        """The same."""
        return self.embed_documents([text])[0]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    """An index of two generations, which say 20 and 30, of some 1,100 passages."""
    folder = tmp_path_factory.mktemp("sound") / "copy"
    settings = IndexSettings(policy_dir=folder / "policies", index_dir=folder / "index")
    settings.policy_dir.mkdir(parents=True)
    articles = "\n\n".join(
        f"第{number}条 第{number}号窗口办理第{number}类登记。" for number in range(1, MANY)
    )
    (settings.policy_dir / "many.txt").write_text(f"某市登记窗口办法\n\n{articles}\n", "utf-8")
    for count in (OLD, NEW):
        (settings.policy_dir / "plan.txt").write_text(TEXT.format(count=count[:-1]), "utf-8")
        build(settings, embedder=Scattered())
    return settings


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _flipped(path: Path) -> None:
    """Some bits, anywhere."""
    data = bytearray(path.read_bytes())
    chance = random.Random(path.name)
    for _ in range(max(1, min(16, len(data) // 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def _deleted(path: Path) -> None:
    path.unlink()


WAYS: tuple[Callable[[Path], None], ...] = (_truncated, _zeroed, _flipped, _deleted)
KINDS = (  # of the files of a generation, and the pointer
    "manifest.json",
    "ledger.sqlite",
    "chroma/chroma.sqlite3",
    "chroma/*/data_level0.bin",
    "chroma/*/header.bin",
    "chroma/*/length.bin",
    "chroma/*/link_lists.bin",
    "keywords/data.csc.index.npy",
    "keywords/indices.csc.index.npy",
    "keywords/indptr.csc.index.npy",
    "keywords/params.index.json",
    "keywords/vocab.index.json",
    "sentences.npy",
    "sentences-first.npy",
    "vectors.npz",
    "words.npz",
    POINTER,
)


def _harm(settings: IndexSettings, key: str, kind: str, way: Callable[[Path], None]) -> None:
    folder = generation_folder(settings, read_pointer(settings)[key])
    for path in [settings.index_dir / POINTER] if kind == POINTER else folder.glob(kind):
        way(path)


@pytest.mark.parametrize(
    ("kind", "way"),
    sample([(kind, way) for way in WAYS for kind in KINDS], short=3),
    ids=lambda value: value if isinstance(value, str) else value.__name__.strip("_"),
)
def test_a_damaged_file_never_gives_a_wrong_answer(
    sound: IndexSettings, tmp_path: Path, kind: str, way: Callable[[Path], None], note: Note
) -> None:
    shutil.copytree(sound.policy_dir.parent, tmp_path / "copy")
    settings = replace(sound, policy_dir=tmp_path / "copy/policies", index_dir=tmp_path / "copy/index")
    _harm(settings, "current", kind, way)
    ask = ("assistant", "ask", QUESTION, "--json")
    status, said = run(tmp_path / "output", settings, *ask)
    told = _answer(said) if status == 0 else said
    assert status in (0, 3) and "Traceback" not in said
    assert (OLD in told or NEW in told) if status == 0 else told.count("\n") == 1
    if kind != POINTER:
        _harm(settings, "previous", kind, way)
        status, said = run(tmp_path / "output", settings, *ask)
        assert (status, said.count("\n")) == (3, 1) and said.startswith("索引已损坏（")
    build(settings, embedder=Scattered())
    assert verify_live(settings) == read_pointer(settings)["current"]
    assert NEW in open_index(settings).policies["plan"].source
    note(f"{way.__name__.strip('_')} {kind}", told.split("\n")[0][:60])


def _answer(said: str) -> str:
    """The text of an answer, without blanks."""
    answer = json.loads(said[said.index("{") : said.rindex("}") + 1])
    return str(answer["text"]).replace(" ", "")
