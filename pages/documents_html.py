"""The documents' view as HTML: what is sent, what is indexed, how a change goes on and what came of it; all escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.terms import Language
from assistant.validity import REPLACED, End, Life
from assistant.view import Words, cite, safe, texts
from index.errors import CancelledError, IndexBusyError, PolicyIndexError
from index.folder import Difference, Outside
from index.formats.kinds import READ, SUPPORTED
from index.header import field_of
from index.library import ASIDE, Change, Found
from index.reader import LARGEST

if TYPE_CHECKING:
    from index.policy import Policy
    from index.store import Index
    from pages.changes import Job

PHASES = {  # of a change -> the steps of a build that belong to it
    "read": ("file", "read", "schema"),
    "embed": ("model", "embed"),
    "publish": ("write", "verify"),
    "live": (),
}
MB = 1024 * 1024
SHOWN_NAMES = 3  # of the files of a change; the rest are counted
FEW = 8  # documents among which nobody has to search


def panel(language: Language) -> str:
    """Where files are chosen, how far their sending is, which were not taken, and the question before a removal."""
    words = texts(language)
    told = {
        "language": language,
        "limit": str(LARGEST),
        "too-large": words["documents_too_large"],
        "sending": words["documents_sending"],
        "failed": words["documents_unsent"],
        "sure": words["documents_sure"],
    }
    data = " ".join(f'data-{name}="{safe(text)}"' for name, text in told.items())
    limits = safe(words["documents_limits"].format(limit=LARGEST // MB))
    return (
        f'<div class="documents-panel" {data}><p class="hint">{safe(words["documents_intro"])}</p>'
        f'<div class="choose"><label class="pick"><input type="file" multiple accept="{",".join(SUPPORTED)}">'
        f'<span>{safe(words["documents_add"])}</span></label><span class="hint">{limits}</span></div>'
        f'<div class="sending" hidden><progress max="1" value="0" aria-label="{safe(words["documents_progress"])}">'
        f'</progress><span role="status"></span></div><div role="alert"><ul class="refused"></ul></div>'
        f'<dialog class="documents-sure" aria-labelledby="documents-sure"><h2 id="documents-sure"></h2><ul></ul>'
        f"<p>{safe(words['documents_sure_where'].format(folder=ASIDE))}</p>"
        f'<div class="buttons"><button type="button" class="no">{safe(words["documents_keep"])}</button>'
        f'<button type="button" class="yes">{safe(words["documents_remove_now"])}</button></div></dialog></div>'
    )


def note(text: str, kind: str = "", more: str = "") -> str:
    """One sentence about a change; ``kind`` is ``bad`` for one that was not done, ``more`` is HTML behind it."""
    return (
        f'<div class="documents-note {kind}" role="{"alert" if kind else "status"}">{safe(text)}{more}</div>'
    )


def _again(uploads: Sequence[str], words: Words) -> str:
    """The button that tries once more with the files that were sent; "" without any."""
    said = safe(words["documents_again"])
    sent = safe(" ".join(uploads))
    return f' <button type="button" class="again" data-uploads="{sent}">{said}</button>' if uploads else ""


def names(files: Sequence[str], language: Language) -> str:
    """The names of some files in a sentence."""
    words = texts(language)
    text = words["documents_and"].join(files[:SHOWN_NAMES])
    more = len(files) - SHOWN_NAMES
    return words["documents_more"].format(names=text, count=more) if more > 0 else text


def busy(job: Job, language: Language, uploads: Sequence[str] = ()) -> str:
    """Who holds the turn, and since when; ``uploads`` are the words of files that wait for theirs."""
    words = texts(language)
    who = (job.user.name if job.user else "") or words["documents_somebody"]
    said = words["documents_busy"].format(
        who=who,
        what=words[f"documents_doing_{job.kind}"].format(files=names(job.files, language)),
        since=f"{job.since:%H:%M:%S}",
    )
    return note(said, "bad", _again(uploads, words))


def progress(job: Job, language: Language, phase: str = "") -> str:
    """How far a change is; ``phase`` is that of its step where none is given."""
    words, step = texts(language), job.step
    phase = phase or next((name for name, own in PHASES.items() if step and step.name in own), "read")
    at = list(PHASES).index(phase)
    items = ""
    for number, name in enumerate(PHASES):
        state = 'past"' if number < at else 'now" aria-current="step"' if number == at else 'next"'
        items += f'<li class="{state}>{safe(words[f"documents_phase_{name}"])}</li>'
    share = f' max="{step.total}" value="{step.done}"' if step and step.total and phase != "live" else ""
    doing = words[f"documents_doing_{job.kind}"].format(files=names(job.files, language))
    parts = words["documents_parts"].format(done=step.done, total=step.total) if step and share else ""
    file = str(step.values.get("file", "")) if step and share else ""
    return (
        f'<div class="documents-note" data-busy><p role="status">{safe(doing)}</p><ol class="phases">{items}</ol>'
        f'<p class="parts"><progress aria-label="{safe(words["documents_progress"])}"{share}></progress> '
        f"<span>{safe(' '.join(filter(None, (parts, file))))}</span></p></div>"
    )


# --- what came of a change ------------------------------------------------------------------------


def outcome(
    job: Job,
    live: bool,
    index: Index,
    lives: Mapping[str, Life],
    today: date,
    language: Language,
    uploads: Sequence[str] = (),
) -> str:
    """What was done, file by file, or why not; ``index`` is that which answers now, ``live`` whether with the change.

    ``uploads`` are the words of files with which it can be tried again.
    """
    words = texts(language)
    if job.error or job.change is None:
        return failure(job.error, language, uploads)
    change = job.change
    ending = words["documents_live" if live else "documents_not_live"] if job.generation else ""
    count = len(change.removed if job.kind == "remove" else change.added)
    done = "none" if job.kind == "add" and not count else job.kind
    head = words[f"documents_done_{done}"].format(count=count, total=len(index.policies))
    moved = dict(change.moved)
    items = [_added(one, change, moved, index, lives, today, language) for one in change.found]
    items += [
        f"<li>{safe(words['documents_known'].format(file=file, other=other))}</li>"
        for file, other in change.known
    ]
    items += [_moved(file, moved, words) for file in change.removed]
    items += [f'<li class="bad">{safe(problem)}</li>' for problem in change.problems]
    bad = " bad" if change.problems else ""
    shown = f"<ul>{''.join(items)}</ul>" if items else ""
    return f'<div class="documents-note{bad}" role="status"><p>{safe(f"{head}{ending}")}</p>{shown}</div>'


def failure(error: PolicyIndexError | None, language: Language, uploads: Sequence[str] = ()) -> str:
    """Why nothing was done."""
    words = texts(language)
    if isinstance(error, CancelledError):
        return note(words["documents_cancelled"])
    lead = "" if isinstance(error, IndexBusyError) else words["documents_failed"]
    return note(f"{lead}{error or ''}", "bad", _again(uploads, words))


def _added(
    one: Found,
    change: Change,
    moved: Mapping[str, str],
    index: Index,
    lives: Mapping[str, Life],
    today: date,
    language: Language,
) -> str:
    """A document that was added: what was found in it, what it replaces, and what is to be known of it."""
    words, id = texts(language), Path(one.file).stem
    counts = {kind: getattr(one, kind) for kind in ("sections", "clauses", "duties", "targets")}
    said = [f"<p>{_held(words, **counts)}</p>"]
    missing = [kind for kind in ("sections", "duties", "targets") if not counts[kind]]
    said += [f'<p class="hint">{safe(words[f"documents_no_{kind}"])}</p>' for kind in missing]
    for file in dict.fromkeys(change.replaced):
        if Path(file).stem == id:
            where = moved.get(file, ASIDE)
            said.append(
                f'<p class="warn">{safe(words["documents_replaced"].format(file=file, where=where))}</p>'
            )
    if id in index.policies:
        if lives[id].state(today) != "in_force":
            said.append(f'<p class="warn">{_state(id, index, lives, today, words)}</p>')
        for other, life in lives.items():
            if life.replaced and life.replaced.policy == id:
                text = words[f"documents_{life.replaced.kind}_now"].format(title=index.policies[other].title)
                said.append(f'<p class="warn">{safe(text)}</p>')
    title = cite(id, 0, 0, one.title) if id in index.policies else safe(one.title)
    return f"<li><b>{title}</b> <small>{safe(one.file)}</small>{''.join(said)}</li>"


def _moved(file: str, moved: Mapping[str, str], words: Words) -> str:
    return f"<li>{safe(words['documents_moved'].format(file=file, where=moved.get(file, ASIDE)))}</li>"


def _held(words: Words, **counts: int) -> str:
    """What was found in a document."""
    parts = (words[f"documents_held_{kind}"].format(count=count) for kind, count in counts.items())
    return " · ".join(f'<span class="part">{safe(part)}</span>' for part in parts)


# --- what is there --------------------------------------------------------------------------------


def table(index: Index, lives: Mapping[str, Life], found: Difference, today: date, language: Language) -> str:
    """The indexed documents, then the files of the folder that are not indexed, and whether a build is due."""
    words = texts(language)
    files = {Path(name).stem: name for name in index.manifest.files}
    rows = [
        _row(policy, files.get(id, id), index, lives, today, language)
        for id, policy in index.policies.items()
    ]
    head = "".join(
        f'<th scope="col">{safe(words[f"documents_column_{name}"])}</th>'
        for name in ("chosen", "document", "held", "validity")
    )
    label = words["documents_indexed"].format(count=len(rows))
    find = words["documents_find"]
    search = (
        f'<input type="search" class="find" aria-label="{safe(find)}" placeholder="{safe(find)}">'
        if len(rows) > FEW
        else ""
    )
    return (
        f'<div class="documents-list"><div class="top"><h3>{safe(label)}</h3>{search}'
        f'<button type="button" class="remove" disabled>{safe(words["documents_remove"])}</button></div>'
        f'<div class="wide" tabindex="0" role="region" aria-label="{safe(label)}"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>{_due(found, words)}{_outside(found.outside, words)}</div>"
    )


def _row(
    policy: Policy, file: str, index: Index, lives: Mapping[str, Life], today: date, language: Language
) -> str:
    words = texts(language)
    number = field_of(policy, "document_number")
    about = [number.value if number else "", file, _format(file), _size(index.settings.policy_dir / file)]
    held = _held(
        words,
        sections=len(policy.sections),
        clauses=len({duty.clause for duty in policy.duties}),
        duties=len(policy.duties),
        targets=len(policy.targets),
    )
    return (
        f"<tr><td>{_box(file, policy.title, words)}</td>"
        f'<th scope="row">{cite(policy.id, 0, 0, policy.title)}<small>{safe(" · ".join(filter(None, about)))}</small>'
        f"</th><td>{held}</td><td>{_state(policy.id, index, lives, today, words)}</td></tr>"
    )


def _box(file: str, name: str, words: Words) -> str:
    label = safe(words["documents_choose"].format(name=name))
    return f'<input type="checkbox" value="{safe(file)}" data-name="{safe(name)}" aria-label="{label}">'


def _format(file: str) -> str:
    suffix = Path(file).suffix.lower()
    return READ.get(suffix, "TXT" if suffix == ".txt" else "Markdown")


def _size(path: Path) -> str:
    try:
        size = path.stat().st_size
    except OSError:
        return ""
    return f"{size / MB:.1f} MB" if size >= MB else f"{max(1, round(size / 1024))} KB"


def _state(id: str, index: Index, lives: Mapping[str, Life], today: date, words: Words) -> str:
    """Whether a document is in force, as a link to the sentence that says so where there is one."""
    life = lives[id]
    state = life.state(today)
    end = life.ended(today) if state not in ("in_force", "not_yet") else None
    later = next((one for one in life.ends if one.day and one.day > today), None)
    text = words[f"documents_{state}"]
    if state == "not_yet":
        text = words["documents_not_yet"].format(day=life.begins)
    elif end and end.kind in REPLACED:
        text = words[f"documents_{state}"].format(by=index.policies[end.policy].title)
    elif end and end.day:
        text = words["documents_expired_on"].format(day=end.day - timedelta(days=1))
    elif state == "in_force" and later and later.kind == "expired" and later.day:
        end, text = later, words["documents_until"].format(day=later.day - timedelta(days=1))
    shown = _sentence(end, text) if end else safe(text)
    return f'<span class="state {state}">{shown}</span>'


def _sentence(end: End, text: str) -> str:
    return cite(end.policy, end.start, end.end, text) if end.end else safe(text)


def _due(found: Difference, words: Words) -> str:
    """That the folder has changed since the index was made, with the button that brings the index up to date."""
    if not found.is_due:
        return ""
    new = [one.file for one in found.outside if not one.reason]
    lists = {"new": new, "changed": found.changed, "gone": found.gone}
    said = "".join(
        f"<li>{safe(words[f'documents_due_{kind}'].format(files=words['documents_and'].join(files)))}</li>"
        for kind, files in lists.items()
        if files
    )
    return (
        f'<div class="documents-note due"><p>{safe(words["documents_due"])}</p><ul>{said}</ul>'
        f'<button type="button" class="build">{safe(words["documents_build"])}</button></div>'
    )


def _outside(files: Iterable[Outside], words: Words) -> str:
    """The files that cannot be indexed, each with the reason."""
    items = "".join(
        f"<li><label>{_box(one.file, one.file, words)} <b>{safe(one.file)}</b></label>"
        f"<p>{safe(one.reason)}</p></li>"
        for one in files
        if one.reason
    )
    return f'<h3>{safe(words["documents_unread"])}</h3><ul class="unread">{items}</ul>' if items else ""
