"""A follow-up and its history to a question that stands alone, by rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.asked_anew import (
    of_addressee,
    of_body,
    of_its_like,
    of_its_own,
    of_other_years,
    of_setting,
    of_topic,
    with_years,
)
from assistant.leaning import (
    FollowUp,
    Read,
    is_of_document,
    means_whole,
    taken_apart,
    with_name,
    without_opening,
)
from assistant.pointing import spelt_out
from assistant.question import Question, topic_of
from assistant.terms import Term, expression, is_asking, is_verb, pattern, words
from prompts import phrase

SHORT = 10  # characters of a question about bodies that leans on the one before: 配合单位有哪些
BRIEF = 24  # characters of a follow-up that is no more than another year, or what is asked of two things
LONG = 30  # characters from which a follow-up that names a topic asks a question of its own
TURNS = 8  # user turns of history that are looked at
LONGEST = 2000  # characters of a turn that are looked at


def condense(question: str, history: Sequence[Mapping[str, str]], read: Read, corpus: str) -> str:
    """The question as it would be asked without the history; unchanged where it already stands alone.

    ``corpus`` is the folded text of the policies, which tells what goes with what (农村 with 特困人员).
    """
    standing: list[str] = []
    said = ""  # the answer before
    for turn in [*recent(history), {"role": "user", "content": question}]:
        if turn.get("role") != "user":
            said = turn["content"]
        elif standing:
            standing.append(_resolve(taken_apart(turn["content"], standing, said, read, corpus)))
        else:
            standing.append(turn["content"])
    return standing[-1]


def recent(history: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The turns of a history that are looked at, the last ones, each at a bounded length."""
    turns = [turn for turn in history if turn.get("content")][-2 * TURNS :]
    return [{"role": turn.get("role", ""), "content": turn["content"][:LONGEST]} for turn in turns]


def _resolve(it: FollowUp) -> str:
    """A follow-up as it stands alone: by the first rule that knows its form, else as it is."""
    return next((told for rule in _RULES if (told := rule(it))), it.text)


def _of_doubt(it: FollowUp) -> str:
    """你确定吗: the question before."""
    insist = words()["insist"]
    insists = any(re.search(form, it.now.folded) for form in (*insist["zh"], *insist["en"]))
    named = it.now.mentions or any(term.weight >= 0.9 for term in it.now.terms)
    return it.before if insists and not named else ""


def _of_two(it: FollowUp) -> str:
    """它们相差多少: of the last two topics, as it is where there were not two."""
    both = expression("follow", "both")
    others = [term for term in it.topical if not both.fullmatch(term.text)]
    one = expression("follow", "of_one").search(it.text)  # 加起来最长几年: of one thing
    if not both.search(it.text) or one or others or it.now.mentions or len(it.text) >= BRIEF:
        return ""
    subjects = [topic_of(it.read(text)) for text in it.earlier]
    single = [s for s in dict.fromkeys(subjects) if s and not any(o and o != s and o in s for o in subjects)]
    if len(single) < 2:
        return it.text
    what = without_opening(it.text)
    what = what.rstrip("?") if it.now.language == "en" else expression("follow", "two").sub("", what)
    return phrase(it.now.language, "follow_both", first=single[-2], second=single[-1], what=what)


def _of_reason(it: FollowUp) -> str:
    """为什么呢: asked of what the question before asks."""
    asks = it.names_nothing and expression("follow", "why").fullmatch(it.text.strip())
    return (
        phrase(it.now.language, "follow_why", question=it.before) if asks and not it.then.has("why") else ""
    )


def _of_that_body(it: FollowUp) -> str:
    """那个局还牵头什么: of the body of the question before, else of its answer; as it is where neither names one."""
    new = it.text
    body = expression("follow", "that_body").search(new) or expression("follow", "it_bears").search(new)
    if not body or it.now.mentions:
        return ""
    name = next((mention.text for mention in (it.then.mentions or it.read(it.said).mentions)), "")
    return without_opening(new[: body.start()] + name + new[body.end() :]) if name else new


def _with_that_body(it: FollowUp) -> str:
    """和市X局一起呢: the tasks of both."""
    now, then = it.now, it.then
    joins = now.mentions and then.mentions and expression("follow", "jointly").search(it.text)
    if not joins or len(now.mentions) != 1 or it.topical:
        return ""
    return phrase("zh", "follow_with", first=then.mentions[0].text, second=now.mentions[0].text)


def _of_year(it: FollowUp) -> str:
    """那2030年呢: the question before, of that year."""
    now = it.now
    counts = now.has("number", "amount") and not it.then.has("number", "amount", "targets")
    alone = now.years and it.names_nothing and it.leans and len(it.text) < BRIEF
    return with_years(it, now.years[:1]) if alone and not counts else ""


def _of_pronoun(it: FollowUp) -> str:
    """它什么时候完成: with the topic in the place of the pronoun; in English also with the document."""
    pronoun = it.pronoun
    if pronoun is None:
        return ""
    document = expression("follow", "document_en").search(it.before)
    if document and pronoun.group().lower() == "it" and it.topical:
        # what does the plan say of land? How does it help firms?
        return without_opening(with_name(it.text, pronoun, document["name"]))
    named = it.now.mentions and it.topical
    if not it.subject or named or is_of_document(it.now):
        return ""
    return with_name(it.text, pronoun, it.subject)


