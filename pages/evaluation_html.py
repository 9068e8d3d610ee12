"""The evaluation's progress, errors, report and comparison as HTML; every text of a case or an answer is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from assistant.terms import Language
from assistant.view import Words, cite, lines, safe, texts
from eval.labels import figure_labels, name_of, step_labels
from eval.report import by_step, headline, latency_chart, milliseconds, shares, view
from eval.results import Citation, Info, Record, Result
from eval.score import Failure
from pages.frame_html import address

if TYPE_CHECKING:
    from eval.compare import Comparison, Pair
    from eval.runs import Progress
    from index.policy import Policy

Policies = Mapping[str, "Policy"]
SHOWN_FAULTS = 50  # lines of a file that are named
SHOWN_CASES = 100  # failed cases on the page; the report has all
SHOWN_PASSAGES = 3


def introduction(language: Language) -> str:
    """What this view is for."""
    return f'<p class="hint">{safe(texts(language)["evaluation_intro"])}</p>'


def note(text: str) -> str:
    """One sentence about the run."""
    return f'<div class="evaluation-note" role="status">{safe(text)}</div>'


def ready(count: int, language: Language) -> str:
    """That an uploaded file is sound."""
    return note(texts(language)["evaluation_sound"].format(count=count))


def faults(bad: Sequence[tuple[int, str]], language: Language) -> str:
    """What is wrong with a file, line by line."""
    words = texts(language)
    items = [
        f"<li><b>{safe(words['evaluation_line'].format(line=line))}</b> {safe(sentence)}</li>"
        for line, sentence in bad[:SHOWN_FAULTS]
    ]
    more = len(bad) - SHOWN_FAULTS
    rest = f"<p>{safe(words['evaluation_more_faults'].format(count=more))}</p>" if more > 0 else ""
    head = safe(words["evaluation_faults"].format(count=len(bad)))
    return f'<div class="evaluation-note bad" role="alert"><p>{head}</p><ul>{"".join(items)}</ul>{rest}</div>'


def progress(step: Progress, language: Language) -> str:
    """How far a run is."""
    words = texts(language)
    key = "evaluation_asking" if step.done else "evaluation_indexing"
    said = words[key].format(policy=step.policy, done=step.done, total=step.total, passed=step.passed)
    label = safe(words["evaluation_progress"])
    return (
        f'<div class="evaluation-note" role="status"><progress aria-label="{label}" max="{step.total}" '
        f'value="{step.done}"></progress> {safe(said)}</div>'
    )


def finished(step: Progress, language: Language) -> str:
    """That a run is finished."""
    return note(texts(language)["evaluation_finished"].format(total=step.total, passed=step.passed))


def title(name: str, info: Info, language: Language) -> str:
    """A run in a list: when, of what, and its share of passed cases."""
    words = texts(language)
    passed = info.figures.named.get("passed")
    return words["evaluation_title"].format(
        when=_when(name, info),
        files="、".join(info.files) or info.split or name,
        model="" if info.llm == "none" else f" · {info.llm}",
        count=passed.n if passed else 0,
        share=f"{100 * (passed.value or 0):.1f} %" if passed else "–",
    )


def _when(name: str, info: Info) -> str:
    try:
        return datetime.fromisoformat(info.started).astimezone().strftime("%m-%d %H:%M:%S")
    except ValueError:
        return name


# --- the report -----------------------------------------------------------------------------------


def report(name: str, result: Result, policies: Policies, language: Language) -> str:
    """Figures with their intervals, charts, and the failed cases by the step that lost them."""
    words = texts(language)
    failed, _ = by_step(result.records)
    count = sum(map(len, failed.values()))
    up = address("zh") if language == "en" else ""
    links = "".join(
        f'<a class="download" download href="{up}runs/{escape(name)}/{file}">{safe(words[key])}</a>'
        for file, key in (("report.html", "evaluation_download"), ("cases.jsonl", "evaluation_lines"))
    )
    verdict = words["evaluation_verdict"].format(
        total=len(result.records), passed=len(result.records) - count, failed=count
    )
    parts = [
        f'<div class="head"><h2>{safe(title(name, result.info, language))}</h2>{links}</div>',
        f"<p>{safe(verdict)}</p>",
        _figures(result, words, language),
        _shares(result, words, language),
        _latency(result, words, language),
        f"<h3>{safe(words['evaluation_failed_cases'].format(count=count))}</h3>",
    ]
    left = SHOWN_CASES
    for step, records in failed.items():
        parts.append(
            f"<h4>{safe(name_of(step, language))} ({len(records)})</h4>"
            f'<p class="hint">{safe(step_labels(language)[step])}</p>'
        )
        parts += [_case(record, policies, words, language) for record in records[:left]]
        left = max(0, left - len(records))
    if count > SHOWN_CASES:
        parts.append(f'<p class="hint">{safe(words["evaluation_more_cases"].format(count=SHOWN_CASES))}</p>')
    return f'<div class="evaluation-report">{"".join(parts)}</div>'


def _figures(result: Result, words: Words, language: Language) -> str:
    rows = [
        f'<tr><th scope="row">{safe(row.label)}<small>{safe(row.meaning)}</small></th>'
        f"<td>{safe(row.value)}</td><td>{safe(row.interval)}</td><td>{row.n}</td></tr>"
        for row in headline(result.info.figures.named, language)
    ]
    head = [words[f"evaluation_column_{key}"] for key in ("figure", "value", "interval", "n")]
    return _table(head, rows, words["evaluation_figures"], "figures") + (
        f'<p class="hint">{safe(words["evaluation_bootstrap"])}</p>'
    )


def _shares(result: Result, words: Words, language: Language) -> str:
    rows = []
    for share in shares(result.records):
        passed, correct = (round(100 * part / share.n, 2) for part in (share.passed, share.correct))
        rows.append(
            f'<tr><th scope="row">{safe(name_of(share.name, language))}</th><td>{share.passed} / {share.n}</td>'
            f'<td class="plot"><span class="track" aria-hidden="true"><i class="half" style="width:{correct}%"></i>'
            f'<i style="width:{passed}%"></i></span></td></tr>'
        )
    head = [words[f"evaluation_column_{key}"] for key in ("category", "passed", "chart")]
    return _table(head, rows, words["evaluation_categories"], "chart")


def _latency(result: Result, words: Words, language: Language) -> str:
    _, bands = latency_chart(result.info.figures.latency)
    rows = [
        f'<tr><th scope="row">{safe(name_of(band.route, language))}</th><td>{band.latency.n}</td>'
        f"<td>{milliseconds(band.latency.p50)}</td><td>{milliseconds(band.latency.p95)}</td>"
        f'<td class="plot"><span class="track" aria-hidden="true"><i class="span" style="left:{band.left}%;'
        f'width:{max(1.0, band.right - band.left):.2f}%"></i></span></td></tr>'
        for band in bands
    ]
    head = [words[f"evaluation_column_{key}"] for key in ("route", "n", "p50", "p95", "log")]
    return _table(head, rows, words["evaluation_latency"], "chart")


def _table(head: Iterable[str], rows: Iterable[str], caption: str, kind: str) -> str:
    cells = "".join(f'<th scope="col">{safe(text)}</th>' for text in head)
    return (
        f"<h3>{safe(caption)}</h3>"
        f'<div class="wide" tabindex="0" role="region" aria-label="{safe(caption)}"><table class="{kind}">'
        f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _case(record: Record, policies: Policies, words: Words, language: Language) -> str:
    """A failed case, folded: what was asked, what came, what should have come, and where it was lost."""
    seen = view(record)
    kinds = dict.fromkeys(kind for kind, _ in record.failures)
    tags = "".join(f'<span class="tag bad">{safe(name_of(kind, language))}</span>' for kind in kinds)
    tags += (
        f'<span class="tag">{safe(name_of(record.category, language))}</span><code>{safe(record.id)}</code>'
    )
    rows = [
        ("evaluation_step", safe(step_labels(language).get(record.step or "unknown", ""))),
        (
            "evaluation_reason",
            _list(_reason(kind, detail, record, words, language) for kind, detail in record.failures),
        ),
        ("evaluation_missing", _list(map(safe, seen.missing))),
        ("evaluation_said", _list(map(safe, seen.said))),
        ("evaluation_history", "".join(f"<p>{safe(t.role)}: {lines(t.content)}</p>" for t in record.history)),
        ("evaluation_answer", _answer(record, words)),
        ("evaluation_citations", _list(_citation(c, policies) for c in record.answer.citations) or "–"),
        (
            "evaluation_evidence",
            _list(_piece(record, text, held, policies, words) for text, held in seen.evidence),
        ),
        (
            "evaluation_passages",
            _list(
                f"{safe(' › '.join(passage.section) or passage.policy)}{' ✓' if holds else ''}"
                for passage, holds in seen.passages[:SHOWN_PASSAGES]
            ),
        ),
    ]
    body = "".join(f"<dt>{safe(words[key])}</dt><dd>{found}</dd>" for key, found in rows if found)
    return (
        f'<details class="evaluation-case"><summary><span class="asked-here">{safe(record.question)}</span>{tags}'
        f"</summary><dl>{body}</dl></details>"
    )


def _reason(kind: str, detail: str, record: Record, words: Words, language: Language) -> str:
    if kind == Failure.WRONG_COUNT:
        detail = words["evaluation_count"].format(found=record.answer.count, expected=record.expect_count)
    if kind in (Failure.MISSED_REFUSAL, Failure.WRONG_REFUSAL):
        detail = ""  # the answer, which stands below
    return f"{safe(name_of(kind, language))}{f': {lines(detail)}' if detail else ''}"


def _answer(record: Record, words: Words) -> str:
    answer = record.answer
    state = (
        ""
        if answer.status == "answered"
        else f'<span class="tag">{safe(words.get(answer.status, answer.status))}</span> '
    )
    table = ""
    if answer.table:
        rows = "".join(
            f"<tr>{''.join(f'<td>{lines(str(cell))}</td>' for cell in row)}</tr>" for row in answer.table.rows
        )
        head = "".join(f'<th scope="col">{safe(name)}</th>' for name in answer.table.columns)
        table = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    notices = "".join(f"<p>{lines(notice.text)}</p>" for notice in answer.notices)
    return f"{state}{lines(answer.text)}{table}{notices}"


def _citation(citation: Citation, policies: Policies) -> str:
    place = " › ".join(citation.section) or citation.policy
    return f"{_clause(f'[{citation.number}] {place}', citation.policy, citation.start, citation.quote, policies)} {lines(citation.quote)}"


def _piece(record: Record, text: str, held: bool, policies: Policies, words: Words) -> str:
    policy = policies.get(record.policy)
    start = policy.source.find(text) if policy else -1
    label = words["evaluation_cited" if held else "evaluation_uncited"]
    tag = f'<span class="tag{"" if held else " bad"}">{safe(label)}</span>'
    return f"{_clause(words['evaluation_open'], record.policy, start, text, policies)} {lines(text)} {tag}"


def _clause(label: str, policy: str, start: int, text: str, policies: Policies) -> str:
    """A link to a clause where the policy is indexed and still says it there; else nothing but the label."""
    end = start + len(text)
    if policy in policies and start >= 0 and policies[policy].source[start:end] == text:
        return cite(policy, start, end, label)
    return f"<span>{safe(label)}</span>"


def _list(items: Iterable[str]) -> str:
    found = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{found}</ul>" if found else ""


# --- two runs -------------------------------------------------------------------------------------


def comparison(found: Comparison, language: Language) -> str:
    """What a run won and lost against an earlier one, each figure's difference, and whether chance explains it."""
    words = texts(language)
    better = "same" if found.p >= 0.05 else "worse" if found.worse else "better"
    labels = figure_labels(language)
    rows = [
        f'<tr><th scope="row">{safe(labels.get(row.name, (row.name, ""))[0])}</th><td>{100 * row.a:.1f} %</td>'
        f"<td>{100 * row.b:.1f} %</td><td>{100 * (row.b - row.a):+.1f}</td>"
        f"<td>{100 * row.low:+.1f} – {100 * row.high:+.1f}</td><td>{row.n}</td></tr>"
        for row in found.differences
    ]
    head = [words[f"evaluation_column_{key}"] for key in ("figure", "before", "now", "gap", "interval", "n")]
    changed = words["evaluation_changed"].format(count=len(found.changed)) if found.changed else ""
    verdict = words[f"evaluation_{better}"].format(
        shared=len(found.pairs), lost=len(found.lost), won=len(found.won), p=f"{found.p:.3g}"
    )
    return (
        f'<div class="evaluation-report comparison"><h2>{safe(words["evaluation_comparison"])}</h2>'
        f"<p>{safe(verdict)} {safe(changed)}</p>"
        f"{_pairs(words['evaluation_lost'], found.lost)}{_pairs(words['evaluation_won'], found.won)}"
        f"{_table(head, rows, words['evaluation_differences'], 'figures')}</div>"
    )


def _pairs(label: str, pairs: Sequence[Pair]) -> str:
    if not pairs:
        return ""
    items = _list(f"{safe(after.question)} <code>{safe(after.id)}</code>" for _, after in pairs[:SHOWN_CASES])
    return f"<details><summary>{safe(label.format(count=len(pairs)))}</summary>{items}</details>"
