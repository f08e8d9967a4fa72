"""Interactive figures: self-contained HTML with its data inline, for notebooks and static pages alike."""

from __future__ import annotations

from repro.report.figures.correspondence import Pair, correspondence_explorer

__all__ = ["Pair", "correspondence_explorer"]
