"""Questions on the numbers that a policy commits to, and on the years in which they are due."""

from __future__ import annotations

import re

from assistant.quiz_ground import GAP, LONGEST, OPTIONS, Ground, Question
from assistant.tour_document import is_due
from assistant.within import lead_in, section_at
from index.policy import Policy, Target
from index.quantities import scale_unit
from index.tables import heading_of
from index.text import squeeze
from prompts import phrase

_DIGITS = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")


def ask_number(ground: Ground, target: Target) -> Question | None:
    """Which number a commitment has, with its comparator and unit in every option."""
    policy, indicator = ground.policy, squeeze(target.indicator)
    value = target.text.removesuffix(target.indicator)
    if target.unit and squeeze(target.unit) not in squeeze(value):  # a cell's unit stands in a header
        value += target.unit
    digits = _DIGITS.findall(value)
    if len(digits) != 1:
        return None
    table = heading_of(policy, target.section, target.start)
    same = [t for t in policy.targets if squeeze(t.indicator) == indicator and t.year == target.year]
    unique = len(same) == 1
    if table:
        if not unique:
            return None
        name = "quiz_value_year" if target.year else "quiz_value"
        shown = target.indicator
    else:
        # A plan's indicator and year tell what is meant; of a rule, the sentence does, behind what opens its list.
        fragment = squeeze(policy.source[target.start : target.end])
        alone = bool(unique and target.year and indicator in fragment and "分别" not in fragment)
        shown = _with_gap(policy, target, alone, value)
        name = "quiz_blank_year" if target.year and str(target.year) not in shown else "quiz_blank"
        if not shown or len(shown) > LONGEST:
            return None
    wrong = [value.replace(digits[0], number, 1) for number in _numbers(ground, target, digits[0], shown)]
    text = phrase(ground.language, name, indicator=shown, text=shown, year=target.year)
    spans = table or ((target.sentence_start, target.sentence_end),)
    return ground.question("number", text, value, wrong, spans)


def _with_gap(policy: Policy, target: Target, alone: bool, value: str) -> str:
    """The words of a target, or its whole sentence, with a gap for its value; "" where that is not found."""
    start, end = (target.start, target.end) if alone else (target.sentence_start, target.sentence_end)
    pattern = r"\s*".join(map(re.escape, value))
    match = re.search(pattern, policy.source[target.start : target.end])
    if not match:
        return ""
    at, until = target.start + match.start(), target.start + match.end()
    opening = lead_in(policy, target.start) if not alone else None
    list_of = section_at(policy, opening[0]) if opening else None
    before = policy.source[max(opening[0], list_of.body_start) : opening[1]] if opening and list_of else ""
    return " ".join(f"{before}{policy.source[start:at]}{GAP}{policy.source[until:end]}".split())


def _numbers(ground: Ground, target: Target, digits: str, shown: str) -> list[str]:
    """Wrong numbers: those of other targets of the unit, then near ones; none that the indicator has in doubt."""
    indicator = squeeze(target.indicator)
    scale, unit = scale_unit(target.unit)
    excluded = {scale * target.low}
    for other in ground.policy.targets:
        name = squeeze(other.indicator)
        apart = target.year and other.year and target.year != other.year
        if (indicator in name or name in indicator) and not apart and scale_unit(other.unit)[1] == unit:
            factor = scale_unit(other.unit)[0]
            excluded |= {factor * other.low, factor * other.high}
    others = [
        number
        for other in ground.targets
        if squeeze(other.unit) == squeeze(target.unit)
        for number in _DIGITS.findall(other.text)
        if len(_DIGITS.findall(other.text)) == 1
    ]
    ground.random.shuffle(others)
    near = _near(digits)
    ground.random.shuffle(near)
    seen: dict[float, str] = {}
    for number in (*others[: OPTIONS - 1], *near):
        worth = float(number.replace(",", ""))
        possible = worth > 0 and (unit not in ("%", "％") or worth <= 100 or target.low > 100)
        visible = re.search(rf"(?<![0-9.]){re.escape(number)}(?![0-9.])", shown)
        if possible and not visible and scale * worth not in excluded:
            seen.setdefault(worth, number)
    return list(seen.values())


def _near(digits: str) -> list[str]:
    """Numbers like another, as round as it is: 20, 40, 50 for 30; 80, 90 for 85; 2094.4 and 2294.4 for 2194.4."""
    plain = digits.replace(",", "")
    decimals = len(plain.partition(".")[2])
    whole = int(plain.replace(".", ""))
    zeros = 0 if decimals else len(plain) - len(plain.rstrip("0"))
    leading = whole // 10**zeros
    if leading < 10:
        steps = [leading + 1, leading - 1, leading + 2, leading - 2, leading + 3]
    elif leading < 100:
        fives = leading - leading % 5
        steps = [fives + 5, fives - 5, fives + 10, fives - 10, fives]
    else:
        step = 10 ** (len(str(leading)) - 2)
        steps = [leading + step, leading - step, leading + 2 * step, leading - 2 * step]
    values = [step * 10**zeros / 10**decimals for step in steps if step > 0]
    return [f"{value:{',' if ',' in digits else ''}.{decimals}f}" for value in values]


def ask_year(ground: Ground, target: Target) -> Question | None:
    """In which year a number is due."""
    policy, indicator = ground.policy, squeeze(target.indicator)
    fragment = policy.source[target.start : target.end]
    if not target.year or target.period or heading_of(policy, target.section, target.start):
        return None
    told = indicator in squeeze(fragment) and is_due(policy, target)
    if not told or re.search(r"20\d\d", fragment):
        return None
    alike = {
        t.year
        for t in policy.targets
        if squeeze(t.indicator) == indicator
        and (t.low, t.high, t.unit) == (target.low, target.high, target.unit)
    }
    if alike != {target.year}:
        return None
    years = sorted({t.year for t in ground.targets if t.year} - alike)
    ground.random.shuffle(years)
    near = [target.year + step for step in (1, -1, 2, 3)]
    wrong = [f"{year}年" for year in dict.fromkeys([*years, *near]) if year]
    text = phrase(ground.language, "quiz_year", text=" ".join(fragment.split()))
    return ground.question(
        "year", text, f"{target.year}年", wrong, ((target.sentence_start, target.sentence_end),)
    )
