"""Names of organisations: how documents write them, how people call them, in Chinese and English.

The names are data (``organisations.toml``); the rules here read region, level, stem and ending out
of a name, so that 市X局, X局 and Y市X局 are one organisation where they can be.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from index.text import fold, squeeze

NATIONAL_ENDINGS = ("部", "总局", "总署", "署")
LOCAL_LEVELS = ("市", "省", "县", "区", "州", "自治区")
LEVEL = "自治区|市|省|县|区|州"
_NAME_ENDING = (
    "委员会|管委会|办公室|局|厅|委|部|署|院|办|会|室|中心|支队|总队|大队|银行|分行|支行|政府|公司|集团|小组|专班"
    "|电视台|广播台|气象台|档案馆|图书馆|博物馆|文化馆|大学|调查队|勘查队|地质队|救援队|[文妇残侨]联|工商联|社科联"
    "|单位|部门|机关|机构|法院|检察院|街道|镇|乡|区|县|市|州|协会|海关|处|站|所|社|学校|企业|新区|开发区|园区"
)
_NAME = re.compile(
    rf"(?:[一-鿿“”\"·a-z0-9]|\([一-鿿、]{{1,20}}\)){{1,40}}?(?:{_NAME_ENDING}|\([一-鿿、]{{1,20}}\))(?:人民政府|政府|等)?$"
)
_ALONE = re.compile("海关|法院|检察院|银行|学校|医院|企业|协会")  # bodies whose name is the ending alone
_GENERIC = re.compile(
    r"^(?:等)?(?:各|有关|相关|其他|其它|成员|责任|牵头|配合|市级|省级|县级|区级)*(?:有关|相关)?(?:部门|单位|成员单位|方面)(?:和单位)?$"
)

_ROLE_NAME = re.compile(
    r"^(?:由|各|本|该|相关|有关|其他|其它|任务|项目)*(?:的)?(?:总?牵头|主办|主责|配合|协办|协助|参与|责任|负责|承办)(?:单位|部门|方|责任单位)$"
)
_AT = re.compile(r"(?<=办公室)\([^()]+\)$")  # 领导小组办公室(市X局): not the bureau itself


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart; parts are folded, "" where absent."""

    region: str  # 南阳 in 南阳市财政局
    level: str  # 市
    stem: str  # 财政: canonical where the data file knows it
    ending: str  # 局
    listed: bool  # whether the data file knows the stem


@dataclass(frozen=True, slots=True)
class Mention:
    """An organisation named in a question; ``start:end`` are offsets in the folded question."""

    start: int
    end: int
    text: str
    names: tuple[str, ...]  # the ledger's names it stands for; () where the policies never name it
    name: Name
    member: bool = False  # a county, district or city, which stands for the group that it belongs to


@cache
def organisation_data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("organisations.toml").read_text("utf-8"))


@cache
def stems() -> Mapping[str, str]:
    """Every stem and abbreviation -> canonical stem."""
    known: dict[str, str] = {}
    for row in organisation_data()["organisation"]:
        for word in (row["stem"], *row.get("short", ())):
            known.setdefault(fold(word), fold(row["stem"]))
    return known


@cache
def complete_names() -> Mapping[str, str]:
    """Names that are complete without an ending (人民银行, 妇联) -> canonical stem."""
    return {
        fold(word): fold(row["stem"])
        for row in organisation_data()["organisation"]
        for word in row.get("complete", ())
    }


@cache
def name_patterns() -> dict[str, re.Pattern[str]]:
    known = "|".join(sorted(map(re.escape, stems()), key=len, reverse=True))
    endings = "|".join(sorted(organisation_data()["endings"], key=len, reverse=True))
    # 国家金融监管总局: the part before the ending may hold words such as 管理, 监督.
    core = rf"(?P<stem>{known})(?:管理|监督)?(?P<ending>{endings})"
    alone = "|".join(sorted(map(re.escape, complete_names()), key=len, reverse=True))
    return {
        "whole": re.compile(rf"^(?:(?P<region>[一-鿿]{{2,7}}?)?(?P<level>{LEVEL}))?(?:国家|中国)?{core}$"),
        "complete": re.compile(rf"(?P<level>{LEVEL})?(?P<alone>{alone})"),
        "inside": re.compile(rf"(?:国家|中国)?{core}|(?P<alone>{alone})"),
        "question": re.compile(
            rf"(?:(?P<region>[一-鿿]{{2,3}}?)?(?P<level>{LEVEL}))?(?:国家|中国)?{core}(?!长期|件|门|队伍)"
        ),
        "bare": re.compile(
            rf"(?P<stem>{known})(?:部门|(?=系统|口子|口[的负牵]|牵头|负责|配合|[、和与跟](?:{known})(?:部门|牵头|负责|配合)))"
        ),
        "unlisted": re.compile(
            rf"^(?P<region>[一-鿿]{{2,6}}?(?=市|省|县))?(?P<level>{LEVEL})?(?P<stem>.+?)(?P<ending>{endings})?$"
        ),
    }


