"""Exemplar-based sketch colorization, rebuilt from the equations of Cui et al. (2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repro.colorize import Colorization, Colorizer, load

__version__ = "0.1.0"
__all__ = ["Colorization", "Colorizer", "__version__", "load"]


def __getattr__(name: str) -> Any:
    """Import torch only when something that needs it is asked for: ``import repro`` stays instant."""
    if name in {"load", "Colorizer", "Colorization"}:
        from repro import colorize

        return getattr(colorize, name)
    raise AttributeError(f"module 'repro' has no attribute {name!r}")
