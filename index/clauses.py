"""A responsibility clause: which role which organisation of it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.organisations import is_generic, looks_like_name
from index.policy import Role

_WORDS = {
    Role.LEAD: "总牵头|牵头|主责|主办",
    Role.SUPPORT: "配合|协办|参与|协同|参加|协助|支持",
    Role.IMPLEMENT: "组织实施|实施|落实|承办",
    Role.RESPONSIBLE: "责任|负责|承担",
}


LABEL = re.compile(rf"(?P<word>{'|'.join(_WORDS.values())})(?:单位|部门|机构|处室|科室|机关|方)\s*[::]\s*")


# What stands behind the organisations of a segment, the most specific first.
_MEANS = r"(?:按照?(?:各自)?(?:职责|职能)?(?:分工|职责|职能)?|根据(?:各自)?职责(?:分工)?|依职责|各负其责|分别|共同|联合|具体|统一|统筹|协调|全面|总|分头|在各自职责范围内|依法|均(?:应当|须|需|应|要)?|皆|应当|须|在本(?:辖区|行政区域|区域|地区|行业|领域|单位|部门)(?:范围)?内?)*"


_VERBS = (
    (
        Role.LEAD,
        re.compile(
            rf"^{_MEANS}(?:{_WORDS[Role.LEAD]})(?:单位|抓总|负责|组织|实施|落实|推进|会同.*|、.*)?(?:组织|实施|落实|推进|负责)?$"
        ),
    ),
    (
        Role.SUPPORT,
        re.compile(
            rf"^{_MEANS}(?:积极|密切|做好)?(?:{_WORDS[Role.SUPPORT]})(?:落实|实施|推进|负责|做好|工作)*$"
        ),
    ),
    (
        Role.RESPONSIBLE,
        re.compile(rf"^{_MEANS}(?:负责|负总责|承担|主管|办理)(?:属地)?(?:落实|实施|组织实施|推进|牵头)?$"),
    ),
    (
        Role.IMPLEMENT,
        re.compile(
            rf"^{_MEANS}(?:抓好|做好|认真|贯彻|组织)*(?:{_WORDS[Role.IMPLEMENT]}|执行|贯彻落实|推进落实|抓好落实)$"
        ),
    ),
)


_RULE_ALL = re.compile(
    r"^(?P<which>以下|以上|上述|下列|下述)?(?:各项|所有|全部)?(?:任务|工作|事项|措施|条款)?(?:均|都|全部|皆)(?:需|须|由|应由|要由|需由|须由)(?P<rest>.+)$"
)


# 表1所列任务，各县均须落实: what a rule is of stands before its comma, who is bound behind it.
_RULE_OF = re.compile(
    r"^(?:对|对于)?(?P<which>以下|以上|上述|下列|下述|本表|上表|下表|附?表\s*\d*)(?:中|内)?(?:所列|列出|列明|明确)?的?(?:各项|所有|全部)?(?:重点)?(?:任务|工作|事项|措施|条款)$"
)
_EVERYBODY = re.compile(r"均|都|全部|皆")


# 责任单位中列首位的为牵头单位; 牵头单位是指责任单位中排在第一位的单位: where in its list the one who leads stands.
_FIRST = r"(?:首[位个家]|第[一1](?:[位个家]|顺位)?|最前面?)"
_PLACED = rf"(?:排|列|居|处|位于)(?:列|名|序|位)?(?:在|于)?{_FIRST}"
_BODY = r"(?:责任)?(?:部门|单位|机构|者)"
_LEADER = rf"(?:责任)?(?:{_WORDS[Role.LEAD].removeprefix('总牵头|')})"
_RULE_FIRST = re.compile(
    rf"{_PLACED}的?{_BODY}?(?:即?为|是|系|作为|担任|负责)(?:该[^,;。]{{0,6}}的)?{_LEADER}"
    rf"|由{_PLACED}的{_BODY}?{_LEADER}"
    rf"|{_FIRST}{_BODY}?(?:即?为|是|系|作为|担任)(?:该[^,;。]{{0,6}}的)?{_LEADER}"
    rf"|{_LEADER}{_BODY}\"?,?(?:是指|指的?是|即?为|即|指|是|系)[^,;。]{{0,20}}?(?:{_PLACED}|{_FIRST})(?=[,;。)\"]|$|的?{_BODY})"
)
_OTHERS_SUPPORT = re.compile(
    rf"(?:其余|其他|其它|其后)[^,;。]{{0,8}}(?:{_WORDS[Role.SUPPORT]})"
    rf"|(?:{_WORDS[Role.SUPPORT]}){_BODY}\"?,?(?:是指|指|即?为|是)[^,;。]{{0,16}}(?:其余|其他|其它|其后)"
)
_UNLED = re.compile(
    rf"(?:未|没有?|无)(?:单独|另行|具体|专门)?(?:[写注标指列载说]明|明确|标注|确定|规定|指定)[^,;。]{{0,4}}?{_LEADER}"
)
# Whose list is meant: of those who share out tasks, not of applicants, and not among several who lead.
_OF_TASKS = re.compile(
    r"责任(?:单位|部门|主体)|负责(?:单位|部门)|括号[内中里]|分工|任务|措施|政策|各?项工作|事项|条款|各[项条款]|以[上下]|[本上下附]表|^\W*注"
)
_OF_OTHERS = re.compile(
    r"申报|申请|投标|联合|合作|合办|课题|项目由|参赛|参与单位|编制单位|起草|考核|评比|(?:多个|多家|几个|[两二]个以上)(?:单位|部门|总?牵头|主责|主办)"
)


_TOGETHER = re.compile(
    r"(?:按照?|根据|依)(?:各自)?(?:的)?(?:职责|职能)(?:分工|范围)?(?:分别|共同|各自)?(?:负责|抓好落实|抓好|做好|推进|组织实施|落实|实施)?\)?$"
)
_RULE_TAIL = re.compile(
    r"^(?:(?:各[条项]|以下|下文|文中)?不再(?:单独|逐一|一一|另行)?.*|下同|下略|以下(?:简称|同).*)$"
)
TERMS = re.compile(r"(?:完成时限|时限|完成时间|进度安排|牵头领导|分管领导|责任人|联系人|责任领导)\s*[::]")


@dataclass(slots=True)
class Clause:
    """A responsibility clause as found: offsets in the folded section."""

    start: int
    end: int
    bracketed: bool
    parts: list[tuple[Role, int, int]] = field(default_factory=list)  # role and slice of each name
    rules: list[tuple[str, list[tuple[Role, int, int]]]] = field(default_factory=list)
    first: Role | None = None  # of the others, where it is a rule that the first of a list leads
    row: tuple[int, int] | None = None  # of a table: the slice of the row
    above: tuple[int, int] | None = None  # and of the row above in which its merged bodies stand
    task: str = ""  # of a table: what the row names its task
    table: str = ""  # of a table: the line over it, squeezed


def brackets(text: str) -> Iterator[tuple[int, int]]:
    """Outermost balanced brackets of folded text, as slices that include the brackets."""
    depth, start, closing = 0, 0, ""
    for position, character in enumerate(text):
        if depth == 0 and character in "([":
            depth, start, closing = 1, position, ")" if character == "(" else "]"
        elif depth and character == {")": "(", "]": "["}[closing]:
            depth += 1
        elif depth and character == closing:
            depth -= 1
            if depth == 0:
                yield start, position + 1
        elif depth and character == "\n":
            depth = 0


def slices(text: str, start: int, end: int, marks: str) -> Iterator[tuple[int, int]]:
    """Slices between ``marks``, brackets respected, blanks trimmed."""
    depth, at = 0, start
    for position in range(start, end + 1):
        character = text[position] if position < end else marks[0]
        if character in "([":
            depth += 1
        elif character in ")]":
            depth = max(0, depth - 1)
        elif (character in marks and depth == 0) or position == end:
            left, right = at, min(position, end)
            while left < right and (text[left] in " \n\t" or _is_closing(text, left, right)):
                left += 1
            while right > left and text[right - 1] in " \n\t":
                right -= 1
            if left < right:
                yield left, right
            at = position + 1


def _is_closing(text: str, left: int, right: int) -> bool:
    """Whether a slice begins with a quotation mark that closes what stands before it."""
    return text[left] == '"' and text.count('"', left, right) % 2 == 1


def names_in(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Slices of the names of a list: split at 、, and at 和 / 与 / 及 where both sides are names."""
    names: list[tuple[int, int]] = []
    for left, right in slices(text, start, end, "、,"):
        piece = text[left:right]
        for joint in re.finditer(r"以及|和|与|及", piece):
            head, tail = piece[: joint.start()], piece[joint.end() :]
            if looks_like_name(head) and looks_like_name(tail) and not _is_inside_name(piece, joint.start()):
                names.append((left, left + joint.start()))
                left += joint.end()
                break
        generic = re.search(r"等(?:有关|相关)?(?:部门|单位|部门和单位)?$", text[left:right])
        if generic and generic.start() > 1:
            stop = left + generic.start()
            names.append((left, stop))
            if right - stop > 2:
                names.append((stop + 1, right))
            continue
        names.append((left, right))
    return names


