"""Which indicators bind and which are only expected (约束性, 预期性), where the row of a table or its sentence says so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.ask import Ask
from assistant.draft import Draft
from assistant.target_choice import choose_targets, eligible_targets
from assistant.target_fit import Found
from assistant.terms import words
from index.text import fold, squeeze
from prompts import phrase

_ITEM = re.compile(
    r"^[ 　]*(?P<number>\d{1,2})(?:[．、]|\.(?!\d))[ 　]*(?P<name>[^：:，,；;。|\n]{2,50})[：:][^\n]*$", re.M
)


def answer_nature(ask: Ask) -> Draft | None:
    """The indicators of the nature asked for, or the nature of the one asked about; None where nothing says it."""
    question = ask.question
    asked = list(dict.fromkeys(re.findall(words()["nature"]["zh"], question.folded)))
    of_year = question.years and not question.has("yesno")
    of_value = question.has("who", "why", "definition", "amount") and not question.has("targets")
    if not asked or of_year or of_value:
        return None
    clause = next(part for part in re.split("[,，?？。;；]", question.folded) if asked[0] in part)
    own = [t for t in question.terms if t.text in clause] if question.has("yesno") else question.terms
    rest = tuple(t for t in own if not any(word in t.text for word in asked))
    of_one = replace(
        ask, question=replace(question, terms=rest, asks=question.asks - {"yesno", "sum", "difference"})
    )
    one = choose_targets(of_one) if rest and (question.has("yesno") or len(asked) > 1) else []
    if rest and not one and question.has("claim"):
        return None  # of an indicator that no table has
    found = _by_indicator(one or eligible_targets(ask))
    named = {key: (nature, span) for key, span in found.items() if (nature := _nature(ask, key[0], span))}
    if one:
        return _of_one(ask, asked, named)
    chosen = [(key, span) for key, (nature, span) in named.items() if [nature] == asked]
    return _of_each(ask, asked[0], chosen or _items(ask, asked))


_Key = tuple[str, str]  # policy and indicator
_Span = tuple[int, int]


def _of_one(ask: Ask, asked: Sequence[str], named: Mapping[_Key, tuple[str, _Span]]) -> Draft | None:
    """Whether one indicator is of the nature asked for, or of which it is; None where several are meant."""
    if len(named) != 1:
        return None
    draft = ask.draft()
    (policy, indicator), (nature, span) = next(iter(named.items()))
    if len(asked) == 1:
        draft.say("count_right" if nature == asked[0] else "count_wrong", asked=asked[0])
    draft.quote(text=f"{indicator}：{nature}", cite=draft.cite(policy, *span))
    _quote_consequence(ask, draft, policy, asked[0])
    return draft


def _of_each(ask: Ask, nature: str, chosen: Sequence[tuple[_Key, _Span]]) -> Draft | None:
    """The indicators of a nature, counted; None without any."""
    if not chosen:
        return None
    draft = ask.draft()
    draft.count = len(chosen)
    opening = (re.match(r"\d+", indicator) for (_, indicator), _ in chosen)
    # 9．0—6岁 is read as 9.0 where it is cited
    draft.computed.update(number[0] for number in opening if number)
    unit = "项" if draft.language == "zh" else "items"
    draft.say("sections", name=f"{nature}指标", count=draft.compute(len(chosen)), unit=unit)
    items = (f"{indicator}{draft.cite(policy, *span)}" for (policy, indicator), span in chosen)
    draft.pieces.append(phrase(draft.language, "item_comma").join(items) + phrase(draft.language, "stop"))
    return draft


def _items(ask: Ask, asked: list[str]) -> list[tuple[tuple[str, str], tuple[int, int]]]:
    """The numbered lines of a list (1．入园率：2025年90%，约束性；) that say this nature, by policy and indicator; [] where
    a line of the list says none, or several lists do."""
    lists = []
    for policy in ask.policies():
        run: list[re.Match[str]] = []
        for line in [*_ITEM.finditer(policy.source), None]:
            if run and (line is None or int(line["number"]) != int(run[-1]["number"]) + 1):
                lists.append((policy.id, run))
                run = []
            if line is not None and (run or line["number"] == "1"):
                run = [*run, line]
    natures = words()["nature"]["item"]
    told = [
        (policy, run, said)
        for policy, run in lists
        if len(run) > 1 and all(said := [re.findall(natures, fold(line[0])) for line in run])
    ]
    if len(told) != 1 or any(len(each) != 1 for each in told[0][2]):
        return []
    [(of, run, said)] = told
    return [
        ((of, re.sub(r"[（(][^（）()]*[）)]$", "", line["name"])), line.span())
        for line, each in zip(run, said, strict=True)
        if each == asked
    ]


def _quote_consequence(ask: Ask, draft: Draft, policy: str, nature: str) -> None:
    """The sentence on the assessment by indicators of a nature (约束性指标纳入绩效考核), where that is asked for besides."""
    if not re.search(words()["nature"]["consequence"], ask.question.folded):
        return
    source = ask.corpus.policies[policy].source
    found = re.search(
        rf"(?<=[。；\n])[^。；\n|]*{nature}指标[^。；\n|]*{words()['nature']['assessed']}[^。；\n|]*。?",
        source,
    )
    if found:
        draft.quote(text=found.group().strip(), cite=draft.cite(policy, *found.span()))


def _by_indicator(targets: list[Found]) -> dict[tuple[str, str], tuple[int, int]]:
    """The sentence or row of each indicator of each policy."""
    return {(policy, t.indicator): (t.sentence_start, t.sentence_end) for policy, t in targets}


def _nature(ask: Ask, policy: str, span: tuple[int, int]) -> str:
    """What a row or sentence says of its indicator; "" where it says nothing, or more than one thing."""
    source = ask.corpus.policies[policy].source[slice(*span)]
    text = squeeze("|" + re.sub(r"\t|[ 　]{2,}", "|", source) + "|")
    found = set(re.findall(words()["nature"]["stated"], text))
    return found.pop() if len(found) == 1 else ""
