"""What a question says, read once: language, organisations, years, numbers, roles, what is asked.

Offsets and patterns refer to the folded question. The patterns are data (``words.toml``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from assistant.asker import asked_about, introduction
from assistant.classes import Class
from assistant.naming import policies_named
from assistant.terms import (
    Language,
    Term,
    blank,
    find_terms,
    in_context,
    join_kinds,
    lightened,
    opposed,
    pattern,
    stressed,
    without_sorts,
    words,
)
from index.keywords import tagged
from index.organisations import Mention, is_place, region_spellings, region_spellings_of
from index.organisations import regions as region_names
from index.policy import Role
from index.quantities import Quantity, quantities
from index.text import fold, fold_with_origin
from index.wording import PLAN_ENDS

_PLAN = re.compile("(十[二三四五六七])五")
_BARE = re.compile(r"(?<![a-z\d.\[第-])\d+(?:\.\d+)?(?=吗|对|$|[?？,，。]| ?(?:right|correct)| [a-z])")
_BOUND = re.compile(r"(?:之?[内前后]|以[内上下])?")  # of a number: 90日内
SHORT_NOUN = 0.35  # weight of a noun of a single character
_MARKED = re.compile(r"第\s*[一二三四五六七八九十百零\d]+\s*(?:条|章|节|项|点|部分|款)")
_YEAR = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:\s*(?:年|$|\b(?!号|\])))|(?<!\d)(\d\d)年(?=底|末|前|要|目标|的|到|比|[和跟与、]\d\d年|$|[,?。])"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A slice of a policy in which the answer is likely, and what a sentence there gains (see ``assistant.place``)."""

    policy: str
    start: int
    end: int
    gain: float


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart."""

    text: str
    folded: str
    language: Language
    mentions: tuple[Mention, ...]
    years: tuple[int, ...]
    numbers: tuple[Quantity, ...]
    roles: tuple[Role, ...]
    asks: frozenset[str]
    kinds: frozenset[str]
    policies: tuple[str, ...]  # ids of the policies named by title, number or region; () where none is
    terms: tuple[Term, ...]
    local: tuple[str, ...] = ()  # policies of the region that it names
    foreign: tuple[str, ...] = ()  # places and regions that no policy covers
    introduced: int = 0  # where the introduction of the asker ends (我是县政府办的，)
    marker: str = ""  # 第八条, 第5项: a section asked for by its number
    quoted: tuple[str, ...] = field(default=())  # what stands in quotation marks
    member_of: tuple[Class, ...] = ()  # classes of the policies whose members it speaks of (博士: C类)
    apart: tuple[Term, ...] = ()  # of one of two things compared: the nouns of the other
    places: tuple[Place, ...] = ()  # of a follow-up: where the last exchange stands

    def has(self, *names: str) -> bool:
        """Whether any of these things is asked."""
        return any(name in self.asks for name in names)

    def gain(self, policy: str, start: int) -> float:
        """What a sentence at an offset of a policy gains for standing where the last exchange does, or beside it."""
        inside = (
            place.gain for place in self.places if place.policy == policy and place.start <= start < place.end
        )
        return max(inside, default=0.0)


_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
_OTHER_SCRIPT = re.compile(
    r"[\u0370-\u06ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\uac00-\ud7af]"
)  # Greek to Hangul


def any_part(question: Question) -> bool:
    """Whether any part in a task is meant (哪些单位参与), no role of those that it could be told from."""
    named = roles_in(pattern("ask", "involved").sub("\n", question.folded))
    return question.has("involved") and not set(named) & {Role.LEAD, Role.SUPPORT}


def names_unread(question: Question) -> bool:
    """Whether a noun of a single character (氨, 氢) weighs too little for a topic and yet names one."""
    plain = words()["unread"]["plain"]
    return any(
        len(term.text) == 1 and term.weight >= SHORT_NOUN and not re.fullmatch(plain, term.text)
        for term in question.terms
    )


def language_of(text: str) -> Language:
    """zh where it asks in Chinese, or Chinese words (of two characters) are no fewer than Latin ones; else en."""
    chinese = len(re.findall(r"[㐀-鿿]", text))
    latin = len(re.findall(r"[A-Za-z]+", text))
    asks = re.search(r"[谁哪吗呢]|什么|多少|几|如何|怎|是否|为何", text)
    if _OTHER_SCRIPT.search(text):
        return "zh" if asks else "en"
    if not chinese and not latin:
        return "zh" if not text or re.search(r"[？，。！、；：]", text) else "en"
    return "zh" if chinese and (asks or chinese >= 2 * latin) else "en"


def is_foreign(text: str) -> bool:
    """Whether a question is in neither Chinese nor English: another script, or Latin words without English ones."""
    if language_of(text) == "zh":
        return False
    if _OTHER_SCRIPT.search(text):
        return True
    found = re.findall(r"[^\W\d_]+", text.lower())
    english = sum(word in words()["noise"]["en"] for word in found)
    return len(found) >= 4 and english <= 0.2 * len(found)


def without_unseen(text: str) -> str:
    """A text without what nobody sees: control characters, and signs of no width, of direction and of tags."""
    return _UNSEEN.sub("", text)


def without_control(text: str) -> str:
    """The question as it is read: what nobody sees, markup tags and outer blanks removed."""
    text = without_unseen(text)
    return re.sub(r"<[^<>]{0,200}>", " ", text).strip()


def roles_in(folded: str) -> tuple[Role, ...]:
    """Roles that the words of a question name, in order of Role."""
    return tuple(role for role in Role if pattern("role", role.value).search(folded))


def roles_at(folded: str) -> list[tuple[int, Role]]:
    """(place, role) of the words of a folded text that name roles, in their order."""
    found = ((m.start(), role) for role in Role for m in pattern("role", role.value).finditer(folded))
    return sorted(found, key=lambda item: item[0])


def read_question(
    text: str,
    mentions: Iterable[Mention],
    titles: dict[str, tuple[str, ...]],
    regions: Mapping[str, tuple[str, ...]],
    corpus: str,
) -> Question:
    """Take a question apart.

    ``titles`` gives, for each policy, the words that name it (title, document number, folded);
    ``regions`` the policies of each region ("" for national ones); ``corpus`` their folded text.
    """
    clean = without_control(text)
    folded = fold(clean)
    language = language_of(clean)
    named_bodies = tuple(mentions)
    asking = re.sub(words()["number_of_plan"]["zh"], "", folded)
    asks = _asks_of(folded, asking, named_bodies)
    opening = introduction(folded, named_bodies) if language == "zh" else None
    rest = blank(folded, [*((m.start, m.end) for m in named_bodies), *([opening] if opening else [])])
    asked = named_bodies
    if opening:
        of_tasks = bool(asks & {"tasks", "count"} and roles_in(rest)) and "who" not in asks
        asked = asked_about(folded, asked, opening[1], of_tasks)
    alien: tuple[str, ...] = ()
    if asks & {"amount", "targets"} and not asks & {"tasks", "who"} and not roles_in(folded):
        alien = tuple(m.text for m in asked if m.member)  # the number of all is none of a county's
        asked = tuple(m for m in asked if not m.member)
    kinds = _kinds_of(asking, asks)
    policies, rest, named = policies_named(rest, titles)
    rest, own, foreign = _regions(rest, tuple(filter(None, regions)), corpus)
    local = tuple(policy for region in own for policy in regions[region])
    if not policies and (own or foreign or alien) and len(regions) > 1:
        policies = (*local, *regions.get("", ()))
    marker = re.search(
        r"第\s*[一二三四五六七八九十百零\d]+\s*(?:条|章|节|项|点|部分|款)|\b(?:article|chapter|item|section|point|no\.)\s*\d+",
        folded,
    )
    dates = [m.span() for m in _YEAR.finditer(folded)]
    numbers = _numbers_of(folded, dates, asks)
    rest = blank(rest, dates)
    rest = blank(rest, [(q.start, q.end + len(_BOUND.match(folded, q.end).group())) for q in numbers])  # type: ignore[union-attr]
    if marker:
        rest = blank(rest, [marker.span()])
    if asked or roles_in(folded):
        rest = without_sorts(rest)
    way = "how" in asks and not asked and not asks & {"who", "count"}
    return Question(
        text=clean,
        folded=folded,
        language=language,
        mentions=asked,
        years=_years_of(folded, asks),
        numbers=numbers,
        roles=() if way else roles_in(_of_bodies(folded, asked)),
        asks=asks,
        kinds=kinds,
        policies=policies,
        terms=_terms_of(rest, folded, language, kinds, named, corpus),
        local=local,
        foreign=(*foreign, *alien),
        introduced=opening[1] if opening else 0,
        marker=marker.group() if marker else "",
        quoted=tuple(re.findall(r'"([^"]{2,40})"', folded)) + tuple(re.findall(r"《([^》]{2,60})》", folded)),
    )


def _asks_of(folded: str, asking: str, mentions: Sequence[Mention]) -> frozenset[str]:
    """What is asked, by the words of ``asking``: the question without the number that a plan is about."""
    asks = frozenset(name for name in words()["ask"] if pattern("ask", name).search(asking))
    if pattern("ask", "without").search(_without_names(folded, mentions)):
        asks |= {"without"}  # 没有X参与, however long the name of X is
    return asks


def _kinds_of(asking: str, asks: Collection[str]) -> frozenset[str]:
    """The kinds of answer that are wanted (money, a place)."""
    kinds = frozenset(name for name in words()["kind"] if pattern("kind", name).search(asking))
    return kinds - {"money"} if "who" in asks and not re.search(r"多少|几|how much", asking) else kinds


def _years_of(folded: str, asks: Collection[str]) -> tuple[int, ...]:
    """The years that a question names; of targets of a five-year plan (十四五) its last."""
    years = tuple(dict.fromkeys(int(m.group(1) or "20" + m.group(2)) for m in _YEAR.finditer(folded)))
    plan = _PLAN.search(folded)
    of_plan = plan and not years and "targets" in asks and "who" not in asks
    return (PLAN_ENDS[plan.group(1)],) if plan and of_plan else years


def _numbers_of(folded: str, dates: Sequence[tuple[int, int]], asks: Collection[str]) -> tuple[Quantity, ...]:
    """The numbers of a question that are no years; a bare one where it asks whether it is so (is the target 20?)."""

    def is_apart(start: int, end: int) -> bool:
        return all(end <= a or start >= b for a, b in dates)

    numbers = tuple(q for q in quantities(folded) if is_apart(q.start, q.end))
    if numbers or "yesno" not in asks:
        return numbers
    return tuple(
        Quantity(*m.span(), float(m.group()), float(m.group()), "", m.group())
        for m in _BARE.finditer(folded)
        if is_apart(*m.span())
    )


def _terms_of(
    rest: str,
    folded: str,
    language: Language,
    kinds: Collection[str],
    named: Sequence[str],
    corpus: str,
) -> tuple[Term, ...]:
    """The content words of what is left of a question; of a question with none, those of the titles that it names."""
    terms = in_context(stressed(lightened(find_terms(rest, language), folded), folded), folded)
    if "penalty" in kinds:  # what follows is asked for, not what it is about
        others = tuple(term for term in terms if not pattern("kind", "penalty").fullmatch(term.text))
        terms = others or terms  # 罚款多少: all of them
    if not terms and named:
        terms = find_terms(" ".join(named), language, 0.5)
    return opposed(join_kinds(terms, corpus), folded)


def _of_bodies(folded: str, mentions: Sequence[Mention]) -> str:
    """A folded question without names, roles that it leaves out and, of a body, what it asks of each of its tasks."""
    each = [match.span() for match in re.finditer(words()["asker"]["each"], folded)] if mentions else []
    apart = [match.span() for match in re.finditer(words()["apart"]["zh"], folded)]
    return blank(folded, [*((m.start, m.end) for m in mentions), *each, *apart])


def _without_names(folded: str, mentions: Iterable[Mention]) -> str:
    """The question with a single character in the place of each organisation."""
    for mention in sorted(mentions, key=lambda m: -m.start):
        folded = folded[: mention.start] + "某" + folded[mention.end :]
    return folded


def _regions(
    rest: str, regions: tuple[str, ...], corpus: str
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The question without the regions that it names, those of the policies, and the others."""
    foreign: list[str] = []
    named: list[str] = []
    for region in sorted(regions, key=len, reverse=True):
        short = region[:-1] if len(region) > 2 else region
        for match in re.finditer(
            f"{re.escape(region)}|{re.escape(short)}(?![一-鿿]{{0,4}}(?:新区|开发区))", rest
        ):
            named.append(region)
            rest = blank(rest, [match.span()])
    for match in re.finditer(
        r"([一-鿿]{2,3}?)(?:市|省|县|区|州)(?!场|级|民|政府|属|里|域|内|直|委|长|化|块|别|间|分|市|\()", rest
    ):
        name = match.group()
        known = any(name[at:] in corpus for at in range(len(name) - 2))  # 河东区 in 加上河东区
        if name[0] not in "各全本该每哪某我" and not known and (is_place(name) or _is_name(name)):
            foreign.append(name)
    for name in _place_names().findall(rest):
        if name not in corpus and not any(name in other for other in foreign):
            foreign.append(name)
    own = {region_spellings_of(region): region for region in regions}
    for match in re.finditer(r"[a-z]+(?:'[a-z]+)?", rest):
        spelt = match.group().removesuffix("'s").replace("'", "")
        if spelt in own:
            named.append(own[spelt])
            rest = blank(rest, [match.span()])
        elif (place := region_spellings().get(spelt)) and place not in corpus:
            foreign.append(place)
            rest = blank(rest, [match.span()])
    for name in foreign:
        rest = rest.replace(name, "\n" * len(name))
    return rest, tuple(dict.fromkeys(named)), tuple(dict.fromkeys(foreign))


