"""A follow-up and its history to a question that stands alone, by rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from assistant.parallel import completed, lead_of, put_in_place
from assistant.question import Question, topic_of
from assistant.target_years import without_base
from assistant.terms import ASKING, Term, is_verb, pattern, words
from index.keywords import tagged
from index.text import fold_with_origin, squeeze
from prompts import phrase

_ABOUT_DOCUMENT = re.compile(
    r"文号|字号|索引号|发布|印发|有效|主送|标题|依据|施行|实施日期|生效|issued|published|document number|in force|valid"
)

_BOTH = re.compile(
    r"(?:这|那)?(?:两|二)(?:个|者|项)|它们|加起来|合计|总共多少|一共多少|差多少|相差|差距|差额|哪一?个(?:更|比较)?[多大高少小低]"
    r"|\b(?:both|together|combined|in total|difference|which (?:one )?is (?:larger|bigger|higher|smaller|lower))\b",
    re.I,
)
_THAT_BODY = re.compile(
    r"(?:那|这|该|上述)一?个?(?:局|部门|单位|委员会|机构|厅)|\b(?:that|this|the same) (?:bureau|department|body|agency)\b",
    re.I,
)
_ITS_PART = re.compile(  # 它还牵头哪些任务, 是它牵头的: who bears a task, not the task
    r"(?:它们?|他们?)(?=(?:单位|部门|局)?(?:还|也|又|都|是|要|主要|同时|另外)*(?:牵头|配合|负责|落实|参与|承担|协助|管))"
    r"|\b(?:it|they)\b(?=\s+(?:also\s+)?(?:leads?|supports?|implements?))",
    re.I,
)
_WHY = re.compile(r"(?:这是|那|这)?(?:为什么|为何|为啥|why|how come)(?:呢|啊|是这样)?[\s?？。]*", re.I)
_HOW = re.compile(r"怎么|怎样|如何|咋")
_WITH = re.compile(r"(?:一起|共同|联合|合作)")
_OF_WHAT = re.compile(
    r"^(?:那么?|那|还有|另外|再|然后)?[\s,，]*(?P<what>[^，,。？?]{2,14}?)的?呢\s*[?？。]?$"
)
_AND_ASKS = re.compile(  # 那节能方面呢，怎么抓: what it is now about, and what is asked of it
    r"^(?:那么?|那|还有|另外|再)?[\s,，]*(?P<what>[^，,。？?]{2,16}?)呢[\s,，]+(?P<asks>[^，,]*(?:怎|如何|咋|什么|啥|哪|谁|多少|几|吗)[^，,]*)$"
)
_SETTING = re.compile(
    r"(?:(?:and|what about|how about|but)\s+)(?P<word>for|in|at|if|under|with|within|during)\b(?P<rest>[^?]+)\?*$",
    re.I,
)
_PREPOSITION = "by|in|on|at|for|from|with|within|under|during|if|get|gets|receive|receives|per|each"
_NEW_SUBJECT = re.compile(
    r"(?:部门|单位|机关|机构|人员)(?P<does>[^，,。？?]{2,8}?)(?:了|的话)?[，,]?(?=怎|会怎|如何|要不要|有什么)"
)
SHORT = 10  # characters of a question about bodies that leans on the one before: 配合单位有哪些

Read = Callable[[str], Question]

TURNS = 8  # user turns of history that are looked at
LONGEST = 2000  # characters of a turn that are looked at
_OPENING = re.compile(
    r"^(?:那么?|那|还有|另外|再|然后|(?:and|what about|how about|then|also|but|so)\b)[\s,，]*(?!个|些|项|里)",
    re.I,
)
_ELLIPSIS = re.compile(r"呢\s*[?？。]?\s*$|^(?:and|what about|how about)\b", re.I)
_PRONOUN = re.compile(
    r"(?:这|那|该|此|上述|前述)(?:一)?(?:项|个|条|件|些|份)?(?:工作|任务|目标|事项|措施|指标|政策|事|要求|标准|内容)|它们?|其(?!中|他|它|余|实)|这(?:个|项|条|件|一项)?(?=$|[,，?？。由是的归要有跟与]|和(?!谐)|能(?![源力耗效量])|可(?!再生|持续))"
    r"|\b(?:it|they|them|that task|this task|that one|this one|its|their|that|this)\b(?!\s+(?:plan|document|policy|notice))",
    re.I,
)
_WHOLE = re.compile(
    r"(?:这|该|本|此)(?:个|份|项)?(?:文件|方案|通知|办法|条例|意见|规定|政策|计划|规划)|\b(?:this|the) (?:plan|document|policy|notice)\b",
    re.I,
)


def condense(question: str, history: Sequence[Mapping[str, str]], read: Read, corpus: str) -> str:
    """The question as it would be asked without the history; unchanged where it already stands alone.

    ``corpus`` is the folded text of the policies, which tells what goes with what (农村 with 特困人员).
    """
    standing: list[str] = []
    said = ""  # the answer before
    for turn in [*recent(history), {"role": "user", "content": question}]:
        if turn.get("role") == "user":
            standing.append(_resolve(turn["content"], standing, said, read, corpus))
        else:
            said = turn["content"]
    return standing[-1]


def recent(history: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The turns of a history that are looked at, the last ones, each at a bounded length."""
    turns = [turn for turn in history if turn.get("content")][-2 * TURNS :]
    return [{"role": turn.get("role", ""), "content": turn["content"][:LONGEST]} for turn in turns]