@lru_cache(maxsize=4096)
def read_name(text: str) -> Name:
    """Region, level, stem and ending of an organisation's name."""
    folded = _AT.sub("", squeeze(text))
    match = name_patterns()["whole"].match(folded)
    if match:
        return Name(
            match["region"] or "", match["level"] or "", stems()[match["stem"]], match["ending"], True
        )
    match = name_patterns()["inside"].search(folded)
    if match:
        before = re.match(rf"([一-鿿]{{2,6}})({LEVEL})", folded[: match.start()])
        stem = complete_names()[match["alone"]] if match["alone"] else stems()[match["stem"]]
        level = before.group(2) if before else (folded[0] if folded[0] in LOCAL_LEVELS else "")
        return Name(before.group(1) if before else "", level, stem, match["ending"] or "", True)
    match = name_patterns()["unlisted"].match(folded)
    if not match:
        return Name("", "", folded, "", False)
    return Name(match["region"] or "", match["level"] or "", match["stem"], match["ending"] or "", False)


def looks_like_name(text: str) -> bool:
    """Whether a piece of a clause has the form of an organisation's name or a group of them."""
    folded = squeeze(text)
    if len(folded) < 2 or len(folded) > 45:
        return False
    if re.search(
        r"[0-9]{2}|其中|应当|以及其|进行|推进|加强|建设[^局厅部委]|落实|开展|提高|实施|工作$", folded
    ):
        return False
    return (
        bool(_NAME.match(folded) or _ALONE.fullmatch(folded)) or _holds_office(folded) or is_generic(folded)
    )


def _holds_office(folded: str) -> bool:
    """Whether a listed office stands in the name and nothing but a branch of it follows."""
    match = name_patterns()["inside"].search(folded)
    return bool(match) and bool(
        re.fullmatch(r"(?:[一-鿿]{0,8}(?:分局|分行|支行|支队|中心|办公室|处|站|等))?", folded[match.end() :])  # type: ignore[union-attr]
    )


def offices_in(folded: str) -> list[str]:
    """Every office that a folded text names by stem and ending (教育局), as written, without region and level."""
    patterns = name_patterns()
    return [match.group() for name in ("inside", "complete") for match in patterns[name].finditer(folded)]


def is_generic(text: str) -> bool:
    """Whether a name is only 有关部门 or the like."""
    return bool(_GENERIC.match(squeeze(text)))


def is_role(text: str) -> bool:
    """Whether a name only says what part somebody has (牵头单位): no body is called so."""
    return bool(_ROLE_NAME.match(squeeze(text)))


def english_name(name: str) -> str:
    """Usual English name of an organisation, "" where the data file has none."""
    folded = squeeze(name)
    for group in organisation_data()["group"]:
        if re.fullmatch(group["pattern"], folded) and group["english"]:
            return str(group["english"][0])
    parts = read_name(name)
    row = english_rows().get(parts.stem)
    if row is None or not parts.listed:
        return ""
    if not row["english"] or not parts.ending:  # 证监会: no ending that English has a word for
        return str(next((name for name in row["alone"] if name.isascii()), ""))
    ending = organisation_data()["english_endings"].get(parts.ending, "Bureau")
    level = organisation_data()["english_levels"].get(parts.level, "")
    return f"{level} {row['english'][0]} {ending}".strip()


@cache
def english_rows() -> Mapping[str, dict[str, Any]]:
    return {
        fold(row["stem"]): {"alone": [], "english": [], **row} for row in organisation_data()["organisation"]
    }


@cache
def regions() -> frozenset[str]:
    """Names of provinces and larger cities, without 省 / 市."""
    return frozenset(organisation_data()["regions"].split())


@cache
def region_spellings() -> Mapping[str, str]:
    """Names of regions as English texts spell them (pinyin without tones) -> Chinese name."""
    from pypinyin import lazy_pinyin

    return {"".join(lazy_pinyin(name)): name for name in regions()}


def region_spellings_of(region: str) -> str:
    """How an English text spells a region: nanyang for 南阳市."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(region[:-1] if len(region) > 2 else region))


def is_place(word: str) -> bool:
    """Whether a word, with or without 省 / 市 / 县 / 区, names a region."""
    return word in regions() or (len(word) > 2 and word[:-1] in regions() and word[-1] in "省市州")
