"""The organisations that the indexed policies name, findable by what people call them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from index.keywords import tagged
from index.organisations import (
    LEVEL,
    LOCAL_LEVELS,
    NATIONAL_ENDINGS,
    Mention,
    Name,
    complete_names,
    english_rows,
    is_place,
    name_patterns,
    organisation_data,
    read_name,
    stems,
)
from index.text import fold, squeeze


@cache
def _english_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(pattern over the lower-cased question, stem), longest names first."""
    body = r"(?:bureau|department|commission|administration|ministry|office|authority|agency|committee|branch|bureaus|dept)"
    lead = r"(?:(?:the|municipal|city|provincial|county|national|state|general)\s+)*"
    rows: list[tuple[int, re.Pattern[str], str]] = []
    for stem, row in english_rows().items():
        for name in row["english"]:
            phrase = re.escape(name.lower()).replace(r"\ ", r"\s+").replace("and", "(?:and|&)")
            pattern = rf"\b{lead}(?:{phrase}['’s]*\s+(?:\w+\s+){{0,1}}?{body}|{body}\s+(?:of|for)\s+(?:the\s+)?{phrase})\b"
            rows.append((len(name), re.compile(pattern), stem))
            if " and " in name.lower() and len(name) > 20:
                rows.append((len(name) - 1, re.compile(rf"\b{phrase}\b"), stem))
        for name in row["alone"]:
            rows.append((len(name), re.compile(rf"(?<![a-z]){re.escape(fold(name))}(?![a-z])"), stem))
    return tuple((pattern, stem) for _, pattern, stem in sorted(rows, key=lambda item: -item[0]))


@cache
def _group_words() -> frozenset[str]:
    """Words for a body of a kind (开发区), folded."""
    return frozenset(fold(word) for group in organisation_data()["group"] for word in group["words"])


