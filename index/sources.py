"""The policy folder as policies, with what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.errors import NoPoliciesError, SourceError, message
from index.facts import annotate
from index.files import sha256
from index.formats.extraction import Extractor, TransientError
from index.formats.kinds import READ, refuse_content
from index.formats.text import Extracted
from index.parser import parse
from index.policy import Page, Policy
from index.reader import decode, policy_files, read_bytes
from index.settings import IndexSettings
from index.steps import Progress, Step


@dataclass(frozen=True, slots=True)
class Sources:
    """What the policy folder holds: files as name -> sha256, the skipped ones apart, problems as sentences.

    ``faults`` are the problems of documents whose text was looked for and not found, by the name of the file.
    """

    policies: tuple[Policy, ...]  # with their facts
    files: dict[str, str]
    skipped: dict[str, str]
    problems: tuple[str, ...]
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier build found and need not be read again: by the same parser, or by the same reader of documents."""

    policies: Mapping[tuple[str, str], Policy] = field(default_factory=dict)  # by (name, sha256) of the file
    texts: Mapping[str, Extracted] = field(default_factory=dict)  # sha256 of a document -> its text
    faults: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (name, sha256) -> why it has none


def read_sources(settings: IndexSettings, progress: Progress, known: Known | None = None) -> Sources:
    """Every file of the folder; raises NoPoliciesError where none can be read as a policy."""
    known = known or Known()
    policies: dict[str, Policy] = {}
    files: dict[str, str] = {}
    skipped: dict[str, str] = {}
    problems: list[str] = []
    faults: dict[str, str] = {}
    with Extractor() as extractor:
        paths = policy_files(settings.policy_dir)
        for number, path in enumerate(paths):
            try:
                data = read_bytes(path)
                digest = sha256(data)
                skipped[path.name] = digest
                if path.stem in policies:
                    other = next(name for name in files if Path(name).stem == path.stem)
                    raise SourceError(message("same_name", file=path.name, other=other))
                same = known.policies.get((path.name, digest))
                if same is None:
                    progress(Step("file", {"file": path.name}, number, len(paths)))
                policies[path.stem] = same or read_policy(path, data, digest, extractor, known, faults)
                files[path.name] = skipped.pop(path.name)
            except SourceError as error:
                problems.append(str(error))
    progress(Step("read", {"count": len(files)}))
    if not policies:
        raise NoPoliciesError("\n".join([*problems, message("no_policies", folder=settings.policy_dir)]))
    return Sources(tuple(policies.values()), files, skipped, tuple(problems), faults)


def read_text(path: Path) -> str:
    """The text of one policy file as the index keeps it; raises SourceError with the reason where it has none."""
    data = read_bytes(path)
    with Extractor() as extractor:
        return read_policy(path, data, sha256(data), extractor, Known(), {}).source


def read_policy(
    path: Path, data: bytes, digest: str, extractor: Extractor, known: Known, faults: dict[str, str]
) -> Policy:
    """The policy of a file with these bytes and this sha256, with its facts; raises SourceError where it holds none.

    The reason goes into ``faults`` where it will hold the next time too.
    """
    form = READ.get(path.suffix.lower())
    refuse_content(data, path.name, path.suffix)
    if form is None:
        return annotate(parse(decode(data, path.name), path.stem))
    found = known.texts.get(digest)
    if found is None:
        try:
            if (told := known.faults.get((path.name, digest))) is not None:
                raise SourceError(told)
            found = extractor.read(data, path.name, form)
        except TransientError:
            raise
        except SourceError as error:
            faults[path.name] = str(error)
            raise
    pages = tuple(Page(number, start) for start, number in found.pages)
    return annotate(replace(parse(found.text, path.stem), pages=pages))
