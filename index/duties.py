"""Duties: who leads, supports, is responsible, implements, from bracketed clauses and running text.

Works on folded text (see ``index.text``), so that full- and half-width punctuation are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from index.organisations import is_generic, looks_like_name
from index.policy import Duty, Policy, Role, Section
from index.text import Folded, fold_with_origin

_LABELS = (
    (Role.LEAD, "牵头|主责|主办|总牵头"),
    (Role.SUPPORT, "配合|协办|参与|协同|参加|协助|支持"),
    (Role.IMPLEMENT, "实施|落实|承办|组织实施"),
    (Role.RESPONSIBLE, "责任|负责|承担"),
)
_LABEL = re.compile(
    rf"(?P<word>{'|'.join(words for _, words in _LABELS)})(?:单位|部门|机构|处室|科室|机关|方)\s*[::]\s*"
)
# What stands behind the organisations of a segment, the most specific first.
_MEANS = r"(?:按照?(?:各自)?(?:职责|职能)?(?:分工|职责|职能)?|根据(?:各自)?职责(?:分工)?|依职责|各负其责|分别|共同|联合|具体|统一|统筹|协调|全面|总|分头|在各自职责范围内|依法)*"
_VERBS = (
    (
        Role.LEAD,
        re.compile(
            rf"^{_MEANS}(?:牵头|主办)(?:单位|抓总|负责|组织|实施|落实|推进|会同.*|、.*)?(?:组织|实施|落实|推进|负责)?$"
        ),
    ),
    (
        Role.SUPPORT,
        re.compile(
            rf"^{_MEANS}(?:积极|密切|做好)?(?:配合|协助|参与|协同|支持)(?:落实|实施|推进|负责|做好|工作)*$"
        ),
    ),
    (
        Role.RESPONSIBLE,
        re.compile(rf"^{_MEANS}(?:负责|负总责|承担|主管|办理)(?:落实|实施|组织实施|推进|牵头)?$"),
    ),
    (
        Role.IMPLEMENT,
        re.compile(
            rf"^{_MEANS}(?:抓好|做好|认真|贯彻|组织)*(?:落实|实施|执行|组织实施|贯彻落实|推进落实|抓好落实)$"
        ),
    ),
)
_RULE_ALL = re.compile(
    r"^(?P<which>以下|以上|上述|下列|下述)?(?:各项|所有|全部)?(?:任务|工作|事项|措施|条款)?(?:均|都|全部|皆)(?:需|须|由|应由|要由|需由|须由)(?P<rest>.+)$"
)
_RULE_FIRST = re.compile(
    r"(?:排|列)(?:在)?(?:第一|首)位?的?(?:部门|单位|者)?(?:为|是|即为|系)?牵头(?:部门|单位|责任)?|首位(?:为|是)牵头|第一(?:个)?(?:部门|单位)?(?:为|是)牵头"
)
_RULE_TAIL = re.compile(r"^(?:不再(?:单独|逐一|一一)?.*|下同|下略|以下(?:简称|同).*)$")
_ASIDE = re.compile(r"^(?:以下简称|下称|简称|即|含|包括|不含|见|详见|附|此件|名单|原)")
_TERMS = re.compile(r"(?:完成时限|时限|完成时间|进度安排|牵头领导|分管领导|责任人|联系人|责任领导)\s*[::]")


@dataclass(slots=True)
class _Clause:
    """A responsibility clause as found: offsets in the folded section."""

    start: int
    end: int
    bracketed: bool
    parts: list[tuple[Role, int, int]] = field(default_factory=list)  # role and slice of each name
    rules: list[tuple[str, list[tuple[Role, int, int]]]] = field(default_factory=list)
    first_leads: bool = False


def find_duties(policy: Policy) -> tuple[Duty, ...]:
    """Every duty of the policy in reading order, with the rules that bind other clauses applied."""
    duties: list[Duty] = []
    rules: list[tuple[str, int, Role, str, int, int]] = []
    first_leads_from: tuple[int, int, int] | None = None
    number = 0
    for section in policy.sections:
        if section.level == 0 and section.id == 0:
            continue
        folded = fold_with_origin(policy.source[section.start : section.end])
        clauses = list(_clauses(folded.text, section.body_start - section.start))
        previous = 0
        bracketed = sum(clause.bracketed for clause in clauses)
        for clause in clauses:
            start, end = _statement(folded.text, previous, clause)
            previous = clause.end if clause.bracketed else previous
            task = _task(policy, section, folded, clause, start, clause.bracketed and bracketed == 1)
            at, until = (section.start + o for o in folded.span(start, end))
            clause_at, clause_until = (section.start + o for o in folded.span(clause.start, clause.end))
            template = Duty(
                number, Role.LEAD, "", task, section.id, at, until, clause_at, clause_until, clause.bracketed
            )
            if clause.first_leads and first_leads_from is None:
                first_leads_from = (number, clause_at, clause_until)
            parts = clause.parts
            if (
                first_leads_from
                and parts
                and all(role is Role.RESPONSIBLE for role, _, _ in parts)
                and clause.bracketed
            ):
                parts = [(Role.LEAD, *parts[0][1:]), *parts[1:]]
            for role, name_start, name_end in parts:
                template_rule = (
                    first_leads_from[1:]
                    if first_leads_from
                    and role is Role.LEAD
                    and clause.parts[0][0] is Role.RESPONSIBLE
                    and first_leads_from[0] != number
                    else (-1, -1)
                )
                duties.append(
                    replace(
                        template,
                        role=role,
                        organisation=_name(policy, section, folded, name_start, name_end),
                        rule_start=template_rule[0],
                        rule_end=template_rule[1],
                    )
                )
            for which, names in clause.rules:
                for role, name_start, name_end in names:
                    name = _name(policy, section, folded, name_start, name_end)
                    rules.append((which, number, role, name, clause_at, clause_until))
            number += 1
    return tuple(_apply_rules(duties, rules))


def _apply_rules(duties: list[Duty], rules: list[tuple[str, int, Role, str, int, int]]) -> list[Duty]:
    """The duties with those that a rule (以下均需…落实) adds to other bracketed clauses."""
    if not rules:
        return duties
    by_clause: dict[int, list[Duty]] = {}
    for duty in duties:
        by_clause.setdefault(duty.clause, []).append(duty)
    for which, origin, role, name, start, end in rules:
        for clause, members in by_clause.items():
            bound = clause <= origin if which in ("以上", "上述") else clause >= origin
            if which == "":
                bound = True
            present = any(d.organisation == name and d.role is role for d in members)
            if bound and not present and members[0].bracketed:
                members.append(
                    replace(members[0], role=role, organisation=name, rule_start=start, rule_end=end)
                )
    return [duty for clause in sorted(by_clause) for duty in by_clause[clause]]


def _name(policy: Policy, section: Section, folded: Folded, start: int, end: int) -> str:
    at, until = folded.span(start, end)
    return re.sub(r"\s+", "", policy.source[section.start + at : section.start + until])


def _clauses(text: str, body_at: int) -> Iterator[_Clause]:
    """Responsibility clauses of a folded section: brackets, labels, then running sentences."""
    taken: list[tuple[int, int]] = []
    found: list[_Clause] = []
    for start, end in brackets(text):
        inner = text[start + 1 : end - 1]
        if _ASIDE.match(inner.strip()):
            continue
        clause = _Clause(start, end, True)
        _read_clause(text, start + 1, end - 1, clause, strict=False)
        if not clause.parts and _ends_statement(text, end):
            _read_bare_list(text, start + 1, end - 1, clause)
        if clause.parts or clause.rules:
            found.append(clause)
            taken.append((start, end))
    labelled = _labelled_runs(text, taken)
    for start, end in labelled:
        clause = _Clause(start, end, True)
        _read_clause(text, start, end, clause, strict=False)
        if clause.parts:
            found.append(clause)
            taken.append((start, end))
    for start, end in _sentences(text, max(body_at, 0)):
        if any(start < t_end and end > t_start for t_start, t_end in taken):
            free = [(s, e) for s, e in _split_taken(start, end, taken) if e - s > 4]
        else:
            free = [(start, end)]
        for at, until in free:
            clause = _Clause(at, until, False)
            _read_clause(text, at, until, clause, strict=True)
            running = _Clause(at, until, False)
            _read_running(text, at, until, running)
            if len(running.parts) > len(clause.parts):
                clause.parts = running.parts
            if clause.parts:
                found.append(clause)
    yield from sorted(found, key=lambda clause: clause.start)


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


def _ends_statement(text: str, end: int) -> bool:
    return not text[end : end + 1].strip() or text[end] in "。;."


def _pieces(text: str, start: int, end: int, marks: str) -> Iterator[tuple[int, int]]:
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
            while left < right and text[left] in ' \n\t"':
                left += 1
            while right > left and text[right - 1] in " \n\t":
                right -= 1
            if left < right:
                yield left, right
            at = position + 1


def names_in(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Slices of the names of a list: split at 、, and at 和 / 与 / 及 where both sides are names."""
    names: list[tuple[int, int]] = []
    for left, right in _pieces(text, start, end, "、,"):
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


