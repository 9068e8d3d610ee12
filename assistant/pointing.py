"""A follow-up that points at what was said before without naming it, spelt out: 其中新建的是多少, 还有哪个区也是这样."""

from __future__ import annotations

import re

from assistant.leaning import FollowUp, with_name, without_opening
from assistant.terms import Term, expression, words
from prompts import phrase


def spelt_out(follow_up: FollowUp) -> str:
    """The question that such a follow-up asks; "" where it is none."""
    return next((told for way in _WAYS if (told := way(follow_up)) is not None), "")


def _of_the_others(it: FollowUp) -> str | None:
    """除了这两家以外的单位呢; 还有哪个区也是这样."""
    follow = words()["follow"]
    others = re.match(follow["others"], it.text.strip())
    if others:
        whole = next((old for old in reversed(it.earlier) if not re.search(follow["same"], old)), it.before)
        return f"其他{others['what']}，{re.sub(follow['place'], '', whole, count=1)}"
    more = re.search(follow["same"], it.text.strip()) and re.search(follow["more"], it.text.strip())
    return f"{it.before.rstrip('？?。')}，{it.text}" if more else None


def _at_another_time(it: FollowUp) -> str | None:
    """冬天呢: the question before, at that time."""
    follow = words()["follow"]
    season = re.match(follow["at_time"].replace("{time}", follow["time"]), it.text.strip())
    if not season or it.now.language != it.then.language:
        return None
    when = season["when"]
    told = re.sub(rf"(?:{follow['time']}){follow['during']}", when, it.before, count=1)
    return told if told != it.before or when in it.before else f"{when}，{it.before}"


def _of_another_one(it: FollowUp) -> str | None:
    """河东那个也算吗: the last question of one such thing, asked of another."""
    follow = words()["follow"]
    other = re.match(follow["other_one"], it.text.strip())
    if not other or re.search(follow["asks"], it.text.strip()):
        return None
    found = next((m for old in reversed(it.earlier) if (m := re.search(follow["of"], old))), None)
    return found.string[: found.start()] + other["what"] + found.string[found.end() :] if found else None


def _in_turn(it: FollowUp) -> str | None:
    """大公司呢？它们得晒在哪儿: what it names itself."""
    turn = re.match(words()["follow"]["in_turn"], it.text.strip())
    return f"{turn['asks']}{turn['what']}{turn['rest']}" if turn and not it.now.mentions else None


def _among_tasks(it: FollowUp) -> str | None:
    """这些任务里哪些由市X局配合: of the tasks of the body before."""
    now, then = it.now, it.then
    among = re.match(words()["follow"]["among"], it.text.strip())
    if not (among and then.mentions and then.has("tasks") and now.mentions and now.roles):
        return None
    role = phrase("zh", f"role_{min(then.roles)}") if len(then.roles) == 1 else phrase("zh", "role_any")
    return phrase("zh", "follow_among", body=then.mentions[0].text, role=role, asks=among["asks"])


def _of_a_part(it: FollowUp) -> str | None:
    """其中新建的是多少: of the number before."""
    part = re.match(words()["follow"]["part"], it.text.strip())
    of_number = it.then.has("number", "amount") and not it.then.has("list")
    if not (part and of_number and it.subject and not it.now.mentions):
        return None
    year = f"{it.then.years[0]}年" if it.then.years else ""
    return f"{year}{it.subject}，其中{part['asks']}"


def _of_what_was_named(it: FollowUp) -> str | None:
    """是哪个平台？它由谁建: the name that the answer gave."""
    follow = words()["follow"]
    thing = re.search(follow["thing"], it.before) and re.search(follow["named"], it.said)
    pronoun = expression("follow", "pronoun").search(it.text)
    if not (thing and pronoun) or it.now.mentions:
        return None
    return with_name(it.text, pronoun, f"“{thing['name']}”{thing['sort']}")


def _of_a_class(it: FollowUp) -> str | None:
    """能拿多少, where the answer counts the reader among a class (A类企业)."""
    counted = re.search(words()["follow"]["class"], it.said)
    known = counted and counted["class"] in it.before + it.text
    if not counted or known or _nouns(it) or not it.now.has("number", "amount"):
        return None
    return f"{counted['class']}{without_opening(it.text)}"


def _of_own_case(it: FollowUp) -> str | None:
    """我是本科毕业的，怎么收: of the topic before."""
    own = re.match(words()["follow"]["own_case"], it.text.strip())
    if not own or it.now.mentions or any(term.text in own["asks"] for term in _nouns(it)):
        return None
    topic = re.sub(words()["follow"]["class_label"], "", it.subject)
    return f"{topic}，{it.text}" if topic else ""


def _without_subject(it: FollowUp) -> str | None:
    """会不会被罚: of the case before (要是我们超了), or of the topic."""
    alone = re.match(words()["follow"]["no_subject"], it.text.strip())
    condition = re.match(words()["follow"]["condition"], it.before)
    subject = condition.group() if condition else it.subject
    if not (alone and subject) or it.now.mentions or any(t.text in alone["does"] for t in _nouns(it)):
        return None
    return f"{subject}，{it.text}"


def _nouns(it: FollowUp) -> list[Term]:
    return [term for term in it.now.terms if term.weight >= 0.9 and not term.pair]


_WAYS = (
    _of_the_others,
    _at_another_time,
    _of_another_one,
    _in_turn,
    _among_tasks,
    _of_a_part,
    _of_what_was_named,
    _of_a_class,
    _of_own_case,
    _without_subject,
)
