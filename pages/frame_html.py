"""What stands around the views as HTML: the heading, the place of the original, and the original itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.terms import Language
from assistant.view import cite, safe, texts
from index.policy import Policy

_OPENING = re.compile(r"\s*(?:#{1,6}\s+)?(?:\*\*)?")  # Markdown before a line's text
_CLOSING = re.compile(r"(?:\*\*)?\s*$")


def heading_html(language: Language = "zh", *, sign_out: bool = False) -> str:
    """Title of the page, that the original text prevails, the switches of language and theme, and the way out."""
    words = texts(language)
    other: Language = "en" if language == "zh" else "zh"
    out = f'<button type="button" class="logout">{safe(words["logout"])}</button>' if sign_out else ""
    return (
        f"<h1>{safe(words['title'])}</h1>"
        f"<p>{safe(words['subtitle'])}<strong>{safe(words['original_prevails'])}</strong></p>"
        f'<nav class="switches" aria-label="{safe(words["switches"])}">'
        f'<a class="language" lang="{other}" hreflang="{other}" href="{address(other)}">'
        f"{safe(texts(other)['language'])}</a>"
        f'<button type="button" class="theme" aria-pressed="false">{safe(words["dark"])}</button>{out}</nav>'
    )


def address(language: Language) -> str:
    """Where the page in a language lies, seen from any page."""
    return "../" if language == "zh" else "en/"


def viewer_html(policies: Iterable[Policy], language: Language = "zh") -> str:
    """The place of the original, with the list of documents until one is opened."""
    words = texts(language)
    items = "".join(f"<li>{cite(policy.id, 0, 0, policy.title)}</li>" for policy in policies)
    return (
        f'<section class="viewer" aria-label="{safe(words["document_title"])}">'
        f'<div class="bar-top"><h2>{safe(words["document_title"])}</h2>'
        f'<button type="button" class="list">{safe(words["document_list"])}</button>'
        f'<button type="button" class="back">{safe(words["back"])}</button></div>'
        f'<div class="chosen" hidden><span class="name"></span>'
        f'<button type="button" class="ask-clause" data-question="{safe(words["ask_clause"])}">'
        f"{safe(words['about_clause'])}</button>"
        f'<button type="button" class="copy-link">{safe(words["copy_link"])}</button>'
        f'<span class="copied" hidden>{safe(words["copied"])}</span></div>'
        f'<div class="scroll" tabindex="0" data-failed="{safe(words["document_failed"])}" '
        f'data-link="{safe(words["clause_link"])}">'
        f'<div class="documents"><p class="hint">{safe(words["document_empty"])}</p><ul>{items}</ul></div>'
        f'<div class="document"></div></div></section>'
    )


def document_html(policy: Policy) -> str:
    """The original: headings and paragraphs; ``data-start`` gives the offset of each one's text."""
    body = "".join(_paragraphs(policy))
    return f'<article data-policy="{safe(policy.id)}"><h2>{safe(policy.title)}</h2>{body}</article>'


def _paragraphs(policy: Policy) -> Iterator[str]:
    pages = list(policy.pages)
    for section in policy.sections:
        at = section.start
        for line in policy.source[section.start : section.end].splitlines(keepends=True):
            opening = _OPENING.match(line)
            skip = opening.end() if opening else 0
            text = _CLOSING.sub("", line[skip:])
            while pages and pages[0].start <= at:
                yield f'<div class="page-number">— {pages.pop(0).number} —</div>'
            if text:
                alone = (
                    section.heading and at <= section.start and at + skip + len(text) <= section.body_start
                )
                tag = f"h{min(6, 2 + section.level)}" if alone and section.level else "p"
                yield f'<{tag} data-start="{at + skip}">{safe(text)}</{tag}>'
            at += len(line)
