"""Answers and their evidence as HTML, and what all HTML of the pages is made with: texts, links, escaping."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

from assistant.answer import Answer, Citation, Passage
from assistant.terms import Language

Words = Mapping[str, str]  # the texts of a page in one language
NEAREST = 3  # clauses named below a refusal
_MARK = re.compile(r"\[(\d{1,4})\]")
_UNPRINTABLE = re.compile(  # also what turns the direction of the text: a number would read backwards
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_LINE_END = re.compile(r"[^\S\n\r\x85\u2028\u2029]*(?:\r\n?|[\n\x85\u2028\u2029])\s*")
_HEADING = re.compile(r"^#{1,6}[ \t]+", re.MULTILINE)


@cache
def texts(language: str = "zh") -> Words:
    """The page's texts (``ui.toml``) in one language, ``zh`` or ``en``."""
    tables: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("ui.toml").read_text("utf-8"))
    return tables[language]


def link(policy: str, start: int, end: int) -> str:
    """The address of a slice of a policy on the page."""
    return f"#p={quote(policy, safe='')}&s={start}&e={end}"


def cite(policy: str, start: int, end: int, text: str, title: str = "") -> str:
    """A link that opens the original at a slice; ``title`` is what it says in full."""
    hint = f' title="{safe(title)}"' if title else ""
    return f'<a class="cite" href="{safe(link(policy, start, end))}"{hint}>{safe(text)}</a>'


def body_link(label: str) -> str:
    """The address of an organisation's duties on the page."""
    return f"#view=duties&body={quote(label, safe='')}"


