"""What can be wrong with a data folder: one name and one remedy for each kind of problem."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

KINDS: dict[str, str] = {
    "missing folder": "check the path, or fetch the data set again",
    "empty folder": "put its pictures there, or remove the folder",
    "no permission": "make it readable",
    "broken link": "remove the link, or put the picture there itself",
    "link loop": "remove the link",
    "link leads outside": "nothing outside the data folder is read: copy the picture in",
    "not a regular file": "remove it: a pipe, socket or device is not read",
    "nested folder": "move its pictures up, or the folder out",
    "folder, not a picture": "move its pictures up, or the folder out",
    "unexpected file": "move it out",
    "odd name": "rename it: plain UTF-8 without control characters",
    "name clash": "keep one of the two: their names differ in case or extension only",
    "unpaired": "add what is missing, or remove it",
    "zero bytes": "fetch it again, or remove it",
    "too many bytes": "make it smaller, or remove it",
    "too many pixels": "make it smaller, or remove it",
    "too small": "remove it",
    "not a picture": "fetch it again, or remove it",
    "wrong extension": "rename it",
    "truncated": "fetch it again, or remove it",
    "damaged": "fetch it again, or remove it",
    "odd mode": "save it as 8-bit RGB",
    "animated": "keep one frame",
    "several pages": "keep one page",
    "rotated": "save it upright, with both halves where they belong",
    "wrong aspect": "replace it, or remove it",
    "one colour": "remove it: there is nothing to learn from",
    "halves swapped": "put the sketch on the side where the data set has it",
    "dark sketch": "invert it: lines are dark on light paper",
    "duplicate": "remove one of the two",
    "leak": "remove it from training: a picture that is tested on must not be trained on",
}
"""Kind of problem → what to do about it."""


_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Unicode's Bidi_Control: they reorder the text around them (UAX #9)."""


@dataclass(frozen=True)
class Problem:
    """One file that cannot be used.

    file: its path below the data folder, "train/5_AB.jpg"; may hold bytes that are not UTF-8.
    kind: a key of KINDS.
    detail: what was found, in a few words; may be empty.
    """

    file: str
    kind: str
    detail: str = ""

    def __str__(self) -> str:
        found = f" ({self.detail})" if self.detail else ""
        return f"{printable(self.file)}: {self.kind}{found}: {KINDS[self.kind]}"


class Unsound(Exception):
    """Raised inside the readers for a file that cannot be used: its kind, and what was found."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind, detail)  # both, so that it survives the way out of another process
        self.kind, self.detail = kind, printable(detail)

    def of(self, file: str) -> Problem:
        """The problem of ``file``."""
        return Problem(file, self.kind, self.detail)


def harmful(character: str) -> bool:
    """Whether a character has no place in a name: a control, half a code, or one that turns text around.

    Halves (lone surrogates) stand for bytes that are not UTF-8. Wide spaces, and the joiners in many a
    script and emoji, are as good as letters.
    """
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _TURNING


def printable(name: str) -> str:
    """A name that any terminal and any UTF-8 file can hold: what could do harm there is escaped."""
    safe = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in safe)
