"""What a text claims beside numbers, and which of it another text does not hold: bodies, modals, reversals, addresses."""

from __future__ import annotations

import re
from functools import cache

from assistant.terms import expression, glossary, words
from index.directory import Directory
from index.organisations import Mention, offices_in, read_name
from index.text import squeeze

ADDRESS = re.compile(r"https?:|www\.|//|!\[|\]\(|<[a-z/!]|javascript:|data:[a-z]|mailto:", re.I)


@cache
def _modals() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    rows = words()["modal"].items()
    return tuple((name, re.compile(row["said"]), re.compile(row["stands"])) for name, row in rows)


def bodies_missing(said: str, support: str, directory: Directory, english: bool = False) -> list[str]:
    """Bodies that a text names and a squeezed text does not, in Chinese or by their English names."""
    folded = squeeze(said)
    missing = [name for name in directory.names if squeeze(name) in folded and squeeze(name) not in support]
    missing += [  # also those that no policy names
        office
        for office in offices_in(folded)
        if office not in support and not any(office in name for name in missing)
    ]
    if english:
        for mention in directory.find(said):
            if mention.text in words()["capital"]["en"] and _is_place(mention, said):
                continue  # in our county: nobody does anything
            names = [squeeze(name) for name in mention.names]
            if not any(name in support or read_name(name).stem in support for name in names):
                missing.append(mention.text)
    return missing


def _is_place(mention: Mention, said: str) -> bool:
    """Whether an English sentence names a county, or a district of some kind, as a place, and not as who does something."""
    before, behind = said[: mention.start], said[mention.end :]
    kind = re.search(r"[a-z-]+ $", before)
    if kind and kind.group() + re.sub(r"s$", "", mention.text) in glossary():
        return True  # an irrigation district
    return bool(re.match(r"['’]s?\b", behind) or re.search(rf"(?:{words()['place']['before']})\s*$", before))


def offices_named(said: str) -> list[str]:
    """Offices of a place that a text names, by their form, also those that no list holds."""
    return expression("body", "office").findall(squeeze(said))


def offices_missing(said: str, support: str) -> list[str]:
    """Offices, by their form, that a text names and a squeezed text does not."""
    return [office for office in offices_named(said) if office not in support]


def enterprises_missing(said: str, support: str) -> list[str]:
    """Governments, companies, banks and courts, by their form, that a text names and a squeezed text does not."""
    data = words()["body"]
    said, support = (text.replace("人民政府", "政府") for text in (squeeze(said), support))
    missing = [name for name in re.findall(data["whole"], said) if name not in support]
    for match in re.finditer(data["named"], said):
        name = said[match.start() - 2 : match.end()]
        if re.search(data["plain"], name[:2]):
            name = match.group()
        if name not in support:
            missing.append(name)
    return missing


def reversals_missing(said: str, support: str) -> list[str]:
    """What a folded text ends, forbids or lessens (取消补贴) and a squeezed text does not."""
    missing: list[str] = []
    for row in words()["reversal"].values():
        for match in re.finditer(row["english"], said):
            if not re.search(row["stands"], support):
                missing.append(match.group())
        for match in re.finditer(row["said"], bare := squeeze(said)):
            object_ = re.match(r"(?:对|了|将|把)*([㐀-鿿]{0,2})", bare[match.end() :])
            what = object_[1] if object_ else ""
            near = rf"(?:{row['stands']})[^,;。:]{{0,8}}?{what}"
            if not re.search(near if what in support else row["stands"], support):
                missing.append(match.group() + what)
    return missing


def modals_missing(said: str, support: str) -> list[str]:
    """Kinds of modal (must_not, must, may), and ``cause``, of a folded text that another does not hold."""
    return [name for name, asked, stands in _modals() if asked.search(said) and not stands.search(support)]


def addresses_missing(said: str, support: str) -> bool:
    """Whether a text holds a web address, a link or a tag that another does not."""
    return any(match.group() not in support for match in ADDRESS.finditer(said))
