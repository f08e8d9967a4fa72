"""Readers of the real data sets: one way of listing, judging, decoding and caching, a row of data for each.

What may lie in a folder is hostile until it is checked: `check_folder` names every problem, file by
file; `read_pairs` refuses or skips what has one, and never uses it.
"""

from __future__ import annotations

from .check import Report, check_folder
from .layouts import LAYOUTS, READER_OF, find_layout
from .problems import KINDS, Problem
from .read import read_pairs, select

__all__ = [
    "KINDS",
    "LAYOUTS",
    "READER_OF",
    "Problem",
    "Report",
    "check_folder",
    "find_layout",
    "read_pairs",
    "select",
]
