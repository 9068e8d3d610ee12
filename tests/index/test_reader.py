"""Files to text: encodings, and a sentence for each file that is none."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import reader
from index.errors import NoPoliciesError, SourceError, UnsupportedFormatError
from index.reader import decode, policy_files, read_bytes

POLICY = "某市人民政府办公室关于印发《某市“绿色工厂”管理办法》的通知\r\n\r\n一、到２０２５年，新增省级以上绿色工厂 8 家（市工业和信息化局牵头）。\n"
RARE = "镕𠀀㐂"  # outside GB2312: 镕 needs GBK, 㐂 and 𠀀 need GB18030

ENCODINGS = {
    "utf-8": POLICY.encode("utf-8"),
    "utf-8 with BOM": codecs.BOM_UTF8 + POLICY.encode("utf-8"),
    "gb18030": POLICY.encode("gb18030"),
    "utf-16-le with BOM": codecs.BOM_UTF16_LE + POLICY.encode("utf-16-le"),
    "utf-16-be with BOM": codecs.BOM_UTF16_BE + POLICY.encode("utf-16-be"),
    "utf-16-le": POLICY.encode("utf-16-le"),
    "utf-16-be": POLICY.encode("utf-16-be"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_encoding_gives_the_same_text(tmp_path: Path, name: str) -> None:
    path = tmp_path / "policy.md"
    path.write_bytes(ENCODINGS[name])
    assert decode(read_bytes(path), path.name) == POLICY


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_rare_characters_survive(encoding: str) -> None:
    text = POLICY + RARE
    assert decode(text.encode(encoding), "policy.txt") == text


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1))
def test_chinese_in_utf_8_and_gb18030_comes_back_whole(text: str) -> None:
    text = POLICY + text
    assert decode(text.encode("utf-8"), "policy.txt") == text
    assert decode(text.encode("gb18030"), "policy.txt") == text


@pytest.mark.parametrize(
    "data", [b"", b" \r\n\t\n", "　\n".encode(), codecs.BOM_UTF8, codecs.BOM_UTF16_LE + b" \0\n\0"]
)
def test_an_empty_or_blank_file_is_told(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"^空\.txt：文件是空的。$"):
        decode(data, "空.txt")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4,
        b"\x7fELF\x02\x01\x01" + bytes(64) + b"\xff\xfe\xfd" * 200,
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(reversed(range(256))) * 8,
        bytes(1000),
        codecs.BOM_UTF8 + b"\xff\xfe\xfa" * 50,
    ],
    ids=["png", "elf", "pdf", "zeros", "broken utf-8"],
)
def test_binary_data_is_not_taken_for_text(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"^图\.txt：读不出文字，既不是 UTF-8"):
        decode(data, "图.txt")


def test_a_file_over_the_limit_is_refused_with_both_sizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "大.txt"
    path.write_bytes(b"a" * (2**20 * 2 + 1))
    monkeypatch.setattr(reader, "LARGEST", 2**20)
    with pytest.raises(SourceError, match=r"^大\.txt：文件有 2 MB，超过上限 1 MB。$"):
        read_bytes(path)
    path.write_bytes(b"a" * 2**20)
    assert len(read_bytes(path)) == 2**20  # the limit itself is allowed


@pytest.mark.parametrize(("name", "shown"), [("a.exe", "EXE"), ("a.Json", "JSON"), ("noending", "noending")])
def test_another_format_is_named(tmp_path: Path, name: str, shown: str) -> None:
    path = tmp_path / name
    path.write_text("文字", "utf-8")
    with pytest.raises(
        UnsupportedFormatError, match=f"^{name}：暂不支持 {shown} 格式，目前支持 txt、Markdown、PDF"
    ):
        read_bytes(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.doc", "另存为 DOCX 或 PDF"),
        ("a.XLSX", "Excel"),
        ("a.ofd", "OFD"),
        ("a.png", "是图片"),
        ("a.rar", "压缩包"),
    ],
)
def test_a_format_that_can_be_turned_into_one_says_how(tmp_path: Path, name: str, said: str) -> None:
    path = tmp_path / name
    path.write_text("文字", "utf-8")
    with pytest.raises(UnsupportedFormatError, match=f"^{name}：.*{said}"):
        read_bytes(path)


@pytest.mark.parametrize(
    "name", ["a.txt", "a.md", "a.markdown", "a.TXT", "a.Md", "a.PDF", "a.docx", "a.htm", "a.shtml"]
)
def test_endings_that_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("文字", "utf-8")
    assert read_bytes(tmp_path / name) == "文字".encode()


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^没有\.txt：文件打不开（No such file or directory）。$"):
        read_bytes(tmp_path / "没有.txt")


def test_files_come_sorted_without_hidden_ones_and_folders(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", ".hidden.md", "~$a.docx"):
        (tmp_path / name).write_text("文字", "utf-8")
    (tmp_path / "folder.md").mkdir()
    assert [path.name for path in policy_files(tmp_path)] == ["a.txt", "b.md"]


def test_a_missing_folder_and_an_empty_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NoPoliciesError, match=r"^找不到政策文件夹 .*nowhere。$"):
        policy_files(tmp_path / "nowhere")
    with pytest.raises(NoPoliciesError, match=r"没有可以建索引的政策文件。$"):
        policy_files(tmp_path)


def test_a_name_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xd5\xfe\xb2\xdf.txt")
    path.write_text("第一条 为了规范管理，制定本办法。\n", "utf-8")
    with pytest.raises(SourceError, match="文件名不是 UTF-8"):
        read_bytes(path)