def printable(text: str) -> str:
    """Text in which what must not be shown (control characters, lone surrogates) is U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text)


def safe(text: str) -> str:
    """Escaped text; what no page can show becomes U+FFFD."""
    return escape(printable(text))


def lines(text: str) -> str:
    """Escaped text whose line ends are breaks."""
    return "<br>".join(safe(line) for line in _LINE_END.split(text.strip()))


def quoted(text: str) -> str:
    """The same without the marks of Markdown headings, as the original is shown."""
    return lines(_HEADING.sub("", text.strip()))


# --- the conversation ----------------------------------------------------------------------------


def question_html(text: str) -> str:
    """A question as the reader typed it."""
    return f'<div class="asked">{lines(text)}</div>'


def pending_html(text: str, language: Language = "zh") -> str:
    """An answer while it comes; before its first words, that it is looked for."""
    return f'<div class="answer pending">{lines(text) or safe(texts(language)["pending"])}</div>'


def failure_html(text: str) -> str:
    """A sentence in place of an answer that could not be made."""
    return f'<div class="answer failed" role="alert"><div class="notice">{lines(text)}</div></div>'


def answer_html(answer: Answer, titles: Mapping[str, str] | None = None) -> str:
    """An answer: notices, text, table, sources, what was checked; ``titles`` of policies by id. In its language."""
    words = texts(answer.language)
    state = f'<div class="state">{safe(words[answer.status])}</div>' if answer.status != "answered" else ""
    parts = [f'<div class="notice">{lines(notice.text)}</div>' for notice in answer.notices]
    parts.append(f'{state}<div class="text">{with_citations(answer.text, answer.citations)}</div>')
    if answer.table:
        parts.append(_table(answer, words))
    if answer.status == "refused":
        parts.append(_nearest(answer.passages[:NEAREST], titles or {}, words))
    else:
        parts += [_sources(answer.citations, words), _foot(answer, words)]
    return f'<div class="answer {answer.status}" lang="{answer.language}">{"".join(parts)}</div>'


def with_citations(text: str, citations: Iterable[Citation]) -> str:
    """Escaped text with its marks ``[n]`` as links; a mark that no citation has stays text."""
    known = {citation.number: citation for citation in citations}
    return _MARK.sub(lambda match: _mark(int(match[1]), known), quoted(text))


def place_of(citation: Citation, words: Words) -> str:
    """Where a citation stands: its path of headings, and its page where the document has pages."""
    return " ".join(filter(None, (" › ".join(citation.section), _page(citation, words))))


def _page(citation: Citation, words: Words) -> str:
    return "" if citation.page is None else words["page"].format(page=citation.page)


def _mark(number: int, known: Mapping[int, Citation]) -> str:
    citation = known.get(number)
    if citation is None:
        return f"[{number}]"
    place = _place(citation.section, citation.title)
    return cite(citation.policy, citation.start, citation.end, f"[{number}]", place)


def _table(answer: Answer, words: Words) -> str:
    assert answer.table is not None
    known = {citation.number: citation for citation in answer.citations}
    head = "".join(
        f'<th scope="col"><button type="button" class="sort">{safe(name)}</button></th>'
        for name in (*answer.table.columns, words["cited"])
    )
    rows = []
    for cells, numbers in zip(answer.table.rows, answer.table.citations, strict=True):
        marks = "".join(_mark(number, known) for number in numbers)
        rows.append(f"<tr>{''.join(f'<td>{lines(cell)}</td>' for cell in cells)}<td>{marks}</td></tr>")
    count = "" if answer.count is None else safe(words["count"].format(count=answer.count))
    above = f'<div class="above"><span class="count">{count}</span>{_copy_button("copy_table", words)}</div>'
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'{above}<div class="table" tabindex="0"><table>{body}</table></div>'


def _copy_button(name: str, words: Words) -> str:
    """A button that copies the answer, or its table; behind it what it says when that is done."""
    return (
        f'<span class="tools"><button class="{name.replace("_", "-")}" type="button" aria-live="polite">'
        f'{safe(words[name])}</button><span class="copied" hidden>{safe(words["copied"])}</span></span>'
    )


def _sources(citations: Sequence[Citation], words: Words) -> str:
    """What is cited, folded away; it goes with the answer where that is copied."""
    if not citations:
        return ""
    items = [
        f"<li>{_mark(c.number, {c.number: c})} {safe(' '.join(filter(None, _source(c, words))))}</li>"
        for c in citations
    ]
    summary = safe(words["sources"].format(count=len(items)))
    return f'<details class="sources"><summary>{summary}</summary><ul>{"".join(items)}</ul></details>'


def _source(citation: Citation, words: Words) -> tuple[str, str]:
    return citation.document_number or citation.title, place_of(citation, words)


def _foot(answer: Answer, words: Words) -> str:
    passed = answer.certificate.passed
    unsupported = "、".join(answer.certificate.unsupported)
    checked = words["certified"] if passed else words["uncertified"].format(names=unsupported)
    if passed and answer.route == "model":
        checked = words["written"]
    kind = "sound" if passed else "unsound"
    return f'<div class="foot"><span class="{kind}">{safe(checked)}</span>{_copy_button("copy", words)}</div>'


def _nearest(passages: Sequence[Passage], titles: Mapping[str, str], words: Words) -> str:
    if not passages:
        return ""
    items = []
    for passage in passages:
        place = _place(passage.section, titles.get(passage.policy, passage.policy))
        items.append(f"<li>{cite(passage.policy, passage.start, passage.end, place)}</li>")
    return f'<div class="nearest">{safe(words["nearest"])}<ul>{"".join(items)}</ul></div>'


# --- the evidence --------------------------------------------------------------------------------


def evidence_html(
    passages: Sequence[Passage],
    citations: Sequence[Citation],
    titles: Mapping[str, str],
    language: Language = "zh",
) -> str:
    """Cited clauses, then the other passages that were found, each a link into the original."""
    words = texts(language)
    spans = [(c.policy, c.start, c.end) for c in citations]
    others = [
        passage
        for passage in passages
        if not any(
            passage.policy == policy and passage.start < end and passage.end > start
            for policy, start, end in spans
        )
    ]
    blocks = [f"<h2>{safe(words['evidence_title'])}</h2>"]
    if citations:
        cards = [_card(words, c, c.quote, _document(c, words), c.number) for c in citations]
        blocks.append(f"<h3>{safe(words['cited'])}</h3>{''.join(cards)}")
    if others:
        cards = [_card(words, p, p.text, titles.get(p.policy, p.policy)) for p in others]
        blocks.append(f"<h3>{safe(words['retrieved'])}</h3>{''.join(cards)}")
    if not citations and not others:
        blocks.append(f'<p class="hint">{safe(words["evidence_empty"])}</p>')
    return f'<div class="evidence">{"".join(blocks)}</div>'


def _document(citation: Citation, words: Words) -> str:
    return " ".join(filter(None, (citation.title, citation.document_number, _page(citation, words))))


def _card(words: Words, found: Citation | Passage, text: str, title: str, number: int | None = None) -> str:
    share = max(0, min(100, round(found.score * 100)))
    mark = f'<span class="number">[{number}]</span> ' if number is not None else ""
    meter = (
        f'<span class="meter"><span class="name">{safe(words["relevance"])} {share}%</span>'
        f'<span class="bar"><span class="fill" style="width:{share}%"></span></span></span>'
    )
    return (
        f'<a class="card cite" href="{safe(link(found.policy, found.start, found.end))}"><span class="place">{mark}'
        f"{safe(_place(found.section, title))}</span>"
        f'<span class="quote">{quoted(text)}</span><span class="source">{safe(title)}</span>{meter}</a>'
    )


def _place(section: Sequence[str], title: str) -> str:
    return " › ".join(section) or title
