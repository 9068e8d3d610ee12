"""Who does what in a sentence of running text: X负责本区域的…工作, 会同Y编制…."""

from __future__ import annotations

import re

from index.clauses import Clause, names_in, read_segment, slices
from index.organisations import looks_like_name
from index.policy import Role

_SUBJECT = re.compile(
    r"^(?P<names>[^,::;]{2,60}?)(?:要|应当|应|依法|须|需|将|继续|统一|统筹|具体|主要|全面|认真|积极|按照?(?:各自)?职责(?:分工)?)*"
    r"(?P<verb>负责|牵头|主管(?!部门)|承担|组织实施|配合|协助|参与|组织|统筹|制定|编制|落实)(?P<object>[^,;。]{2,})"
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


def read_running(text: str, start: int, end: int, clause: Clause) -> None:
    """A sentence of running text: X牵头，会同Y、Z编制规划，各镇组织实施; X负责本区域的…工作."""
    for left, right in slices(text, start, end, ",;"):
        if read_segment(text, left, right, [], clause, strict=True):
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
            text,
            left + by.start("names"),
            left + by.end("names"),
            _role_of_verb(by["verb"]),
            clause,
            together=by["verb"] in ("负责", "解释"),
        ):
            continue
        for pattern in (_IS_BODY, _SUBJECT, _OVERSEE):
            match = pattern.match(segment)
            if not match or (pattern is _SUBJECT and _DESCRIBED.search(segment)):
                continue
            if _add_subjects(text, left, left + match.end("names"), _role_of_verb(match["verb"]), clause):
                break


def _add_subjects(
    text: str, start: int, end: int, role: Role, clause: Clause, together: bool = False
) -> bool:
    """Add the names of a list that bear a duty; what follows 会同 supports, or does the same ``together``.

    False where one of them does not look like a bearer.
    """
    own, _, joined = text[start:end].partition("会同")
    names = names_in(text, start, start + len(own))
    others = names_in(text, end - len(joined), end) if joined else []
    if not names or not all(_is_subject(text[a:b]) for a, b in (*names, *others)):
        return False
    clause.parts += [(role, a, b) for a, b in names]
    clause.parts += [(role if together else Role.SUPPORT, a, b) for a, b in others]
    return True


def _role_of_verb(verb: str) -> Role:
    return _ROLE_OF_VERB.get(verb, Role.RESPONSIBLE)


def _is_subject(text: str) -> bool:
    """A name that can bear a duty in running text: an office, not any noun in 部 or 会."""
    if re.search(r"[的了将]|^(?:并|且|或|及|其|该|在|按|对|经|为|由|被|与|如)", text) and "负责" not in text:
        return False
    described = re.search(r"负责.{2,24}的(?:主管)?(?:部门|机构|机关)$", text)
    office = re.search(
        r"(?:局|厅|委|委员会|总署|总局|总社|联社|政府|室|公司|团委|工会|联合会|妇联|残联|医院|学校|主管部门|管理部门|机关|管委会|小组|中心|支队|部门|\)|[^内外全总]部)$",
        text,
    )
    return looks_like_name(text) and bool(office or described) if not described else True
