"""A policy says the same as DOCX, as a page of a portal and as PDF: text in order, ledger, pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.facts import annotate
from index.formats.text import Extracted
from index.formats.worker import extract
from index.parser import parse
from index.policy import Policy
from index.reader import decode
from index.settings import IndexSettings
from index.sources import Known, read_sources
from index.text import squeeze
from tests.index.conftest import ROOT
from tests.index.documents import as_docx, as_html, as_pdf

MAKERS: dict[str, Callable[[str], bytes]] = {"DOCX": as_docx, "HTML": as_html, "PDF": as_pdf}
POLICIES = sorted((ROOT / "eval" / "policies").glob("*.*"))


def read(data: bytes, form: str) -> Policy:
    """The policy that a document holds, with its facts."""
    return annotate(parse(extract(data, form).text, "p"))


def told(policy: Policy) -> dict[str, object]:
    """What a policy says, but for offsets and blanks."""
    return {
        "duties": [(duty.role, squeeze(duty.organisation), squeeze(duty.task)) for duty in policy.duties],
        "targets": [
            (squeeze(t.indicator), t.comparator, t.low, t.high, t.unit, t.year) for t in policy.targets
        ],
        "paths": [tuple(map(squeeze, section.path)) for section in policy.sections if section.path],
        "title": squeeze(policy.title),
        "recipients": squeeze(policy.recipients),
        "issuer": squeeze(policy.issuer),
    }


@pytest.mark.parametrize("form", ["DOCX", "HTML", "PDF"])
@pytest.mark.parametrize("path", POLICIES, ids=[path.stem for path in POLICIES])
def test_a_policy_says_the_same_in_every_format(path: Path, form: str) -> None:
    source = decode(path.read_bytes(), path.name)
    plain = re.sub(r"(?m)^#+ ", "", source) if form == "PDF" else source  # paper has no levels of headings
    wanted, found = annotate(parse(plain, "p")), read(MAKERS[form](source), form)
    assert told(found) == told(wanted)
    header = {(item.label, squeeze(item.value)) for item in found.header}
    assert header >= {(item.label, squeeze(item.value)) for item in wanted.header}


def test_the_plan_as_pdf_has_pages_and_no_margins(hanzhong: Policy) -> None:
    found = extract(as_pdf(hanzhong.source, head="汉中市人民政府公报"), "PDF")
    assert told(annotate(parse(found.text, "p")))["duties"] == told(hanzhong)["duties"]
    assert [page for _, page in found.pages] == list(range(1, len(found.pages) + 1))
    assert "公报" not in found.text and "—" not in found.text.replace("——", "")
    for offset, _ in found.pages:
        assert offset == 0 or found.text[offset - 1] == "\n"


WORD = st.text(st.sampled_from("推动绿色低碳转型建设工厂园区市局任务办理服务"), min_size=1, max_size=12)
SENTENCE = st.lists(WORD, min_size=1, max_size=8).map(lambda words: "，".join(words) + "。")
ROWS = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(WORD, min_size=width, max_size=width), min_size=2, max_size=5)
)
BLOCKS = st.lists(st.one_of(SENTENCE, ROWS), min_size=1, max_size=6)


def written(blocks: list[str | list[list[str]]]) -> str:
    """Paragraphs and tables as Markdown."""
    parts = [
        block if isinstance(block, str) else "\n".join(f"| {' | '.join(row)} |" for row in block)
        for block in blocks
    ]
    return "\n\n".join(["第一段说明这份文件要做的事情，后面是正文和表格。", *parts])


@pytest.mark.parametrize("form", ["DOCX", "HTML"])
@settings(max_examples=40)
@given(blocks=BLOCKS)
def test_paragraphs_and_tables_come_back_in_order(form: str, blocks: list[str | list[list[str]]]) -> None:
    source = written(blocks)
    lines = extract(MAKERS[form](source), form).text.splitlines()
    kept = [line.strip(" 　") for line in lines if line.strip() and not line.startswith("| ---")]
    assert kept == [line for line in source.splitlines() if line]


@settings(max_examples=15)
@given(sentences=st.lists(SENTENCE.filter(lambda text: len(text) > 3), min_size=1, max_size=12))
def test_paragraphs_of_a_pdf_come_back_in_order_and_whole(sentences: list[str]) -> None:
    sentences = [
        "推动绿色低碳转型，" * 12 + "建设工厂园区。",
        *sentences,
    ]  # from it one sees where the page ends
    source = "\n\n".join(sentences)
    assert extract(as_pdf(source, head=""), "PDF").text.splitlines() == sentences


def test_short_paragraphs_alone_are_not_joined() -> None:
    sentences = ["任任任任任，任任任任任任，任任任任任任任任任任任。", "任，任。"]
    assert extract(as_pdf("\n\n".join(sentences), head=""), "PDF").text.splitlines() == sentences


def test_unchanged_documents_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_ = IndexSettings(policy_dir=tmp_path)
    (tmp_path / "a.pdf").write_bytes(as_pdf("# 某市办法\n\n第一条 为了规范管理，制定本办法。"))
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04 broken")
    first = read_sources(settings_, lambda _: None)
    (policy,) = first.policies
    assert policy.pages and list(first.faults) == ["b.docx"]
    known = Known(
        texts={first.files["a.pdf"]: joined_again(policy)},
        faults={("b.docx", first.skipped["b.docx"]): "b.docx：先前的原因。"},
    )
    monkeypatch.setattr("index.formats.extraction.Extractor.read", None)  # whatever is read again fails
    again = read_sources(settings_, lambda _: None, known)
    assert again.policies == first.policies
    assert again.problems == ("b.docx：先前的原因。",)


def joined_again(policy: Policy) -> Extracted:
    """What the live generation keeps of a document."""
    return Extracted(policy.source, tuple((page.start, page.number) for page in policy.pages))
