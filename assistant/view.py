"""Answers, evidence and documents as HTML: the only place that makes HTML, everything escaped.

An answer's HTML holds no blank line, so that a Markdown renderer passes it through as one block.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

from assistant.answer import Answer, Citation, Passage
from index.policy import Policy

_MARK = re.compile(r"\[(\d+)\]")


@cache
def texts() -> Mapping[str, str]:
    """The page's texts (``ui.toml``)."""
    return tomllib.loads(Path(__file__).with_name("ui.toml").read_text("utf-8"))


def link(policy: str, start: int, end: int) -> str:
    """The address of a slice of a policy on the page."""
    return f"#p={quote(policy, safe='')}&s={start}&e={end}"


def plain(text: str) -> str:
    """Escaped text on one line of source; line ends become breaks."""
    return re.sub(r"\s*\n\s*", "<br>", escape(text.strip()))


def _cite(citation: Citation | None, number: int) -> str:
    if citation is None:
        return f"[{number}]"
    place = " › ".join(citation.section) or citation.title
    address = link(citation.policy, citation.start, citation.end)
    return f'<a class="cite" href="{escape(address)}" title="{escape(place)}">[{number}]</a>'


def with_citations(text: str, citations: Sequence[Citation]) -> str:
    """Escaped text with its marks as links."""
    known = {citation.number: citation for citation in citations}
    return _MARK.sub(lambda match: _cite(known.get(int(match.group(1))), int(match.group(1))), plain(text))


def question_html(text: str) -> str:
    """A question as the reader typed it."""
    return f'<div class="asked">{plain(text)}</div>'


def pending_html(text: str) -> str:
    """An answer while it comes."""
    return f'<div class="answer pending">{plain(text)}</div>'


def answer_html(answer: Answer) -> str:
    """An answer: notices, text, table, what was checked."""
    parts = [f'<div class="notice">{plain(notice.text)}</div>' for notice in answer.notices]
    parts.append(f'<div class="text">{with_citations(answer.text, answer.citations)}</div>')
    if answer.table:
        parts.append(_table(answer))
    if answer.status != "refused":
        passed = answer.certificate.passed
        words = (
            texts()["certified"]
            if passed
            else texts()["uncertified"].format(names="、".join(answer.certificate.unsupported))
        )
        parts.append(
            f'<div class="foot"><span class="{"sound" if passed else "unsound"}">{escape(words)}</span>{_copy()}</div>'
        )
    else:
        parts += _nearest(answer.passages[:3])
    return f'<div class="answer {answer.status}">{"".join(parts)}</div>'


def _copy() -> str:
    return f'<button class="copy" type="button">{escape(texts()["copy"])}</button>'


def _table(answer: Answer) -> str:
    assert answer.table is not None
    known = {citation.number: citation for citation in answer.citations}
    head = "".join(
        f'<th scope="col">{escape(column)}</th>' for column in (*answer.table.columns, texts()["cited"])
    )
    rows = []
    for cells, numbers in zip(answer.table.rows, answer.table.citations, strict=True):
        marks = "".join(_cite(known.get(number), number) for number in numbers)
        rows.append("<tr>" + "".join(f"<td>{plain(cell)}</td>" for cell in cells) + f"<td>{marks}</td></tr>")
    count = (
        f'<div class="count">{escape(texts()["count"].format(count=answer.count))}</div>'
        if answer.count
        else ""
    )
    return f'{count}<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _nearest(passages: Sequence[Passage]) -> list[str]:
    if not passages:
        return []
    items = [
        f'<li><a class="cite" href="{escape(link(p.policy, p.start, p.end))}">{escape(_place(p.section, p.policy))}</a></li>'
        for p in passages
    ]
    return [f'<div class="nearest">{escape(texts()["nearest"])}<ul>{"".join(items)}</ul></div>']


def _place(section: Sequence[str], title: str) -> str:
    return " › ".join(section) or title


def evidence_html(
    passages: Sequence[Passage], citations: Sequence[Citation], titles: Mapping[str, str]
) -> str:
    """Cited clauses, then the other passages that were found, each a link into the original."""
    if not passages and not citations:
        return f'<p class="hint">{escape(texts()["evidence_empty"])}</p>'
    cited = [
        _card(
            f"[{c.number}]",
            link(c.policy, c.start, c.end),
            _place(c.section, c.title),
            c.quote,
            None,
            f"{c.title} {c.document_number}".strip(),
        )
        for c in citations
    ]
    spans = [(c.policy, c.start, c.end) for c in citations]
    others = [
        _card(
            "",
            link(p.policy, p.start, p.end),
            _place(p.section, titles.get(p.policy, p.policy)),
            p.text,
            p.score,
            "",
        )
        for p in passages
        if not any(p.policy == policy and p.start < end and p.end > start for policy, start, end in spans)
    ]
    blocks = []
    if cited:
        blocks.append(f"<h3>{escape(texts()['cited'])}</h3>{''.join(cited)}")
    if others:
        blocks.append(f"<h3>{escape(texts()['retrieved'])}</h3>{''.join(others)}")
    return f'<div class="evidence">{"".join(blocks)}</div>'


def _card(mark: str, address: str, place: str, quoted: str, score: float | None, title: str) -> str:
    number = f'<span class="number">{escape(mark)}</span>' if mark else ""
    meter = ""
    if score is not None:
        share = max(0, min(100, round(score * 100)))
        meter = f'<span class="meter"><span class="name">{escape(texts()["relevance"])} {share}%</span><span class="bar"><span class="fill" style="width:{share}%"></span></span></span>'
    source = f'<span class="source">{escape(title)}</span>' if title else ""
    return (
        f'<a class="card cite" href="{escape(address)}"><span class="place">{number}{escape(place)}</span>'
        f'<span class="quote">{plain(quoted)}</span>{source}{meter}</a>'
    )


def document_html(policy: Policy) -> str:
    """The original: headings and paragraphs; ``data-start`` gives the offset of each one's text."""
    return f'<article data-policy="{escape(policy.id)}"><h2>{escape(policy.title)}</h2>{"".join(_paragraphs(policy))}</article>'


def _paragraphs(policy: Policy) -> Iterator[str]:
    for section in policy.sections:
        at = section.start
        for line in policy.source[section.start : section.end].splitlines(keepends=True):
            text = line.strip()
            lead = re.match(r"[\s　]*(?:#{1,6}[\s　]+)?(?:\*\*)?", line)
            skip = lead.end() if lead else 0
            text = line[skip:].rstrip()
            if text:
                first = at + skip <= section.body_start and section.level and at <= section.start + skip + 2
                tag = (
                    f"h{min(6, 2 + section.level)}"
                    if first and section.heading and at + len(line.rstrip()) <= section.body_start + 1
                    else "p"
                )
                yield f'<{tag} data-start="{at + skip}">{escape(text)}</{tag}>'
            at += len(line)
