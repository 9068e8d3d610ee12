"""Whether a sentence gives a body the part in a task that it has: who leads, supports or carries something out.

That is never taken from a model's words: a sentence is kept only where the body has the role in the passage.
"""

from __future__ import annotations

import re

from assistant.answer import Passage
from assistant.claims import offices_named
from assistant.corpus import Corpus
from assistant.question import roles_at, roles_in
from assistant.terms import blank, words
from index.policy import Role
from index.text import squeeze

_BEARING = (Role.LEAD, Role.RESPONSIBLE, Role.IMPLEMENT)


def roles_stand(said: str, passage: Passage, corpus: Corpus) -> bool:
    """Whether each body that a sentence gives a role has just that role in the clauses of the passage."""
    roles, bodies = roles_in(said), corpus.directory.find(said)
    known = "".join(squeeze(text) for mention in bodies for text in (mention.text, *mention.names))
    unknown = [office for office in offices_named(said) if office not in known]
    if not roles or not (bodies or unknown):
        return True
    if unknown:
        return False
    held, places = _duties(passage, corpus), roles_at(said)
    first = places[0][0] < bodies[0].start  # led by X, supported by Y; else: X leads, Y supports
    for mention in bodies:
        before = [role for at, role in places if at < mention.start]
        behind = [role for at, role in places if at >= mention.end]
        role = (before[-1] if before else behind[0]) if first or not behind else behind[0]
        if not any((name, role) in held for name in mention.names):
            return False
    return True


def _duties(passage: Passage, corpus: Corpus) -> set[tuple[str, Role]]:
    """(body, role) of the clauses of a passage."""
    return {
        (duty.organisation, duty.role)
        for clause in corpus.clauses
        if clause.policy == passage.policy
        and any(start < passage.end and end > passage.start for start, end in clause.spans)
        for duty in clause.duties
    }


def carriers_stand(said: str, squeezed: str, passage: Passage, corpus: Corpus) -> bool:
    """Whether each body that a sentence lets carry something out (主抓, 推动) has to do so in the passage."""
    data, held = words()["carry"], _duties(passage, corpus)
    mentions = corpus.directory.find(said)
    rest = blank(said, [(mention.start, mention.end) for mention in mentions])
    for mention in mentions:
        does = re.match(
            rf"(?:[\s、,和与及]|and |the )*{data['before']}(?P<verb>{data['verb']})", rest[mention.end :]
        )
        if not does or any((name, role) in held for name in mention.names for role in _BEARING):
            continue
        names = "|".join(re.escape(squeeze(name)) for name in mention.names)
        if not re.search(rf"(?:{names})[^。;()]{{0,30}}{re.escape(does['verb'])}", squeezed):
            return False
    return True