def _of_body(it: FollowUp) -> str:
    """那市X局呢: the question before, of that body."""
    now = it.now
    alone = now.mentions and not it.topical and (it.elliptic or (it.opens and not now.roles))
    return of_body(it) if alone and not (now.roles and now.has("tasks")) else ""


def _of_aspect(it: FollowUp) -> str:
    """那节能方面呢，怎么抓: 在国外念书的呢 is said of the topic before, 节能方面呢 is another."""
    asks = expression("follow", "and_asks").match(it.text.strip())
    if not asks or not it.topical or it.now.mentions or not it.subject:
        return ""
    about = f"{it.subject}，{asks['what']}" if asks["what"].endswith("的") else asks["what"]
    return f"{about}，{asks['asks']}"


def _of_somebody_else(it: FollowUp) -> str:
    """管理部门自己失职了怎么办: somebody else does something else."""
    acts = expression("follow", "new_subject").search(it.text)
    other = acts and any(term.text in acts["does"] for term in it.topical)
    return without_opening(it.text) if other else ""


def _of_way(it: FollowUp) -> str:
    """那具体怎么推进呢: of the topic before, for a verb alone is no other topic; 那大型企业怎么公示呢: done by another."""
    if not it.leans or it.now.mentions or not expression("follow", "way").search(it.text):
        return ""
    about = pattern("ask", "when").sub("", it.subject) if _names_a_thing(it) else it.subject
    return f"{about}，{without_opening(it.text)}" if about else ""


def _of_number(it: FollowUp) -> str:
    """累计要有几个: of the topic before."""
    asks = it.now.has("number", "amount", "when", "how") and not _names_a_thing(it)
    if not (asks and it.subject and it.leans) or it.now.mentions or it.now.roles:
        return ""
    return _behind_topic(it)


def _of_topic(it: FollowUp) -> str:
    """现代材料的呢: the question before, of that topic; its own, where it asks one."""
    now = it.now
    named = it.topical or (now.terms and expression("follow", "of_what").match(it.text.strip()))  # 成年的呢
    if not named or now.mentions or is_of_document(now) or not it.leans:
        return ""
    if not _asks_nothing(now) or len(it.text) >= LONG:
        return ""
    own = now.language == "zh" and is_asking(expression("follow", "elliptic").sub("", now.folded))
    return of_its_own(it) if own else of_topic(it)


def _of_same_topic(it: FollowUp) -> str:
    """谁来配合: of the topic before, where it has none of its own that the policies know."""
    known = [term for term in it.topical if _is_known(term, it.corpus)]
    held = known or any(not any(map(is_verb, term.variants)) for term in it.topical)
    beside = re.match(words()["follow"]["beside"], it.now.folded) and not known
    if (held and not beside) or not it.subject or _stands_alone(it.now, it.leans):
        return ""
    return _behind_topic(it)


_RULES = (
    _of_doubt,
    spelt_out,
    of_its_like,
    of_setting,
    of_other_years,
    _of_two,
    _of_reason,
    _of_that_body,
    _with_that_body,
    _of_year,
    of_addressee,
    _of_pronoun,
    _of_body,
    _of_aspect,
    _of_somebody_else,
    _of_way,
    _of_number,
    _of_topic,
    _of_same_topic,
)  # each gives the question that stands alone, or "" where the follow-up has not its form; the first counts


def _behind_topic(it: FollowUp) -> str:
    """A follow-up behind the topic of the question before."""
    joint = " " if it.now.language == "en" else _joint(it.now)
    return f"{it.subject}{joint}{without_opening(it.text)}"


def _joint(now: Question) -> str:
    return "由" if expression("follow", "by_whom").match(now.folded) else "，"


def _names_a_thing(it: FollowUp) -> bool:
    return any(term.weight >= 0.9 and not any(map(is_verb, term.variants)) for term in it.now.terms)


def _is_known(term: Term, corpus: str) -> bool:
    return bool(term.near) or any(variant in corpus for variant in term.variants)


def _stands_alone(now: Question, leaning: bool) -> bool:
    """Whether a question without topic terms means the whole policy rather than the last topic."""
    if now.marker or now.policies or now.foreign:
        return True
    if now.mentions:
        return not (leaning or now.has("yesno")) or now.has("tasks")
    if now.years and now.has("list", "targets"):
        return not leaning
    if re.match(words()["follow"]["every_task"], now.folded):
        return True
    every = now.has("total") or (now.has("distinct") and len(now.text) > SHORT)
    whole = now.has("structure", "basis", "recipients") or (every and not leaning)
    return is_of_document(now) or whole or means_whole(now.folded)


def _asks_nothing(now: Question) -> bool:
    own = now.has("who", "why", "tasks", "list", "sum", "definition") or expression("follow", "way").search(
        now.folded
    )
    return not now.roles and not own and not now.kinds