def _is_inside_name(piece: str, at: int) -> bool:
    """住房和城乡建设局, 文化和旅游部: the first part is no name without its ending."""
    return not re.search(
        r"(?:局|厅|委|部|署|院|办|会|中心|支队|银行|行|政府|[市县区州镇乡]|单位|部门|区\)|\))$", piece[:at]
    )


def rule_of_first(text: str, bracketed: bool) -> Role | None:
    """The role of the others where a text states that the first of a list of bodies leads; None where it does not.

    They are responsible, as their list says, unless the rule calls them supporting (其余为配合单位).
    """
    rule = _RULE_FIRST.search(text)
    before = text[: rule.end()] if rule else ""
    if not rule or _OF_OTHERS.search(before) or not (bracketed or _OF_TASKS.search(before)):
        return None
    return Role.SUPPORT if _OTHERS_SUPPORT.search(text) else Role.RESPONSIBLE


def is_of_unled(text: str) -> bool:
    """Whether a rule of the first is expressly of those lists that name no lead (分工中没有指定牵头单位的，…)."""
    return bool(_UNLED.search(text))


def _before_rule(text: str, start: int, end: int) -> int:
    """Where a segment ends that holds a rule of the first: before the bracket with it, else at its own start."""
    spans = [m.span() for pattern in (_RULE_FIRST, _OTHERS_SUPPORT) for m in pattern.finditer(text)]
    at = min((left for left, right in spans if left < end and right > start), default=None)
    return end if at is None else start + max(0, text[start:at].find("("))


