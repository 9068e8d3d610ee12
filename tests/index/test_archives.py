"""Archives that are none: no file that calls itself a backup can do harm, and none is restored in part."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.backup import ABOUT, backup
from index.errors import ArchiveError
from index.restore import restore
from index.settings import IndexSettings
from tests.index.conftest import untouched

Pack = list[tuple[tarfile.TarInfo, bytes]]
MARK = "第一条 改过的办法。\n".encode()


def _member(name: str, data: bytes = b"", **values: Any) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    for key, value in values.items():
        setattr(member, key, value)
    return member, data


def _told(pack: Pack, **values: Any) -> None:
    """Put other values into the list."""
    about = json.loads(pack[0][1])
    pack[0] = _member(ABOUT, json.dumps(about | values).encode())


def about_with(**values: Any) -> Callable[[Pack], None]:
    return lambda pack: _told(pack, **values)


def _listed(pack: Pack, name: str, data: bytes) -> None:
    """Put a file in, and on the list."""
    about = json.loads(pack[0][1])
    digest = hashlib.sha256(data).hexdigest()
    _told(pack, files=about["files"] | {name: digest}, sizes=about["sizes"] | {name: len(data)})
    pack.append(_member(name, data))


def _sized(pack: Pack, size: object) -> None:
    """Let the list tell another size of a policy."""
    _told(pack, sizes=json.loads(pack[0][1])["sizes"] | {"policies/custom.md": size})


def _with_policy(change: Callable[[bytes], bytes]) -> Callable[[Pack], None]:
    def harm(pack: Pack) -> None:
        at = next(at for at, (member, _) in enumerate(pack) if member.name == "policies/custom.md")
        pack[at] = _member("policies/custom.md", change(pack[at][1]))

    return harm


def _twice(pack: Pack) -> None:
    pack.append(next(pair for pair in pack if pair[0].name == "policies/custom.md"))


def _without(name: str) -> Callable[[Pack], None]:
    def harm(pack: Pack) -> None:
        pack[:] = [(member, data) for member, data in pack if member.name != name]

    return harm


def _more(member: tuple[tarfile.TarInfo, bytes]) -> Callable[[Pack], None]:
    return lambda pack: pack.append(member)


def packed_anew(archive: Path, change: Callable[[Pack], None], target: Path) -> Path:
    """Another archive, with what was changed."""
    with tarfile.open(archive) as packed:
        pack: Pack = [
            (member, file.read() if (file := packed.extractfile(member)) else b"") for member in packed
        ]
    change(pack)
    with tarfile.open(target, "w:gz") as packed:
        for member, data in pack:
            packed.addfile(member, io.BytesIO(data))
    return target


@pytest.fixture(scope="module")
def archive(_small: IndexSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of two policies."""
    file = tmp_path_factory.mktemp("archive") / "backup.tar.gz"
    backup(_small, file)
    return file


HARM: dict[str, tuple[Callable[[Pack], None], str]] = {
    "a policy that was changed": (
        _with_policy(lambda data: data.replace("20家".encode(), "90家".encode())),
        "policies/custom.md 与备份时不同",
    ),
    "a policy that has grown": (
        _with_policy(lambda data: data + bytes(1_000_000)),
        "policies/custom.md 与备份时不同",
    ),
    "a policy that is there twice": (_twice, "policies/custom.md"),
    "more than the disk holds": (lambda pack: _sized(pack, 10**24), "磁盘只剩"),
    "a size below nothing": (lambda pack: _sized(pack, -(10**24)), "不是本程序的备份"),
    "a size that is none": (lambda pack: _sized(pack, "12"), "不是本程序的备份"),
    "no sizes": (about_with(sizes={}), "不是本程序的备份"),
    "files as a list": (about_with(files=[], sizes=[]), "不是本程序的备份"),
    "a generation elsewhere": (about_with(generation=".."), "不是本程序的备份"),
    "a generation that is no name": (about_with(generation="a\0b"), "不是本程序的备份"),
    "a policy that is missing": (_without("policies/custom.md"), "policies/custom.md 与备份时不同"),
    "no list": (_without(ABOUT), "不是本程序的备份"),
    "a file that is not listed": (_more(_member("policies/more.md", MARK)), "policies/more.md"),
    "a path that leaves": (_more(_member("../evil.md", MARK)), r"\.\./evil\.md"),
    "a listed path that leaves": (lambda pack: _listed(pack, "../evil.md", MARK), "不是本程序的备份"),
    "a listed path from the root": (lambda pack: _listed(pack, "/evil.md", MARK), "不是本程序的备份"),
    "a folder that leaves": (_more(_member("../evil", type=tarfile.DIRTYPE)), "文件夹之外"),
    "a link to elsewhere": (
        _more(_member("policies/link.md", type=tarfile.SYMTYPE, linkname="/etc/passwd")),
        "policies/link.md",
    ),
    "a link in the place of a folder": (
        lambda pack: pack.insert(1, _member("policies", type=tarfile.SYMTYPE, linkname="../..")),
        "policies",
    ),
    "a device": (_more(_member("policies/zero.md", type=tarfile.CHRTYPE)), "policies/zero.md"),
}


@pytest.mark.parametrize("harm", HARM)
def test_an_archive_that_was_tampered_with_is_refused_and_changes_nothing(
    archive: Path, empty: IndexSettings, tmp_path: Path, harm: str
) -> None:
    change, sentence = HARM[harm]
    evil = packed_anew(archive, change, tmp_path / "evil.tar.gz")
    with pytest.raises(ArchiveError, match=sentence) as caught:
        restore(empty, evil, replacing=True)
    assert "\n" not in str(caught.value)
    assert untouched(empty)
    assert [path for path in tmp_path.rglob("*evil*") if path != evil] == []


@pytest.mark.parametrize("size", [0, 10, 0.5])
def test_what_is_cut_off_or_no_archive_is_refused(
    archive: Path, empty: IndexSettings, tmp_path: Path, size: float
) -> None:
    data = archive.read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(data[: int(size if size != 0.5 else len(data) / 2)])
    with pytest.raises(ArchiveError, match=r"打不开，或不完整|不是本程序的备份"):
        restore(empty, tmp_path / "cut.tar.gz")
    assert untouched(empty)