def leans(question: str, read: Read) -> bool:
    """Whether a question still leans on what was said before it: the rules have not resolved it."""
    now = read(question)
    if _WHOLE.search(question) or now.has("documents", "structure", "basis", "recipients"):
        return False
    topical = any(term.weight >= 0.4 for term in now.terms)
    leaning = (
        _PRONOUN.search(question) or _OPENING.match(question.strip()) or _ELLIPSIS.search(question.strip())
    )
    return bool(leaning) or not (topical or now.mentions or now.years or now.marker or now.policies)


_DOCUMENT = re.compile(
    r"\b(?:does|do|did|will|can|should) (?P<name>the (?:plan|policy|document|notice|scheme|regulations?|measures))\b",
    re.I,
)


def _resolve(new: str, earlier: Sequence[str], said: str, read: Read, corpus: str) -> str:
    if not earlier:
        return new
    before = earlier[-1]
    now, then = read(new), read(before)
    follow = words()["follow"]
    topical = [t for t in now.terms if t.weight >= 0.4 and not re.fullmatch(follow["attribute"], t.text)]
    pronoun = _PRONOUN.search(new) if not _WHOLE.search(new) else None
    if pronoun and re.match(rf"(?:{follow['if']})[^，,]*[，,]", new[: pronoun.start()]):
        pronoun = None  # 要是施工队造假，它自己会怎么样: whom the condition names
    opening = _OPENING.match(new.strip())
    elliptic = bool(_ELLIPSIS.search(new.strip()))
    subject = topic_of(then)
    insists = any(
        re.search(form, now.folded) for form in (*words()["insist"]["zh"], *words()["insist"]["en"])
    )
    if insists and not now.mentions and not any(term.weight >= 0.9 for term in now.terms):
        return before
    pointing = _pointing(new, earlier, said, now, then)
    if pointing:
        return pointing
    again = _again(new, before, now, then, corpus) or _of_setting(new, before, now, then)
    if again:
        return again
    following = _following_years(new, now, then)
    if following:
        return _with_years(before, following, now, then)
    together = re.match(follow["years_together"], new.strip())
    if together and len(then.years) == 1 and then.has("amount", "number"):
        return re.sub(rf"{then.years[0]}年?", f"{together['years']}一共", before, count=1)
    others = [term for term in topical if not _BOTH.fullmatch(term.text)]
    most = re.search("累计|最[长多高久]", new)  # 加起来最长几年: of one thing
    if _BOTH.search(new) and not most and not others and not now.mentions and len(new) < 24:
        return _of_both(new, now, [topic_of(read(text)) for text in earlier]) or new
    body = _THAT_BODY.search(new) or _ITS_PART.search(new)
    if not topical and not now.mentions and _WHY.fullmatch(new.strip()) and not then.has("why"):
        return phrase(now.language, "follow_why", question=before)
    if body and not now.mentions:
        name = next((mention.text for mention in (then.mentions or read(said).mentions)), "")
        return _strip_opening(new[: body.start()] + name + new[body.end() :]) if name else new
    if now.mentions and then.mentions and _WITH.search(new) and len(now.mentions) == 1 and not topical:
        return phrase("zh", "follow_with", first=then.mentions[0].text, second=now.mentions[0].text)
    asks_count = now.has("number", "amount") and not then.has("number", "amount", "targets")
    if (
        now.years
        and not topical
        and not now.mentions
        and (elliptic or opening)
        and len(new) < 24
        and not asks_count
    ):
        return _with_years(before, now.years[:1], now, then)
    swapped = _with_addressee(new, before)
    if swapped:
        return swapped
    document = _DOCUMENT.search(before) if pronoun and pronoun.group().lower() == "it" and topical else None
    if pronoun and document:  # what does the plan say of land? How does it help firms?
        return _strip_opening(_replace_pronoun(new, pronoun, document["name"]))
    if pronoun and subject and not (now.mentions and topical) and not _ABOUT_DOCUMENT.search(now.folded):
        return _replace_pronoun(new, pronoun, subject)
    if (
        now.mentions
        and not topical
        and (elliptic or (opening and not now.roles))
        and not (now.roles and now.has("tasks"))
    ):
        return _with_organisation(new, before, now, then, subject)
    asks = _AND_ASKS.match(new.strip())
    if asks and topical and not now.mentions and subject:
        about = f"{subject}，{asks['what']}" if asks["what"].endswith("的") else asks["what"]
        return f"{about}，{asks['asks']}"  # 在国外念书的呢 is said of the topic before, 节能方面呢 is another
    nouns = any(term.weight >= 0.9 and not any(map(is_verb, term.variants)) for term in now.terms)
    acts = _NEW_SUBJECT.search(new)  # 管理部门自己失职了怎么办: somebody else does something else
    if acts and any(term.text in acts["does"] for term in topical):
        return _strip_opening(new)
    if (opening or elliptic) and _HOW.search(new) and subject and not nouns and not now.mentions:
        return f"{subject}，{_strip_opening(new)}"  # 那具体怎么推进呢: a verb alone is no other topic
    about = pattern("ask", "when").sub("", subject)
    if (opening or elliptic) and _HOW.search(new) and about and not now.mentions:
        return f"{about}，{_strip_opening(new)}"  # 那大型企业怎么公示呢: of the topic before, done by another
    kind = now.terms and _OF_WHAT.match(new.strip())  # 成年的呢: a word that weighs little alone
    of_topic = now.has("number", "amount", "when", "how") and not nouns  # 累计要有几个: of the topic before
    if of_topic and subject and not now.mentions and not now.roles and (elliptic or opening):
        joint = " " if now.language == "en" else _joint(now)
        return f"{subject}{joint}{_strip_opening(new)}"
    named = (topical or kind) and not now.mentions and not _ABOUT_DOCUMENT.search(now.folded)
    if named and (elliptic or opening) and _asks_nothing(now) and len(new) < 30:
        own = ASKING.search(_ELLIPSIS.sub("", now.folded)) and now.language == "zh"
        return _kept(new, before, now, corpus) if own else _with_topic(new, before, now, then, corpus)
    held = [term for term in topical if _is_known(term, corpus) or not any(map(is_verb, term.variants))]
    beside = re.match(follow["beside"], now.folded) and not any(_is_known(term, corpus) for term in topical)
    if (not held or beside) and subject and not _stands_alone(now, opening is not None or elliptic):
        return (
            f"{subject} {_strip_opening(new)}"
            if now.language == "en"
            else f"{subject}{_joint(now)}{_strip_opening(new)}"
        )
    return new


