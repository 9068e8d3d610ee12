"""Policies are added and removed as a whole or not at all, and what has not changed is taken over as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.build import build, verify_live
from index.chunker import chunk
from index.errors import IndexBusyError, IndexWriteError, NoPoliciesError, StoreError
from index.generation import Content, write
from index.library import ASIDE, add, remove
from index.lock import one_builder
from index.manifest import Manifest
from index.parser import parse
from index.pointer import generation_folder, read_pointer
from index.policy import Chunk, Policy
from index.settings import IndexSettings
from index.store import Index, open_index
from tests.commands import Command
from tests.index.conftest import CUSTOM
from tests.servers import both_stores

THIRD = "第一条 为了加强第三项工作，制定本办法。\n\n第二条 市财政局负责本市第三项工作的管理。\n"


def folder(settings: IndexSettings) -> dict[str, str]:
    """The files of the policy folder, those that were moved aside too."""
    return {
        str(path.relative_to(settings.policy_dir)): path.read_text("utf-8")
        for path in sorted(settings.policy_dir.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def third(tmp_path: Path) -> Path:
    path = tmp_path / "third.txt"
    path.write_text(THIRD, "utf-8")
    return path


def test_what_is_published_stays_in_the_folder_though_no_sweep_follows(
    small: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_pointer(small)

    def sweep(_: IndexSettings) -> None:
        if read_pointer(small) != before:
            raise StoreError("the database is away")

    monkeypatch.setattr("index.generation.sweep", sweep)
    assert remove(small, ["other"]).removed == ("other.txt",)
    assert "other.txt" not in folder(small) and read_pointer(small) != before


@both_stores
def test_what_is_added_is_answered_and_what_is_removed_lies_aside(small: IndexSettings, third: Path) -> None:
    before = folder(small)
    change = add(small, [third])
    assert (change.added, change.problems) == (("third.txt",), ())
    assert folder(small) == {**before, "third.txt": THIRD}
    opened = open_index(small)
    assert set(opened.policies) == {"custom", "other", "third"}
    assert opened.chunks[opened.dense("第三项工作的管理", 1)[0][0]].policy == "third"
    assert verify_live(small) == opened.manifest.generation
    opened.close()
    assert remove(small, ["third", "other.txt"]).removed == ("third.txt", "other.txt")
    assert folder(small) == {
        "custom.md": CUSTOM,
        f"{ASIDE}/third.txt": THIRD,
        f"{ASIDE}/other.txt": before["other.txt"],
    }
    assert set(open_index(small).policies) == {"custom"}
    verify_live(small)


def test_the_same_content_is_already_indexed(small: IndexSettings, tmp_path: Path) -> None:
    generation = read_pointer(small)
    again = tmp_path / "again.txt"
    again.write_text(CUSTOM, "utf-8")
    change = add(small, [again, again])
    assert change.known == (("again.txt", "custom.md"),) * 2
    assert change.report is None
    assert read_pointer(small) == generation


def test_another_text_of_the_same_name_takes_its_place(small: IndexSettings, tmp_path: Path) -> None:
    newer = tmp_path / "custom.txt"
    newer.write_text(CUSTOM.replace("不少于3个", "不少于4个"), "utf-8")
    change = add(small, [newer])
    assert (change.added, change.replaced) == (("custom.txt",), ("custom.md",))
    assert folder(small)[f"{ASIDE}/custom.md"] == CUSTOM
    assert [t.low for t in open_index(small).policies["custom"].targets] == [20, 4]


def test_a_file_that_is_no_policy_is_explained_and_the_others_are_added(
    small: IndexSettings, third: Path, tmp_path: Path
) -> None:
    empty, missing, lock = tmp_path / "empty.txt", tmp_path / "missing.txt", tmp_path / "~$third.txt"
    empty.touch()
    lock.write_text(THIRD + "二", "utf-8")
    change = add(small, [empty, missing, lock, third])
    assert change.added == ("third.txt",)
    assert [problem.split("：")[0] for problem in change.problems] == [
        "empty.txt",
        "missing.txt",
        "~$third.txt",
    ]
    assert set(folder(small)) == {"custom.md", "other.txt", "third.txt"}


@pytest.mark.parametrize("act", ["add", "remove"])
def test_the_folder_is_as_it_was_where_nothing_can_be_published(
    small: IndexSettings, third: Path, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, generation = folder(small), read_pointer(small)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.build.write_pointer", full)
    with pytest.raises(IndexWriteError, match="No space left"):
        add(small, [third]) if act == "add" else remove(small, ["other"])
    assert folder(small) == before
    assert read_pointer(small) == generation


def test_the_folder_is_as_it_was_where_a_reader_breaks_down(
    small: IndexSettings, third: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = folder(small)
    fourth = tmp_path / "fourth.txt"
    fourth.write_text(THIRD.replace("第三", "第四"), "utf-8")

    def breaks(text: str, name: str) -> Policy:
        if name == "fourth":
            raise KeyboardInterrupt
        return parse(text, name)

    monkeypatch.setattr("index.sources.parse", breaks)
    with pytest.raises(KeyboardInterrupt):
        add(small, [third, fourth])
    assert folder(small) == before


def test_what_was_copied_by_a_killed_add_is_indexed_by_the_next(small: IndexSettings, third: Path) -> None:
    (small.policy_dir / "third.txt").write_text(THIRD, "utf-8")  # and then it was killed
    change = add(small, [third])
    assert change.known == (("third.txt", "third.txt"),)
    assert change.report and set(open_index(small).policies) == {"custom", "other", "third"}


def test_twins_are_removed_one_by_one(small: IndexSettings) -> None:
    (small.policy_dir / "twin.txt").write_text(CUSTOM, "utf-8")
    assert remove(small, ["custom"]).removed == ("custom.md",)
    assert set(open_index(small).policies) == {"other", "twin"}


def test_what_cannot_be_removed(small: IndexSettings) -> None:
    before = folder(small)
    with pytest.raises(NoPoliciesError, match="nothing"):
        remove(small, ["other", "nothing"])
    with pytest.raises(NoPoliciesError, match="至少"):
        remove(small, ["other", "custom"])
    assert folder(small) == before


def test_nobody_adds_while_another_builds(small: IndexSettings, third: Path) -> None:
    before = folder(small)
    with one_builder(small), pytest.raises(IndexBusyError):
        add(small, [third])
    assert folder(small) == before


def test_an_unchanged_policy_is_neither_parsed_nor_cut_nor_embedded_again(
    small: IndexSettings, third: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def note(policy: Policy) -> list[Chunk]:
        seen.append(policy.id)
        return chunk(policy)

    monkeypatch.setattr("index.build.chunk", note)
    parsed: list[str] = []

    def noted(text: str, name: str) -> Policy:
        parsed.append(name)
        return parse(text, name)

    monkeypatch.setattr("index.sources.parse", noted)
    assert add(small, [third]).report.embedded == 2  # type: ignore[union-attr]
    assert seen == ["third"]
    assert parsed == ["third"]


def test_a_copy_that_fails_its_check_is_built_anew(
    small: IndexSettings, third: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bases: list[bool] = []

    def spoiled(
        settings: IndexSettings, manifest: Manifest, content: Content, base: Index | None = None
    ) -> None:
        write(settings, manifest, content, base)
        bases.append(base is not None)
        if base is not None:
            store = generation_folder(settings, manifest.generation) / "chroma/chroma.sqlite3"
            store.write_bytes(store.read_bytes()[:5000])

    monkeypatch.setattr("index.generation.write", spoiled)
    add(small, [third])
    assert bases == [True, False]
    assert verify_live(small) == read_pointer(small)["current"]
    assert set(open_index(small).policies) == {"custom", "other", "third"}


TEXTS = {"a": THIRD, "b": THIRD.replace("第三", "第四"), "c": CUSTOM, "d": CUSTOM.replace("20家", "30家")}
STEPS = st.lists(
    st.tuples(st.sampled_from(["one", "two", "three"]), st.sampled_from([*TEXTS, None])),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("steps")


@hypothesis_settings(max_examples=3)
@given(steps=STEPS)
def test_an_index_that_grew_is_the_index_built_from_nothing(
    scratch: Callable[[], Path], steps: list[tuple[str, str | None]]
) -> None:
    root = scratch()
    grown = IndexSettings(root / "policies", root / "grown")
    grown.policy_dir.mkdir()
    (grown.policy_dir / "zero.txt").write_text("第一条 为了规范管理，制定本办法。\n", "utf-8")
    build(grown)
    for name, text in steps:
        path = grown.policy_dir / f"{name}.txt"
        if text:
            path.write_text(TEXTS[text], "utf-8")
        else:
            path.unlink(missing_ok=True)
        build(grown)
    fresh = IndexSettings(grown.policy_dir, root / "fresh")
    build(fresh)
    one, other = open_index(grown), open_index(fresh)
    try:
        assert (one.policies, one.chunks, one.vocabulary.words) == (
            other.policies,
            other.chunks,
            other.vocabulary.words,
        )
        for question in ("第四项工作谁管", "示范企业要达到多少家"):
            assert one.keywords.search(list(question), 3) == other.keywords.search(list(question), 3)
            near = [[(at, round(score, 4)) for at, score in i.dense(question, 50)] for i in (one, other)]
            assert sorted(near[0]) == sorted(near[1])
    finally:
        one.close()
        other.close()


def test_commands(small: IndexSettings, third: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()

    def run(*arguments: str) -> Command:
        return Command(tmp_path / "command", small, "index", *arguments)

    added = run("add", str(third), str(empty))
    assert added.wait() == 1
    assert "已收录 third.txt。" in added.out and "empty.txt" in added.error
    listed = run("list")
    assert listed.wait() == 0
    assert [line.split("\t")[0] for line in listed.out.splitlines()] == ["custom", "other", "third"]
    assert "3 项职责\t2 项指标" in listed.out.splitlines()[0]
    gone = run("remove", "third")
    assert (gone.wait(), "third.txt 已移到" in gone.out) == (0, True)
    unknown = run("remove", "third")
    assert (unknown.wait(), unknown.out) == (2, "")
    assert "custom" in unknown.error and "Traceback" not in unknown.error
