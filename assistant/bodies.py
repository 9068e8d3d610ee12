"""The organisations of the ledger, each once, however the policies write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus import Corpus, once_a_corpus
from assistant.terms import expression
from index.header import region_of
from index.organisations import (
    LEVEL,
    NATIONAL_ENDINGS,
    english_name,
    is_generic,
    name_patterns,
    organisation_data,
    read_name,
)
from index.text import squeeze

_LEVELS = LEVEL.split("|")
Key = tuple[str, ...]
Place = tuple[str, Key]  # the region that a name is of, and what is the same in every way to write it


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation; bodies of one name in two regions are two."""

    name: str  # as the policies write it most often
    names: tuple[str, ...]  # every way in which they write it
    region: str  # whose policies name it; "" for a national body and where the region is unknown
    group: bool  # several under one name: 各县（区）, 有关部门
    english: str  # its usual English name, "" where none is known
    label: str  # the name, with the region where another body has the same


@once_a_corpus
def read_bodies(corpus: Corpus) -> Mapping[tuple[str, str], Body]:
    """(policy id, name as the policy writes it) -> the organisation, in reading order."""
    keys: dict[tuple[str, str], Place] = {}
    used: dict[Place, Counter[str]] = {}
    for policy in corpus.policies.values():
        region = region_of(policy)
        for duty in policy.duties:
            place = _placed(duty.organisation, region)
            keys[policy.id, duty.organisation] = place
            used.setdefault(place, Counter())[duty.organisation] += 1
    merged = {place: _with_level(place, used) for place in used}
    for place, whole in merged.items():
        if whole != place:
            used[whole].update(used[place])
    regions: dict[str, set[str]] = {}
    for whole in set(merged.values()):
        regions.setdefault(_name(used[whole]), set()).add(whole[0])
    bodies = {whole: _body(whole, used[whole], regions) for whole in merged.values()}
    return {own: bodies[merged[place]] for own, place in keys.items()}


def bodies_called(text: str, bodies: Sequence[Body], corpus: Corpus) -> list[Body]:
    """The bodies that a text names: by label or name alone where one fits, else as a question would find them."""
    exact = [body for body in bodies if body.label == text.strip()]
    wanted = squeeze(text)
    exact = exact or [body for body in bodies if wanted in map(squeeze, (*body.names, body.english))]
    if exact or not wanted:
        return exact
    names = {name for mention in corpus.directory.find(text) for name in mention.names}
    return [body for body in bodies if names.intersection(body.names)]


def _placed(name: str, region: str) -> Place:
    """The region that a name is of and what is the same in every way to write it."""
    folded = expression("body", "desk").sub("", squeeze(name))
    folded = _local(folded, region)
    if folded.startswith("各") or expression("body", "several").match(folded):
        every = "各" + folded.removeprefix("各")
        for number, group in enumerate(organisation_data()["group"]):
            if re.fullmatch(group["pattern"], every):
                return region, ("group", str(number))
    if _is_group(folded):
        return region, ("generic", folded)
    parts = read_name(folded)
    if not parts.listed:
        return region, ("unlisted", expression("body", "seat").sub("", folded))
    whole = name_patterns()["whole"].match(folded)
    before, behind = ("", "") if whole else _around(folded)
    tail = name_patterns()["whole"].match(_local(behind, region))
    if tail and read_name(behind).stem == parts.stem:  # 国家税务总局X市税务局 is the tax bureau of X
        return region, _key(behind, region)
    national = not parts.level and not behind
    if national and (parts.ending in NATIONAL_ENDINGS or folded.startswith(("国家", "中国"))):
        return "", ("national", parts.stem, before)
    return region, ("listed", parts.stem, parts.level, parts.region, before, behind)


def _key(name: str, region: str) -> Key:
    parts = read_name(_local(squeeze(name), region))
    return ("listed", parts.stem, parts.level, parts.region, "", "")


def _local(folded: str, region: str) -> str:
    """A name without that of the policies' own region: X市财政局 in a policy of X is 市财政局."""
    if region and folded.startswith(region) and len(folded) > len(region):
        return next((level for level in _LEVELS if region.endswith(level)), "") + folded[len(region) :]
    return folded


def _around(folded: str) -> tuple[str, str]:
    """What stands before and behind the listed office in a name (交警支队 in 市公安局交警支队), region and level aside."""
    match = name_patterns()["inside"].search(folded)
    if match is None:
        return "", ""
    parts = read_name(folded)
    before = folded[: match.start()].removeprefix(parts.region).removeprefix(parts.level)
    return before, re.sub(r"等$", "", folded[match.end() :])


def _with_level(place: Place, used: dict[Place, Counter[str]]) -> Place:
    """财政局 is the one 市财政局 of its region, where that has a single one."""
    region, key = place
    if key[0] != "listed" or key[2] or key[3]:
        return place
    same = [
        other
        for other in used
        if other[0] == region
        and other[1][0] == "listed"
        and other[1][2]
        and not other[1][3]
        and (other[1][1], *other[1][4:]) == (key[1], *key[4:])
    ]
    return same[0] if len(same) == 1 else place


def _is_group(folded: str) -> bool:
    """Whether a name stands for several: 各成员单位, 有关部门, 市级有关部门."""
    return (
        folded.startswith("各") or is_generic(folded) or bool(expression("body", "relevant").search(folded))
    )


def _name(used: Counter[str]) -> str:
    return used.most_common(1)[0][0]


def _body(whole: Place, used: Counter[str], regions: dict[str, set[str]]) -> Body:
    name = _name(used)
    region = whole[0]
    shared = len(regions[name]) > 1 and region
    return Body(
        name=name,
        names=tuple(sorted(used, key=lambda other: (-used[other], other))),
        region=region,
        group=whole[1][0] in ("group", "generic"),
        english=english_name(name),
        label=f"{name}（{region}）" if shared else name,
    )


def dictionary_key(text: str) -> bytes:
    """What sorts texts as a Chinese dictionary does: GB 2312 has the common characters in the order of pinyin."""
    return text.encode("gb18030", "replace")
