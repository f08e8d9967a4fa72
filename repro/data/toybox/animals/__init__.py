"""Three domains that share their anatomy: cat, dog and wild (lion, tiger, fox).

`cat`, `dog` and `wild` say what may vary and how often; `figure` draws an animal from its `traits`:
`body`, `manes`, `ears`, `head`, `muzzle`, `eyes`, `accessories`. `cat_coats`, `dog_coats` and
`wild_coats` say where the markings are, `colours` gives a palette. Coordinates of the head: it
reaches from -0.5 (crown) to 0.53 (chin) and about 0.6 to either side; of the body: 0 is the pit of
the neck.
"""

from __future__ import annotations

from . import cat, dog, wild

__all__ = ["cat", "dog", "wild"]