class Directory:
    """The organisations that the indexed policies name, findable by what people call them."""

    def __init__(
        self, names: Iterable[str], regions: Iterable[str], corpus: str, national: Iterable[str] = ()
    ) -> None:
        """``names`` are the ledger's, ``national`` those that only national policies give; ``corpus`` is folded."""
        self.names = tuple(dict.fromkeys(names))
        self._folded = {squeeze(name): name for name in self.names}
        self._parts = {name: read_name(name) for name in self.names}
        self._regions = tuple(regions)
        self._national = frozenset(national)
        self._corpus = corpus  # folded text of the policies: an organisation may stand there alone

    def find(self, question: str) -> list[Mention]:
        """Mentions in reading order, longest first where they overlap."""
        folded = fold(question)
        found: list[Mention] = []

        def add(start: int, end: int, names: Iterable[str], name: Name) -> None:
            if all(end <= other.start or start >= other.end for other in found):
                found.append(Mention(start, end, folded[start:end], tuple(dict.fromkeys(names)), name))

        for key in sorted(self._folded, key=len, reverse=True):
            pattern = r"\s*".join(map(re.escape, key))
            for match in re.finditer(pattern, folded):
                if key[0] in LOCAL_LEVELS and self._belongs_elsewhere(folded[: match.start()]):
                    continue
                start = match.start()
                if key[0] not in LOCAL_LEVELS and folded[:start].endswith("国家"):
                    start -= len("国家")
                add(start, match.end(), [self._folded[key]], self._parts[self._folded[key]])
        self._find_groups(folded, add)
        found += self._divisions_in(folded, found)
        for match in name_patterns()["question"].finditer(folded):
            self._add_listed(match, folded, add)
        for match in name_patterns()["complete"].finditer(folded):
            name = Name("", match["level"] or "", complete_names()[match["alone"]], "", True)
            add(*match.span(), self._same(name), name)
        for english, stem in _english_patterns():
            for match in english.finditer(folded):
                name = Name("", _english_level(match.group()), stem, "", True)
                add(*match.span(), self._preferred(self._same(name), match.group()), name)
        for match in name_patterns()["bare"].finditer(folded):
            name = Name("", "", stems()[match["stem"]], "", True)
            add(*match.span(), self._same(name), name)
        self._find_unlisted(folded, add)
        return sorted((self._whole(mention, folded, found) for mention in found), key=lambda m: m.start)

    def _whole(self, mention: Mention, folded: str, found: Sequence[Mention]) -> Mention:
        """The mention with all of its name, where a policy writes more of it (某某强市建设领导小组的办公室).

        A body of a kind (开发区) that the policies call by a longer name is that one, not the one with duties.
        """
        head = mention.text.removesuffix("办公室")
        first = max((m.end for m in found if m.end <= mention.start), default=0)
        before = re.search(r"[一-鿿]{0,12}$", folded[first : mention.start]).group()  # type: ignore[union-attr]
        for start in range(len(before)):
            longer = before[start:] + head
            if head != mention.text and longer in self._corpus:
                opening = mention.start - len(before) + start
                return replace(mention, start=opening, text=folded[opening : mention.end])
            if mention.text in _group_words() and self._is_named_apart(before[start:], longer):
                return replace(
                    mention,
                    start=mention.start - len(before) + start,
                    text=longer,
                    names=(),
                    name=read_name(longer),
                )
        return mention

    def _is_named_apart(self, before: str, longer: str) -> bool:
        """Whether the policies name, in a row of bodies or by itself, another body of a kind: 航空 + 经济技术开发区."""
        if len(before) < 2 or any(longer in key or key.endswith(longer) for key in self._folded):
            return False
        plain = all(flag[:1] in "nbjxa" for _, flag in tagged(before))
        return plain and bool(re.search(rf"(?:^|[\s、,。;:(]|[和与及]){re.escape(longer)}", self._corpus))

    def _add_listed(self, match: re.Match[str], folded: str, add: Any) -> None:
        region = match["region"] or ""
        start = match.start()
        for size in (3, 2):  # 由市财政局: what stands before the level need not be a region
            tail = region[-size:]
            if len(tail) == size and (is_place(tail) or any(tail in known for known in self._regions)):
                region, start = tail, start + len(region) - size
                break
        else:
            region, start = "", match.start("level") if match["level"] else start
            if not match["level"]:  # 西安工信局
                before = folded[:start]
                region = next((before[-n:] for n in (3, 2) if is_place(before[-n:])), "")
                start -= len(region)
        name = Name(region, match["level"] or "", stems()[match["stem"]], match["ending"], True)
        names = self._same(name)
        if folded[start:].startswith("国家"):
            names = [known for known in names if self._parts[known].level not in LOCAL_LEVELS]
        add(start, match.end(), names, name)

    def _belongs_elsewhere(self, before: str) -> bool:
        """Whether the words before 市X局 name a region that no policy is about (西安 in 西安市X局)."""
        tails = [before[-size:] for size in (2, 3, 4) if len(before) >= size]
        return any(is_place(tail) and not any(tail in region for region in self._regions) for tail in tails)

    def _same(self, name: Name) -> list[str]:
        matches = []
        for known, parts in self._parts.items():
            if parts.stem != name.stem:
                continue
            if name.level and parts.level and name.level != parts.level:
                continue
            unplaced = not parts.level and not parts.region and parts.ending != "行"
            if name.level in LOCAL_LEVELS and unplaced and not self._is_local(name.level, known):
                continue
            if name.ending in NATIONAL_ENDINGS and parts.level in LOCAL_LEVELS:
                continue
            if name.ending in ("局", "厅") and parts.ending in ("部", "总署"):
                continue
            if name.region and not any(name.region in region for region in (*self._regions, parts.region)):
                continue
            matches.append(known)
        return matches

    def _preferred(self, names: list[str], called: str) -> list[str]:
        """An acronym (NDRC) means the national body where the policies name one."""
        national = [known for known in names if not self._parts[known].level]
        return national if re.fullmatch(r"[a-z]{3,6}", called) and national else names

    def _is_local(self, level: str, known: str) -> bool:
        """Whether a name without a level can be of this level: the policies that give it are of that level."""
        local = known not in self._national and self._parts[known].ending not in NATIONAL_ENDINGS
        return local and any(level in region for region in self._regions)

    def _find_groups(self, folded: str, add: Any) -> None:
        for group in organisation_data()["group"]:
            members = [name for key, name in self._folded.items() if re.fullmatch(group["pattern"], key)]
            if not members:
                continue
            words = [fold(word) for word in group["words"]]
            for word in sorted(words, key=len, reverse=True):
                for match in re.finditer(re.escape(word), folded):
                    add(*match.span(), members, read_name(members[0]))
            for word in group["english"]:
                for match in re.finditer(rf"\b(?:the\s+)?{re.escape(fold(word))}\b", folded):
                    add(*match.span(), members, read_name(members[0]))

    def _divisions_in(self, folded: str, found: Sequence[Mention]) -> list[Mention]:
        """Counties, districts and cities of the policies' regions, each for the group that it belongs to."""
        mentions: list[Mention] = []
        for region in self._regions:
            for kind, pattern in _divisions_of(region).items():
                group = next(
                    (g["pattern"] for g in organisation_data()["group"] if g.get("divisions") == kind), "(?!)"
                )
                names = tuple(name for key, name in self._folded.items() if re.fullmatch(group, key))
                for match in pattern.finditer(folded):
                    free = all(match.end() <= m.start or match.start() >= m.end for m in (*found, *mentions))
                    if names and free and match["name"] not in self._corpus:
                        name = read_name(names[0])
                        mentions.append(Mention(*match.span(), match.group(), names, name, member=True))
        return mentions

    def _find_unlisted(self, folded: str, add: Any) -> None:
        """Names by form alone (…局, …厅, …委员会): those of the policies, and those they never name."""
        for match in re.finditer(
            rf"(?P<level>{LEVEL})?(?P<stem>[一-鿿]{{2,6}})(?P<ending>局|厅|委员会|管委会|办公室|总署|总局)(?![一-鿿]?面|限|势|部)",
            folded,
        ):
            stem = re.split(
                r"[是由和与跟让请问给向对为被归在除了的哪个几各每该本属于些及或什么们设]", match["stem"]
            )[-1]
            if len(stem) < 2 or (match["ending"] == "厅" and stem[-1] in "展客餐大门前舞音歌饭过"):
                continue
            start = match.start("stem") + len(match["stem"]) - len(stem)
            if match["level"] and stem == match["stem"]:
                start = match.start()
            text = folded[start : match.end()]
            name = Name(
                "", match["level"] or "" if start == match.start() else "", stem, match["ending"], False
            )
            names = [
                known for key, known in self._folded.items() if text in key or self._parts[known].stem == stem
            ]
            if names or text not in self._corpus:
                add(start, match.end(), names, name)

    def named(self, mention: Mention) -> bool:
        """Whether the policies name it, as a bearer of duties or anywhere in their text."""
        return bool(mention.names or self.in_text(mention))

    def in_text(self, mention: Mention) -> tuple[str, ...]:
        """How the text of the policies names it, folded: 教育部门, 人力资源社会保障等部门; () where it does not."""
        name, said = mention.name, squeeze(mention.text)
        if said.startswith(("国家", "中国")):  # the city's bureau is not the state's
            return (said,) if said in self._corpus else ()
        calls = (
            [re.escape(word) for word, stem in stems().items() if stem == name.stem] if name.listed else []
        )
        forms = (said, re.sub("(?<!人民)政府", "人民政府", said))
        found: list[str] = [form for form in forms if form in self._corpus and form not in stems()]
        if calls and not name.region and name.level in ("", "区", "县"):
            # 区(县)住房和城乡建设部门 is the bureau of each of them
            of = (
                rf"(?:{name.level}级?(?:\([^()]{{1,6}}\))?|[区县市]\([^()]{{0,4}}{name.level}[^()]{{0,4}}\))(?:人民政府)?"
                if name.level
                else ""
            )
            bodies = rf"{of}(?:{'|'.join(calls)})(?:等|行政|主管)*(?:部门|机关|机构)"
            found += re.findall(bodies, self._corpus)
        if name.ending and not name.region:
            found += [
                call for call in (name.level + word + name.ending for word in calls) if call in self._corpus
            ]
        return tuple(dict.fromkeys(found))


@cache
def _divisions_of(region: str) -> dict[str, re.Pattern[str]]:
    """The counties (with districts) and the cities of a province or city, with or without 人民政府."""
    names: dict[str, list[str]] = {"county": [], "city": []}
    for line in Path(__file__).with_name("divisions.txt").read_text("utf-8").splitlines():
        province, city, *counties = line.split()
        if not line.startswith("#") and region in (province, city):
            names["county"] += counties
            names["city"] += [city] if region == province != city else []
    return {
        kind: re.compile(
            "(?P<name>"
            + "|".join(n if len(n) < 3 else f"{n[:-1]}[县区市旗州盟]" for n in found)
            + ")(?:人民政府|政府)?"
        )
        for kind, found in names.items()
        if found
    }


def _english_level(text: str) -> str:
    if re.search(r"\b(?:municipal|city)\b", text):
        return "市"
    if "provincial" in text:
        return "省"
    return "县" if "county" in text else ""
