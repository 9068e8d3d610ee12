"""The bar over the chat: conversations kept in the browser, export, and the form for a word on an answer."""

from __future__ import annotations

from assistant.feedback import LONGEST
from assistant.terms import Language
from assistant.view import safe, texts

_SPOKEN = (  # what the script says, by the name of its data attribute
    "full", "unnamed", "failed", "turns", "rename", "delete", "name", "save", "cancel", "sure",
)  # fmt: skip
_REASONS = {  # of a thumb down, with the answers for which it is offered
    "wrong_answer": "answered partial",
    "wrong_source": "answered partial",
    "should_have_answered": "refused partial",
    "should_have_refused": "answered partial",
}


def bar_html(language: Language) -> str:
    """List, name, export and the form; what the script shows lies in data attributes."""
    words = texts(language)
    spoken = " ".join(f'data-{name}="{safe(words[f"conversations_{name}"])}"' for name in _SPOKEN)
    return (
        f'<section class="conversations" aria-label="{safe(words["conversations_title"])}" {spoken}>'
        '<div class="strip">'
        '<button type="button" class="list-conversations" aria-expanded="false" aria-controls="kept-conversations">'
        f"{safe(words['conversations_title'])}</button>"
        f'<button type="button" class="new-conversation">{safe(words["conversations_new"])}</button>'
        '<span class="current"></span>'
        f"{_export('md', words['export_markdown'])}{_export('docx', words['export_word'])}</div>"
        '<div class="panel" id="kept-conversations" hidden>'
        f'<ul></ul><p class="none">{safe(words["conversations_none"])}</p>'
        f'<p class="where">{safe(words["conversations_where"])}</p></div>'
        f'<p class="said" role="status"></p>{_form(language)}</section>'
    )


def _export(kind: str, label: str) -> str:
    return f'<button type="button" class="export" data-kind="{kind}" disabled>{safe(label)}</button>'


def _form(language: Language) -> str:
    words = texts(language)
    reasons = "".join(
        f'<label data-of="{of}"><input type="radio" name="reason" value="{reason}"> '
        f"{safe(words[f'feedback_{reason}'])}</label>"
        for reason, of in _REASONS.items()
    )
    return (
        '<dialog class="feedback" aria-labelledby="feedback-title"><form method="dialog">'
        f'<h2 id="feedback-title">{safe(words["feedback_title"])}</h2>'
        f"<fieldset><legend>{safe(words['feedback_reason'])}</legend>{reasons}</fieldset>"
        f'<label class="correction">{safe(words["feedback_corrected"])}'
        f'<textarea name="corrected" rows="4" maxlength="{LONGEST}"></textarea></label>'
        f'<p class="where">{safe(words["feedback_where"])}</p>'
        f'<p class="problem" role="alert" data-lacking="{safe(words["feedback_lacking"])}"></p>'
        f'<div class="strip"><button type="submit" class="send">{safe(words["feedback_send"])}</button>'
        f'<button type="button" class="leave">{safe(words["conversations_cancel"])}</button></div></form></dialog>'
    )


def thumbs_html(turn: str, language: Language) -> str:
    """The two thumbs under an answer, and the thanks that take their place."""
    words = texts(language)
    buttons = "".join(
        f'<button type="button" class="thumb {thumb}" title="{safe(words[f"feedback_{thumb}"])}">'
        f'<span class="unseen">{safe(words[f"feedback_{thumb}"])}</span></button>'
        for thumb in ("up", "down")
    )
    return (
        f'<div class="rate" id="turn-{safe(turn)}"><span class="ask">{safe(words["feedback_ask"])}</span>'
        f'{buttons}<span class="thanks">{safe(words["feedback_thanks"])}</span></div>'
    )