def read_clause(text: str, start: int, end: int, clause: Clause, *, strict: bool) -> None:
    """Fill in who does what; ``strict`` (running text) wants every name to look like one."""
    pending: list[tuple[int, int]] = []
    segments = list(slices(text, start, end, ",;。" if strict else ",;。\n"))
    role_of_label: Role | None = None
    which = ""
    clause.first = rule_of_first(text[start:end], clause.bracketed)
    for number, (left, right) in enumerate(segments):
        right = _before_rule(text, left, right) if clause.first else right
        segment = text[left:right]
        if not segment or _RULE_TAIL.match(segment):
            continue
        rule = _RULE_ALL.match(segment)
        if rule:
            inner = Clause(0, 0, True)
            read_clause(text, left + rule.start("rest"), right, inner, strict=True)
            if inner.parts:
                clause.rules.append((rule["which"] or "", _implementing(segment, inner.parts)))
            continue
        of = _RULE_OF.match(segment)
        if of and number + 1 < len(segments) and _EVERYBODY.search(text[slice(*segments[number + 1])]):
            which = re.sub(r"\s", "", of["which"])
            continue
        if which:
            inner = Clause(0, 0, True)
            if read_segment(text, left, right, [], inner, strict=True):
                clause.rules.append((which, _implementing(segment, inner.parts)))
                which = ""
                continue
            which = ""
        if TERMS.match(segment):
            role_of_label = None
            continue
        labels = list(LABEL.finditer(text, left, right))
        if labels:
            if text[left : labels[0].start()].strip() and role_of_label:
                _add_names(text, left, labels[0].start(), role_of_label, clause, strict=False)
            for at, label in enumerate(labels):
                stop = labels[at + 1].start() if at + 1 < len(labels) else right
                role_of_label = next(
                    role for role, words in _WORDS.items() if label["word"] in words.split("|")
                )
                _add_names(text, label.end(), stop, role_of_label, clause, strict=False)
            continue
        if read_segment(text, left, right, pending, clause, strict=strict):
            pending = []
            role_of_label = None
            continue
        if role_of_label and all(looks_like_name(text[a:b]) for a, b in names_in(text, left, right)):
            _add_names(text, left, right, role_of_label, clause, strict=True)
        elif all(looks_like_name(text[a:b]) for a, b in names_in(text, left, right)):
            pending += names_in(text, left, right)
        else:
            pending = []


def _implementing(segment: str, parts: list[tuple[Role, int, int]]) -> list[tuple[Role, int, int]]:
    """The parts of a rule: who is responsible for carrying out what others lead (负责落实) implements it."""
    carried = re.search(rf"(?:{_WORDS[Role.IMPLEMENT]}|执行)$", segment)
    return [(Role.IMPLEMENT if carried and role is Role.RESPONSIBLE else role, a, b) for role, a, b in parts]