@cache
def _place_names() -> re.Pattern[str]:
    return re.compile(
        "|".join(sorted(region_names(), key=len, reverse=True)) + r"(?![一-鿿]{0,2}(?:路|街|大学))"
    )


def _is_name(name: str) -> bool:
    """Whether X区, X县 is one name to jieba: a place or an unknown proper noun, not 工业区 or 园区."""
    pairs = tagged(name)
    return len(pairs) == 1 and pairs[0][1] == "ns"


def topic_of(then: Question) -> str:
    """The words of a question that name its topic; an organisation where it names no other."""
    folded = fold_with_origin(then.text)
    asked = [match.span() for kind in then.kinds if (match := pattern("kind", kind).search(folded.text))]
    spans = []
    named = any(term.weight >= 0.9 for term in then.terms)  # beside a noun, a verb is no topic
    least = (0.5 if then.language == "zh" else 0.9) if named else 0.4
    for term in then.terms:
        if term.weight >= least:
            at = folded.text.find(term.text)
            if at >= 0 and not any(start <= at < end for start, end in asked):  # 补贴多少钱 is no topic
                spans.append((at, at + len(term.text)))
    if not spans:
        mention = next((m for m in then.mentions), None)
        if mention:
            return then.text[slice(*folded.span(mention.start, mention.end))]
        marked = _MARKED.search(then.text)
        return marked.group() if marked else ""
    start, end = min(a for a, _ in spans), max(b for _, b in spans)
    before = [term.text for term in then.terms if folded.text[:start].endswith(term.text)]  # 现代 in 现代材料
    start -= max(map(len, before), default=0)
    behind = [term.text for term in then.terms if folded.text[end:].startswith(term.text)]  # 气 in 页岩气
    end += max((len(word) for word in behind if len(word) == 1), default=0)
    text = then.text[slice(*folded.span(start, end))]
    text = re.sub(
        r"(?:由|是)?(?:谁|哪一?个?(?:局|部门|单位))(?:来)?(?:牵头|负责|配合|落实)?|(?:19|20)\d\d年", "", text
    )
    return re.sub("[？?](?=.)", "、", text).strip(" ，,、的？?")
