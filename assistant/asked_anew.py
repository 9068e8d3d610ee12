"""The last question asked anew, with one thing in it replaced: its setting, its year, whom or what it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.leaning import FollowUp, is_of_document, without_opening
from assistant.parallel import completed, lead_of, put_in_place
from assistant.question import Question, topic_of
from assistant.target_years import without_base
from assistant.terms import expression, is_asking, words
from index.keywords import tagged
from index.text import fold_with_origin, squeeze
from prompts import phrase

_PREPOSITION = "by|in|on|at|for|from|with|within|under|during|if|get|gets|receive|receives|per|each"


def of_its_like(it: FollowUp) -> str:
    """The last question asked of something else (提升类也是这个数吗, Ⅱ级要多久), as the follow-up has no frame of its
    own; "" where it has one."""
    text, before, now = it.text.strip(), it.before, it.now
    if now.language != "zh" or it.then.language != "zh" or now.mentions:
        return ""
    same = re.match(words()["follow"]["as_before"], text)
    if same and not is_asking(same["what"]) and not expression("follow", "pronoun").search(same["what"]):
        return put_in_place(same["what"], before, it.corpus)
    whole = expression("follow", "of_what").match(text)
    if whole and not now.years and not now.roles and not is_of_document(now):
        return put_in_place(whole["what"], before, it.corpus)
    bare = re.match(words()["follow"]["bare"], text)
    if bare and set(re.sub(words()["follow"]["helping"], "", bare["does"])) <= set(before):
        return put_in_place(bare["what"], before, it.corpus)
    return ""


def of_setting(it: FollowUp) -> str:
    """The last English question, of another setting (And for those aged 60?), which takes the place of its like."""
    before, now, match = it.before, it.now, expression("follow", "setting").match(it.text.strip())
    if not match or now.language != "en" or it.then.language != "en" or now.mentions or now.years:
        return ""
    old = re.search(rf"\b{match['word']}\b(?:(?!\b(?:{_PREPOSITION})\b)[^?])*\?*$", before, re.I)
    if old is None and re.search(rf"\b{match['word']}\b", before, re.I):
        return ""  # something else goes on behind it
    kept = before[: old.start()] if old and old.start() else f"{before.rstrip('?。. ')}, "
    return f"{kept}{match['word'].lower()}{match['rest']}?"


def of_other_years(it: FollowUp) -> str:
    """Of the years behind or before its own (后面两年呢), or of several together; "" where the follow-up asks for none."""
    following = _following_years(it.text, it.now, it.then)
    if following:
        return with_years(it, following)
    together = re.match(words()["follow"]["years_together"], it.text.strip())
    if together and len(it.then.years) == 1 and it.then.has("amount", "number"):
        return re.sub(rf"{it.then.years[0]}年?", f"{together['years']}一共", it.before, count=1)
    return ""


def _following_years(new: str, now: Question, then: Question) -> tuple[int, ...]:
    """The years behind, or before, those of the last question that a follow-up asks for (后面两年呢); () where none."""
    entry = words()["following_years"]
    match = re.match(entry[now.language], new.strip(), re.I)
    if not match or not then.years:
        return ()
    count = entry["counts"].get(match["count"].lower()) or int(match["count"])
    if re.match(entry["before"], match["side"], re.I):
        return tuple(range(min(then.years) - count, min(then.years)))
    return tuple(range(max(then.years) + 1, max(then.years) + count + 1))


def with_years(it: FollowUp, years: Sequence[int]) -> str:
    """The last question, of other years."""
    before, then, zh = it.before, it.then, it.now.language == "zh"
    year = ("年、" if zh else " and ").join(map(str, years))
    if any(y > max(then.years, default=y - 1) for y in years):
        before = without_base(before)  # 现在有多少家？到2030年呢？
    if then.years:
        return re.sub(rf"{then.years[0]}", year, before, count=1)
    return f"{year}年{before}" if zh else f"{before.rstrip('？?。 ')} {year}?"


def of_addressee(it: FollowUp) -> str:
    """对单位呢: the last question, with the words behind its 对 replaced; "" where there are none."""
    fresh = expression("follow", "addressee").match(it.text.strip())
    old = expression("follow", "addressed").search(it.before)
    return it.before[: old.start()] + fresh["who"] + it.before[old.end() :] if fresh and old else ""


def of_body(it: FollowUp) -> str:
    """那市X局呢: the last question, asked of another organisation."""
    then, name = it.then, it.now.mentions[0].text
    if then.mentions:
        folded = fold_with_origin(then.text)
        mention = then.mentions[0]
        start, end = folded.span(mention.start, mention.end)
        return then.text[:start] + name + then.text[end:]
    return phrase(it.now.language, "follow_body", body=name, topic=it.subject) if it.subject else it.text


def of_topic(it: FollowUp) -> str:
    """现代材料的呢: the last question, asked of another topic."""
    old, fresh, before = it.subject, topic_of(it.now), it.before
    whole = expression("follow", "of_what").match(it.text.strip())
    if whole and old and re.search(f"{words()['follow']['attribute']}$", whole["what"]):
        return f"{old}，{whole['what']}呢"  # 抽查比例呢: of the topic before
    if whole and fresh in whole["what"]:
        fresh = whole["what"]
    if whole and fresh and old in before:
        end = 0
        for word, following in pairwise(word for word, _ in tagged(old)):
            end += len(word)
            if squeeze(fresh + following) in it.corpus:  # 农村(特困…) in place of 城镇(特困…)
                return before.replace(old, fresh + old[end:], 1)
    condition = re.match(words()["follow"]["if"], without_opening(it.text))
    of_sort = "的呢" in it.text
    if whole and it.now.language == "zh" and (condition or (of_sort and not _is_name(old))):
        return f"{whole['what']}{'的' if of_sort else ''}，{before}"  # 进口的呢: no noun that takes a place
    if old and old in before and fresh:
        attribute = re.search(f"(?:的?有效期|{words()['follow']['attribute']})$", old)
        return before.replace(old, fresh + (attribute.group() if attribute else ""), 1)
    return f"{fresh} {before}" if it.now.language == "en" else f"{fresh}{before}"


def _is_name(topic: str) -> bool:
    """Whether a topic is the name of a thing, without a verb or a pronoun that another name could not follow."""
    return not any(flag in ("v", "r", "p", "d") for _, flag in tagged(topic))


def of_its_own(it: FollowUp) -> str:
    """A follow-up with a question of its own: that, with the place and the period of the last one where it has none."""
    text = completed(without_opening(it.text), it.before, it.corpus)
    lead = "" if it.now.years or it.now.mentions or lead_of(text) else lead_of(it.before)
    return f"{lead}{text}"
