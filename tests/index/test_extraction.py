"""The process that reads documents: what slows it down or kills it loses one document and no more."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from index.formats.extraction import Extractor, TransientError
from index.settings import IndexSettings
from index.sources import Known, read_sources
from tests.index.documents import as_docx, as_pdf
from tests.index.hostile import TEXT


def test_a_reader_that_is_killed_is_replaced() -> None:
    with Extractor() as extractor:
        assert extractor.read(as_docx(TEXT), "a.docx", "DOCX").text.startswith("# 某市")
        process = extractor._process
        assert process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(TransientError, match=r"^b\.docx：读取时程序异常退出"):
            extractor.read(as_docx(TEXT), "b.docx", "DOCX")
        assert extractor.read(as_docx(TEXT), "b.docx", "DOCX").text.startswith("# 某市")
        last = extractor._process
    assert last and last.returncode is not None  # none is left behind


def test_a_document_that_takes_too_long_is_given_up() -> None:
    with Extractor(seconds=0) as extractor, pytest.raises(TransientError, match=r"^a\.pdf：读取超过 0 秒"):
        extractor.read(as_pdf(TEXT), "a.pdf", "PDF")


def test_a_document_that_failed_by_accident_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.docx").write_bytes(as_docx(TEXT))
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    settings = IndexSettings(policy_dir=tmp_path)
    with monkeypatch.context() as hurried:
        hurried.setattr(Extractor.__init__, "__defaults__", (0,))
        first = read_sources(settings, lambda _: None)
    assert [problem.split("：")[0] for problem in first.problems] == ["a.docx"]
    assert first.faults == {} and list(first.skipped) == ["a.docx"]

    known = Known(
        policies=dict(zip(first.files.items(), first.policies, strict=True)),
        faults={(name, first.skipped[name]): told for name, told in first.faults.items()},
    )
    second = read_sources(settings, lambda _: None, known)
    assert [policy.id for policy in second.policies] == ["a", "b"]
    assert second.problems == () and second.skipped == {}
