"""A download that may be interrupted: the bytes so far, and what they are the beginning of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from repro.record import RecordError, read_json, write_json


@dataclass(frozen=True)
class Source:
    """What a server said about the file it began to send.

    validator: a strong ETag, or else Last-Modified; empty when it gave neither. Only with one can a later
        request ask for "the rest, if it is still the same file" (If-Range, RFC 9110 §13.1.5).
    total: bytes of the whole file, or None when it did not say.
    """

    url: str
    validator: str
    total: int | None


class Partial:
    """The beginning of a file at ``path``, with a card beside it that says of which file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._card = path.with_name(f"{path.name}.json")

    @property
    def size(self) -> int:
        """Bytes here so far."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def source(self, url: str) -> Source | None:
        """What the bytes are the beginning of, or None when they are not known to be from ``url``."""
        try:
            source = Source(**read_json(self._card))
        except (RecordError, TypeError):
            return None
        fits = source.url == url and (source.total is None or self.size <= source.total)
        return source if fits else None

    def complete(self, url: str) -> bool:
        """Whether the whole file is here, as far as its server told its length."""
        source = self.source(url)
        return source is not None and source.total is not None and self.size == source.total

    def begin(self, source: Source) -> None:
        """Throw away what is here and start an empty file of ``source``."""
        self.discard()
        write_json(self._card, asdict(source))
        self.path.touch()

    def discard(self) -> None:
        """Throw away the bytes first, then the card: no bytes ever lie beside a wrong card."""
        self.path.unlink(missing_ok=True)
        self._card.unlink(missing_ok=True)
