"""Files that break readers end in a sentence of their own or in the right text, and harm no other file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index.settings import IndexSettings
from index.sources import Sources, read_sources
from tests.index.hostile import TEXT, files

FILES = list(files())


def _name(number: int) -> Path:
    path = Path(FILES[number].name)
    return Path(f"{path.stem}-{number}{path.suffix}")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """What a build reads of a folder with all of them, and with two good files, the first and the last by name."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, file in enumerate(FILES):
        (folder / _name(number)).write_bytes(file.data)
    for name in ("000.txt", "龥.txt"):
        (folder / name).write_text(TEXT, "utf-8")
    return read_sources(IndexSettings(policy_dir=folder), lambda _: None)


@pytest.mark.parametrize("number", range(len(FILES)), ids=[file.name for file in FILES])
def test_a_hostile_file_is_explained_or_read(sources: Sources, number: int) -> None:
    path, file = _name(number), FILES[number]
    told = [problem for problem in sources.problems if problem.startswith(path.name)]
    policy = next((policy for policy in sources.policies if policy.id == path.stem), None)
    if policy is None:
        assert len(told) == 1
        assert told[0].endswith("。")
        assert file.sentence and re.search(file.sentence, told[0])

    else:
        assert not told
        assert file.text and file.text in policy.source
        assert "root:" not in policy.source  # of /etc/passwd


def test_the_others_of_the_folder_are_read(sources: Sources) -> None:
    assert {"000", "龥"} <= {policy.id for policy in sources.policies}
    assert len(sources.problems) + len(sources.policies) == len(FILES) + 2