def _is_known(term: Term, corpus: str) -> bool:
    return bool(term.near) or any(variant in corpus for variant in term.variants)


def _again(new: str, before: str, now: Question, then: Question, corpus: str) -> str:
    """The last question asked of something else (提升类也是这个数吗, Ⅱ级要多久), as the follow-up has no frame of its
    own; "" where it has one."""
    if now.language != "zh" or then.language != "zh" or now.mentions:
        return ""
    same = re.match(words()["follow"]["as_before"], new.strip())
    if same and not ASKING.search(same["what"]) and not _PRONOUN.search(same["what"]):
        return put_in_place(same["what"], before, corpus)
    whole = _OF_WHAT.match(new.strip())
    if whole and not now.years and not now.roles and not _ABOUT_DOCUMENT.search(now.folded):
        return put_in_place(whole["what"], before, corpus)
    bare = re.match(words()["follow"]["bare"], new.strip())
    if bare and set(re.sub(words()["follow"]["helping"], "", bare["does"])) <= set(before):
        return put_in_place(bare["what"], before, corpus)
    return ""


def _of_setting(new: str, before: str, now: Question, then: Question) -> str:
    """The last English question, of another setting (And for those aged 60?), which takes the place of its like."""
    match = _SETTING.match(new.strip())
    if not match or now.language != "en" or then.language != "en" or now.mentions or now.years:
        return ""
    old = re.search(rf"\b{match['word']}\b(?:(?!\b(?:{_PREPOSITION})\b)[^?])*\?*$", before, re.I)
    if old is None and re.search(rf"\b{match['word']}\b", before, re.I):
        return ""  # something else goes on behind it
    kept = before[: old.start()] if old and old.start() else f"{before.rstrip('?。. ')}, "
    return f"{kept}{match['word'].lower()}{match['rest']}?"