def _read_clause(text: str, start: int, end: int, clause: _Clause, *, strict: bool) -> None:
    """Fill in who does what; ``strict`` (running text) wants every name to look like one."""
    pending: list[tuple[int, int]] = []
    segments = list(_pieces(text, start, end, ",;。"))
    role_of_label: Role | None = None
    for left, right in segments:
        segment = text[left:right]
        if _RULE_TAIL.match(segment):
            continue
        if _RULE_FIRST.search(segment):
            clause.first_leads = True
            continue
        rule = _RULE_ALL.match(segment)
        if rule:
            inner = _Clause(0, 0, True)
            _read_clause(text, left + rule.start("rest"), right, inner, strict=True)
            if inner.parts:
                clause.rules.append((rule["which"] or "", inner.parts))
            continue
        if _TERMS.match(segment):
            role_of_label = None
            continue
        labels = list(_LABEL.finditer(text, left, right))
        if labels:
            if text[left : labels[0].start()].strip() and role_of_label:
                _add_names(text, left, labels[0].start(), role_of_label, clause, strict=False)
            for number, label in enumerate(labels):
                stop = labels[number + 1].start() if number + 1 < len(labels) else right
                role_of_label = next(role for role, words in _LABELS if label["word"] in words.split("|"))
                _add_names(text, label.end(), stop, role_of_label, clause, strict=False)
            continue
        if _read_segment(text, left, right, pending, clause, strict=strict):
            pending = []
            role_of_label = None
            continue
        if role_of_label and all(looks_like_name(text[a:b]) for a, b in names_in(text, left, right)):
            _add_names(text, left, right, role_of_label, clause, strict=True)
        elif all(looks_like_name(text[a:b]) for a, b in names_in(text, left, right)):
            pending += names_in(text, left, right)
        else:
            pending = []


