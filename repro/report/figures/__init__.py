"""Interactive figures: self-contained HTML with its data inline, for notebooks and static pages alike."""

from __future__ import annotations

from repro.report.figures.alignment import Described, OwnPair, alignment_explorer
from repro.report.figures.attention import Gaze, Scene, attention_explorer
from repro.report.figures.clusters import Gallery, clusters_explorer
from repro.report.figures.correspondence import Pair, correspondence_explorer
from repro.report.figures.critics import Critic, critics_explorer
from repro.report.figures.damages import damages_explorer
from repro.report.figures.losses import Answer, Descent, losses_explorer
from repro.report.figures.moments import Head, Painting, moments_explorer
from repro.report.figures.rivals import Contender, rivals_explorer
from repro.report.figures.toybox import Shelf, toybox_explorer
from repro.report.figures.tps import tps_explorer
from repro.report.figures.training import training_explorer
from repro.report.figures.xdog import xdog_explorer

__all__ = [
    "Answer",
    "Contender",
    "Critic",
    "Descent",
    "Described",
    "Gallery",
    "Gaze",
    "Head",
    "OwnPair",
    "Painting",
    "Pair",
    "Scene",
    "Shelf",
    "alignment_explorer",
    "attention_explorer",
    "clusters_explorer",
    "correspondence_explorer",
    "critics_explorer",
    "damages_explorer",
    "losses_explorer",
    "moments_explorer",
    "rivals_explorer",
    "toybox_explorer",
    "tps_explorer",
    "training_explorer",
    "xdog_explorer",
]