def _kept(new: str, before: str, now: Question, corpus: str) -> str:
    """A follow-up with a question of its own: that, with the place and the period of the last one where it has none."""
    text = completed(_strip_opening(new), before, corpus)
    lead = "" if now.years or now.mentions or lead_of(text) else lead_of(before)
    return f"{lead}{text}"


def _pointing(new: str, earlier: Sequence[str], said: str, now: Question, then: Question) -> str:
    """A follow-up that points at what was said before without naming it, spelt out; "" where it is none."""
    follow, text, before = words()["follow"], new.strip(), earlier[-1]
    others = re.match(follow["others"], text)
    if others:  # 除了这两家以外的单位呢
        whole = next((old for old in reversed(earlier) if not re.search(follow["same"], old)), before)
        return f"其他{others['what']}，{re.sub(follow['place'], '', whole, count=1)}"
    if re.search(follow["same"], text) and re.search("还有|哪", text):
        return f"{before.rstrip('？?。')}，{new}"
    season = re.match(follow["at_time"].replace("{time}", follow["time"]), text)
    if season and now.language == then.language:
        told = re.sub(rf"(?:{follow['time']})(?:里|期间|的时候)?", season["when"], before, count=1)
        return told if told != before or season["when"] in before else f"{season['when']}，{before}"
    other = re.match(follow["other_one"], text)
    if other and not re.search(follow["asks"], text):  # 河东那个也算吗？
        for old in reversed(earlier):
            found = re.search(follow["of"], old)
            if found:
                return old[: found.start()] + other["what"] + old[found.end() :]
    turn = re.match(follow["in_turn"], text)
    if turn and not now.mentions:  # 大公司呢？它们得晒在哪儿
        return f"{turn['asks']}{turn['what']}{turn['rest']}"
    among = re.match(follow["among"], text)
    if among and then.mentions and then.has("tasks") and now.mentions and now.roles:
        role = phrase("zh", f"role_{min(then.roles)}") if len(then.roles) == 1 else phrase("zh", "role_any")
        return phrase("zh", "follow_among", body=then.mentions[0].text, role=role, asks=among["asks"])
    part = re.match(follow["part"], text)
    if part and then.has("number", "amount") and not then.has("list") and topic_of(then) and not now.mentions:
        year = f"{then.years[0]}年" if then.years else ""
        return f"{year}{topic_of(then)}，其中{part['asks']}"  # 其中新建的是多少
    thing = re.search(follow["thing"], before) and re.search(follow["named"], said)
    pronoun = _PRONOUN.search(new)
    if thing and pronoun and not now.mentions:
        return _replace_pronoun(new, pronoun, f"“{thing['name']}”{thing['sort']}")
    nouns = [term for term in now.terms if term.weight >= 0.9 and not term.pair]
    counted = re.search(follow["class"], said)
    if counted and counted["class"] not in before + new and not nouns and now.has("number", "amount"):
        return f"{counted['class']}{_strip_opening(new)}"
    own = re.match(follow["own_case"], text)
    if own and not now.mentions and not any(term.text in own["asks"] for term in nouns):
        topic = re.sub(follow["class_label"], "", topic_of(then))
        return f"{topic}，{new}" if topic else ""  # 我是本科毕业的，怎么收: of the topic before
    alone = re.match(follow["no_subject"], text)
    condition = re.match(follow["condition"], before)
    subject = condition.group() if condition else topic_of(then)
    if alone and subject and not now.mentions and not any(t.text in alone["does"] for t in nouns):
        return f"{subject}，{new}"
    return ""


def _of_both(new: str, now: Question, subjects: Sequence[str]) -> str:
    """The sum, difference or comparison of the last two topics; "" where there were not two."""
    single = [s for s in dict.fromkeys(subjects) if s and not any(o and o != s and o in s for o in subjects)]
    pair = single[-2:]
    if len(pair) < 2:
        return ""
    if now.language == "en":
        what = _strip_opening(new).rstrip("?")
    else:
        what = re.sub(r"^(?:(?:这|那)?(?:两|二)(?:个|者|项)|它们)", "", _strip_opening(new))
    return phrase(now.language, "follow_both", first=pair[0], second=pair[1], what=what)