def _read_segment(
    text: str, left: int, right: int, pending: list[tuple[int, int]], clause: _Clause, *, strict: bool
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
    clause: _Clause,
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


def _add_names(text: str, start: int, end: int, role: Role, clause: _Clause, *, strict: bool) -> None:
    names = [n for n in names_in(text, start, end) if not re.search(r"[::。]", text[n[0] : n[1]])]
    clause.parts += [(role, a, b) for a, b in names if not strict or looks_like_name(text[a:b])]


def _read_bare_list(text: str, start: int, end: int, clause: _Clause) -> None:
    """（市X局、市Y局） at the end of an item, without a verb."""
    names = []
    for left, right in _pieces(text, start, end, ",;"):
        if not _RULE_FIRST.search(text[left:right]) and not _RULE_TAIL.match(text[left:right]):
            names += names_in(text, left, right)
    office = re.compile(r"(?:局|厅|委|部|署|办|政府|\)|委员会|银行|支队|中心|总局)$")
    pieces = [text[a:b] for a, b in names]
    if pieces and all(looks_like_name(p) and not is_generic(p) and office.search(p) for p in pieces):
        clause.parts += [(Role.RESPONSIBLE, a, b) for a, b in names]


def _labelled_runs(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """牵头单位：X；配合单位：Y in running text: from the first label to the end of the sentence.

    Labels on lines of their own that follow each other are one clause.
    """
    runs: list[tuple[int, int]] = []
    for label in _LABEL.finditer(text):
        if any(start <= label.start() < end for start, end in (*taken, *runs)):
            continue
        end = label.end()
        while True:
            stop = re.compile(r"[。\n]").search(text, end)
            end = stop.start() if stop else len(text)
            following = re.compile(r"[。\s]*").match(text, end)
            after = following.end() if following else end
            if not _LABEL.match(text, after) and not _TERMS.match(text, after):
                break
            end = after + 1
        runs.append((label.start(), end))
    return runs


def _sentences(text: str, start: int) -> Iterator[tuple[int, int]]:
    yield from _pieces(text, start, len(text), "。;\n")


def _split_taken(start: int, end: int, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = start
    for t_start, t_end in sorted(taken):
        if t_end <= start or t_start >= end:
            continue
        yield at, max(at, t_start)
        at = max(at, t_end)
    yield at, end


_SUBJECT = re.compile(
    r"^(?P<names>[^,::;]{2,60}?)(?:要|应当|应|依法|须|需|将|继续|统一|统筹|具体|主要|全面|认真|积极|按照?(?:各自)?职责(?:分工)?)*"
    r"(?P<verb>负责|牵头|主管(?!部门)|承担|组织实施|配合|协助|参与|组织|统筹|制定|编制|落实)(?P<object>[^,;。]{3,})"
)
_ROLE_OF_VERB = {
    "牵头": Role.LEAD,
    "牵头部门": Role.LEAD,
    "牵头单位": Role.LEAD,
    "组织实施": Role.IMPLEMENT,
    "落实": Role.IMPLEMENT,
    "配合": Role.SUPPORT,
    "协助": Role.SUPPORT,
    "参与": Role.SUPPORT,
}
_DESCRIBED = re.compile(r"负责[^,;]{2,24}的(?:主管)?(?:部门|机构|机关|人员|单位)")
_BY = re.compile(
    r"由(?P<names>[^,;。由]{2,60}?)(?:按照?[^,;]{0,10}|依法|根据[^,;]{0,10}|分别|共同|统一|具体)?"
    r"(?P<verb>牵头|负责|组织实施|承担|主管(?!部门)|统筹|(?:另行)?制定|解释|处理|责令|审批|受理|核定|办理|实施|给予)"
)
_TOGETHER = re.compile(
    r"^会同(?P<names>[^,;]{2,60}?)(?=编制|制定|组织|开展|研究|推进|做好|实施|负责|建立|加强|对|共同|落实|完善|出台|提出|$)"
)
_IS_BODY = re.compile(
    r"^(?P<names>[^,::;]{2,40}?)(?:是|为|作为)(?P<object>[^,;]{0,40}?)的?(?P<verb>主管部门|牵头部门|牵头单位|责任主体|责任单位|责任部门|主管机关|管理部门)(?=[,;。]|$)"
)
_OVERSEE = re.compile(
    r"^(?P<names>[^,::;]{2,60}?)(?:应当|应|依法|要)*对(?P<object>[^,;]{4,60}?)(?:进行|实施|开展)(?P<verb>[^,;]{2,30})"
)


def _read_running(text: str, start: int, end: int, clause: _Clause) -> None:
    """A sentence of running text: X牵头，会同Y、Z编制规划，各镇组织实施; X负责本区域的…工作."""
    for left, right in _pieces(text, start, end, ",;"):
        if _read_segment(text, left, right, [], clause, strict=True):
            continue
        segment = text[left:right]
        together = _TOGETHER.match(segment)
        if together and clause.parts:
            _add_subjects(
                text, left + together.start("names"), left + together.end("names"), Role.SUPPORT, clause
            )
            continue
        by = _BY.search(segment)
        if by and _add_subjects(
            text, left + by.start("names"), left + by.end("names"), _role_of_verb(by["verb"]), clause
        ):
            continue
        for pattern in (_IS_BODY, _SUBJECT, _OVERSEE):
            match = pattern.match(segment)
            if not match or (pattern is _SUBJECT and _DESCRIBED.search(segment)):
                continue
            if _add_subjects(text, left, left + match.end("names"), _role_of_verb(match["verb"]), clause):
                break


def _add_subjects(text: str, start: int, end: int, role: Role, clause: _Clause) -> bool:
    """Add the names of a list that bear a duty; what follows 会同 supports. False where one does not look so."""
    own, _, joined = text[start:end].partition("会同")
    names = names_in(text, start, start + len(own))
    others = names_in(text, end - len(joined), end) if joined else []
    if not names or not all(_is_subject(text[a:b]) for a, b in (*names, *others)):
        return False
    clause.parts += [(role, a, b) for a, b in names]
    clause.parts += [(Role.SUPPORT, a, b) for a, b in others]
    return True


def _role_of_verb(verb: str) -> Role:
    return _ROLE_OF_VERB.get(verb, Role.RESPONSIBLE)


def _is_subject(text: str) -> bool:
    """A name that can bear a duty in running text: an office, not any noun in 部 or 会."""
    if re.search(r"[的了将]|^(?:并|且|或|及|其|该|在|按|对|经|为|由|被|与|如)", text) and "负责" not in text:
        return False
    described = re.search(r"负责.{2,24}的(?:主管)?(?:部门|机构|机关)$", text)
    office = re.search(
        r"(?:局|厅|委|委员会|总署|总局|政府|室|公司|团委|工会|联合会|妇联|残联|医院|学校|主管部门|管理部门|机关|管委会|小组|中心|支队|部门|\)|[^内外全总]部)$",
        text,
    )
    return looks_like_name(text) and bool(office or described) if not described else True


def _statement(text: str, previous: int, clause: _Clause) -> tuple[int, int]:
    """Slice of the sentences that a clause closes, the clause included; for running text its sentence.

    ``previous`` is the end of the bracketed clause before it, 0 (the section's heading) for the first.
    """
    start = previous if clause.bracketed else clause.start
    while start < clause.start and text[start] in " \n。;,":
        start += 1
    end = clause.end
    if text[end : end + 1] in ("。", ";"):
        end += 1
    return start, end


def _task(policy: Policy, section: Section, folded: Folded, clause: _Clause, start: int, single: bool) -> str:
    """Short name of what the clause is about: the heading, or heading and first phrase."""
    heading = section.heading.rstrip("。；：:")
    if single and heading:
        return heading
    at = max(start, 0)
    if section.body_start - section.start > at:
        at = section.body_start - section.start
        while at < clause.start and folded.text[at] in " \n。;,":
            at += 1
    stop = clause.start if clause.bracketed else clause.end
    phrase = re.match(r"[^,;。]{2,40}", folded.text[at:stop])
    begin, until = folded.span(at, at + (phrase.end() if phrase else min(30, max(0, stop - at))))
    text = re.sub(r"\s+", "", policy.source[section.start + begin : section.start + until])
    return f"{heading}：{text}" if heading and text else (text or heading or section.marker)