def read_segment(
    text: str, left: int, right: int, pending: list[tuple[int, int]], clause: Clause, *, strict: bool
) -> bool:
    """Read ``X、Y牵头``, ``由X会同Y负责``; False where the segment says nothing of the kind."""
    segment = text[left:right]
    best: tuple[int, Role] | None = None
    for cut in range(len(segment) - 2, max(0, len(segment) - 24), -1):
        role = next((role for role, pattern in _VERBS if pattern.match(segment[cut:])), None)
        if role is not None:
            best = (cut, role)  # the longest verb phrase: 负责组织实施 rather than 组织实施
    if best is None or best[0] < 2:
        return False
    return _add_segment(text, left, 0, best[0], best[1], pending, clause, strict=strict)


def _add_segment(
    text: str,
    left: int,
    start: int,
    stop: int,
    role: Role,
    pending: list[tuple[int, int]],
    clause: Clause,
    *,
    strict: bool,
) -> bool:
    segment = text[left + start : left + stop]
    by = re.search(r"(?:^|.)由(?=[^由]+$)", segment) if strict else re.match(r"由", segment)
    if by:
        start += by.end()
        segment = text[left + start : left + stop]
    joint = re.search(r"(?<!^)(?:牵头)?[、,]?(?:会同|商(?![务业会]))(?=.{2})", segment)
    if joint and looks_like_name(segment[: joint.start()]):
        lead = names_in(text, left + start, left + start + joint.start())
        support = names_in(text, left + start + joint.end(), left + stop)
        if all(looks_like_name(text[a:b]) for a, b in (*lead, *support)):
            first = Role.LEAD if role in (Role.LEAD, Role.IMPLEMENT) or "牵头" in joint.group() else role
            clause.parts += [(first, a, b) for a, b in (*pending, *lead)]
            clause.parts += [(Role.SUPPORT, a, b) for a, b in support]
            return True
    together = re.match(r"会同", segment)
    if together:
        role, start = Role.SUPPORT, start + together.end()
    names = [*pending, *names_in(text, left + start, left + stop)]
    if not names or (strict and not all(looks_like_name(text[a:b]) for a, b in names)):
        return False
    if not strict and not any(looks_like_name(text[a:b]) for a, b in names):
        return False
    clause.parts += [(role, a, b) for a, b in names]
    return True


def shares_equally(text: str) -> bool:
    """Whether a list of bodies ends by saying that each does its part (…按职责分工负责), so that none leads."""
    return any(_TOGETHER.search(part) for part in re.split("[,;。]", text))


def _add_names(text: str, start: int, end: int, role: Role, clause: Clause, *, strict: bool) -> None:
    tail = _TOGETHER.search(text, start, end)
    end = tail.start() if tail else end
    names = [n for n in names_in(text, start, end) if not re.search(r"[::。]", text[n[0] : n[1]])]
    clause.parts += [(role, a, b) for a, b in names if not strict or looks_like_name(text[a:b])]


_OFFICE_END = re.compile(r"(?:局|厅|委|部|署|办|政府|\)|委员会|银行|支队|中心)$")
_BODY_END = re.compile(rf"{_OFFICE_END.pattern}|(?:会|社|联|行|院|队|公司|集团|台|站|所|海关|大学|学校|馆)$")


_DUE = re.compile(  # 10月底前, 2026年12月底前完成, 方案6月底前出台, 长期坚持: when it is due, in the brackets of who does it
    r"(?:(?:完成|办理|办结)?(?:时限|时间|期限)\s*:?\s*)?"
    r"(?:(?:20\d\d年)?(?:\d{1,2}月)?(?:\d{1,2}日)?(?:[上中下]旬|上半年|下半年)?[年月]?[底末初]?(?:之前|以前|前)?(?:完成|启动|见效|到位|建成|取得[^,;]{0,8})?"
    r"|[^,;、]{0,10}\d{1,2}月(?:[上中下]旬)?[底末]?(?:之|以)?前[^,;、]{0,6}"
    r"|长期(?:坚持|推进|实施)?|(?:持续|常态化|全年)(?:推进|开展|实施|坚持)?)"
)


def read_bare_list(text: str, start: int, end: int, clause: Clause) -> None:
    """（市X局、市Y局） at the end of an item, without a verb: offices, or other bodies beside one (市供销社、市总工会)."""
    names = []
    for left, right in slices(text, start, end, ",;"):
        piece = text[left:right]
        if not (_RULE_FIRST.search(piece) or _RULE_TAIL.match(piece) or _DUE.fullmatch(piece.strip())):
            names += names_in(text, left, right)
    pieces = [text[a:b] for a, b in names]
    bodies = all(looks_like_name(p) and not is_generic(p) and _BODY_END.search(p) for p in pieces)
    if bodies and any(_OFFICE_END.search(p) for p in pieces):
        clause.parts += [(Role.RESPONSIBLE, a, b) for a, b in names]
