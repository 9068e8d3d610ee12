"""What a reader sees of a model's words while they come: no marks, no markup, no instructions and no key."""

from __future__ import annotations

import re

from assistant.claims import ADDRESS
from assistant.question import without_unseen
from index.text import squeeze

MARK = re.compile(
    r"[\[【]\s*(?:编号|资料|来源|条款|passage|source|document|no\.?)?\s*(\d{1,2}(?:\s*[,、，]\s*\d{1,2})*)\s*[\]】]"
    r"|[（(]\s*(?:编号|资料|来源|passage|source|document)\s*(\d{1,2}(?:\s*[,、，]\s*\d{1,2})*)\s*[）)]",
    re.I,
)
END = re.compile(
    r"[。！？；\n]+[”\"]?|[.!?]+[”\"]?(?=[\s㐀-鿿]|[\[【]\s*\d|$)"
)  # not within an address, nor in ![
LEAK = 12  # characters of the instructions in a row that make a sentence of the answer a leak
LEAK_ENGLISH = 24  # the same of English instructions, blanks aside: what the clause says is no secret
FAR = 200  # characters that a piece of the instructions, or the key, takes at most, blanks counted
LEAST_KEY = 8  # characters; a shorter key ("none", "ollama") is a word, and no secret
_HALF_MARK = re.compile(r"[\[【（(][^\]】）)]{0,12}$")
_HALF_MARKUP = re.compile(
    r"(?:h|ht|htt|http|https|w|ww|www|!|\]|<|<[a-z/!]*|j[a-z]*|d|da|dat|data|m|ma|mai|mail|mailt|mailto)$",
    re.I,
)


class Screen:
    """Passes a stream on without marks, markup, the instructions and the key; holds back what may become one of them."""

    def __init__(self, instructions: str, key: str = "") -> None:
        self._instructions = squeeze(instructions)
        self._leak = LEAK if re.search("[㐀-鿿]", instructions) else LEAK_ENGLISH
        self._key = squeeze(key) if len(key) >= LEAST_KEY else ""
        self._open = ""  # the sentence that has not ended
        self._shown = ""  # of it
        self._read = 0  # characters of it in which no secret was found
        self._hidden = False

    def feed(self, piece: str) -> str:
        """What may be shown now that this piece has come."""
        self._open += without_unseen(piece)
        new = ""
        while end := next(filter(self._is_end, END.finditer(self._open)), None):
            rest = self._open[end.end() :]
            self._open = self._open[: end.end()]
            new += self._fresh(ended=True)
            self._open, self._shown, self._read, self._hidden = rest, "", 0, False
        return new + self._fresh(ended=False)

    def hides(self, text: str) -> bool:
        """Whether a text tells the key, or instructions, blanks aside."""
        bare = squeeze(text)
        windows = (bare[at : at + self._leak] for at in range(len(bare) - self._leak + 1))
        return any(window in self._instructions for window in windows) or (self._key or "\n") in bare

    def _is_end(self, stop: re.Match[str]) -> bool:
        """Whether a sentence ends here: not where ``.`` or ``!`` is the last to have come.

        A line's end ends only what is hidden: a secret may be told a letter a line.
        """
        first = stop.group()[0]
        if first == "\n":
            return self._hidden and not self._secret_begun(self._open[: stop.end()])
        return first not in ".!?" or stop.end() < len(self._open)

    def _fresh(self, *, ended: bool) -> str:
        """What of the open sentence may be shown and was not; "" from where it holds what must not be."""
        self._hidden = (
            self._hidden
            or bool(ADDRESS.search(self._open))
            or self.hides(self._open[max(0, self._read - FAR) :])
        )
        self._read = len(self._open)
        clean = MARK.sub("", self._open)
        if not ended:
            clean = clean[: len(clean) - self._doubtful(clean)]
        if self._hidden or not clean.startswith(self._shown):
            return ""
        new, self._shown = clean[len(self._shown) :], clean
        return new

    def _doubtful(self, text: str) -> int:
        """How many characters at the end may be half a mark, the start of markup, the instructions or the key."""
        halves = (pattern.search(text) for pattern in (_HALF_MARK, _HALF_MARKUP))
        return max([self._secret_begun(text), *(len(half.group()) for half in halves if half)])

    def _secret_begun(self, text: str) -> int:
        """How many characters at the end are a piece of the instructions, or the beginning of the key."""
        begun, bare = 0, ""
        for length, character in enumerate(reversed(text[-FAR:]), start=1):
            bare = squeeze(character) + bare
            if bare and (
                self._key.startswith(bare) or (3 * len(bare) >= self._leak and bare in self._instructions)
            ):
                begun = length
            elif len(bare) > max(self._leak, len(self._key)):
                break
        return begun


def without_marks(text: str) -> str:
    """A text without its marks, however they are written."""
    return MARK.sub("", text)