def _joint(now: Question) -> str:
    return "由" if re.match(r"谁|哪", now.folded.lstrip("那么还有,")) else "，"


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
    header = _ABOUT_DOCUMENT.search(now.folded)
    every = now.has("total") or (now.has("distinct") and len(now.text) > SHORT)
    whole = now.has("structure", "basis", "recipients") or (every and not leaning)
    return bool(header) or whole or bool(_WHOLE.search(now.folded))


def _asks_nothing(now: Question) -> bool:
    own = now.has("who", "why", "tasks", "list", "sum", "definition") or _HOW.search(now.folded)
    return not now.roles and not own and not now.kinds


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


def _with_years(before: str, years: Sequence[int], now: Question, then: Question) -> str:
    """The last question, of other years."""
    zh = now.language == "zh"
    year = ("年、" if zh else " and ").join(map(str, years))
    if any(y > max(then.years, default=y - 1) for y in years):
        before = without_base(before)  # 现在有多少家？到2030年呢？
    if then.years:
        return re.sub(rf"{then.years[0]}", year, before, count=1)
    return f"{year}年{before}" if zh else f"{before.rstrip('？?。 ')} {year}?"


def _with_addressee(new: str, before: str) -> str:
    """对单位呢: the last question, with the words behind its 对 replaced; "" where there are none."""
    fresh = re.match(r"(?:那么?)?对(?P<who>[^，,？?]{1,12}?)呢", new.strip())
    old = re.search(r"(?<=对)[^，,。？?]{1,12}?(?=罚|处|怎|如何|有|要|可|应|多少|补|奖|收|的|$)", before)
    return before[: old.start()] + fresh["who"] + before[old.end() :] if fresh and old else ""


def _replace_pronoun(new: str, pronoun: re.Match[str], subject: str) -> str:
    text = new[: pronoun.start()] + subject + new[pronoun.end() :]
    return _strip_opening(text)


def _with_organisation(new: str, before: str, now: Question, then: Question, subject: str) -> str:
    """那市X局呢: the last question, asked of another organisation."""
    name = now.mentions[0].text
    if then.mentions:
        folded = fold_with_origin(then.text)
        mention = then.mentions[0]
        start, end = folded.span(mention.start, mention.end)
        return then.text[:start] + name + then.text[end:]
    return phrase(now.language, "follow_body", body=name, topic=subject) if subject else new


def _with_topic(new: str, before: str, now: Question, then: Question, corpus: str) -> str:
    """现代材料的呢: the last question, asked of another topic."""
    old, fresh = topic_of(then), topic_of(now)
    whole = _OF_WHAT.match(new.strip())
    if whole and old and re.search(f"{words()['follow']['attribute']}$", whole["what"]):
        return f"{old}，{whole['what']}呢"  # 抽查比例呢: of the topic before
    if whole and fresh in whole["what"]:
        fresh = whole["what"]
    if whole and not fresh:
        fresh = whole["what"]
    if whole and fresh and old in before:
        end = 0
        for word, following in pairwise(word for word, _ in tagged(old)):
            end += len(word)
            if squeeze(fresh + following) in corpus:  # 农村(特困…) in place of 城镇(特困…)
                return before.replace(old, fresh + old[end:], 1)
    condition = re.match(words()["follow"]["if"], _strip_opening(new))
    if whole and now.language == "zh" and (condition or ("的呢" in new and not _is_name(old))):
        return f"{whole['what']}{'的' if '的呢' in new else ''}，{before}"  # 进口的呢: no noun that takes a place
    if old and old in before and fresh:
        attribute = re.search(f"(?:的?有效期|{words()['follow']['attribute']})$", old)
        return before.replace(old, fresh + (attribute.group() if attribute else ""), 1)
    return f"{fresh} {before}" if now.language == "en" else f"{fresh}{before}"


def _is_name(topic: str) -> bool:
    """Whether a topic is the name of a thing, without a verb or a pronoun that another name could not follow."""
    return not any(flag in ("v", "r", "p", "d") for _, flag in tagged(topic))


def _strip_opening(text: str) -> str:
    return _OPENING.sub("", text.strip(), count=1).strip() or text.strip()
