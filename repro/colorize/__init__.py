"""Use the method on any two pictures: ``repro.load().colorize(sketch, exemplar)``."""

from __future__ import annotations

from repro.colorize.colorizer import BUILTIN, Colorization, Colorizer, Matches, load

__all__ = ["BUILTIN", "Colorization", "Colorizer", "Matches", "load"]
