"""``repro colorize``: a sketch and an exemplar in, a picture out."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "colour a sketch with the colours of an exemplar"
SHOWN = {"image": "image", "coarse": "coarse", "correspondence": "matches"}  # --show → part of the result


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    verb.add_argument("sketch", metavar="SKETCH", help="any size, any common format; dark lines, light paper")
    verb.add_argument("exemplar", metavar="EXEMPLAR", help="the picture to take the colours from")
    verb.add_argument("-o", "--output", type=Path, help="default: SKETCH-colored.png beside the sketch")
    verb.add_argument("--photo", action="store_true", help="SKETCH is a photo: draw its lines first (xDoG)")
    verb.add_argument(
        "--show",
        choices=SHOWN,
        default="image",
        help="what to write: the result, the warped exemplar, or who matched whom",
    )
    verb.add_argument(
        "--weights", default="builtin", help="a run folder or a .safetensors file; default: those that ship"
    )
    verb.add_argument("--side", type=int, help="px of the longer side in the network; default: as trained")


def run(options: argparse.Namespace) -> int:
    """Colour, write, and print where to."""
    suffix = "colored" if options.show == "image" else options.show
    sketch = Path(options.sketch).absolute()
    output = options.output or sketch.parent / f"{sketch.stem}-{suffix}.png"
    for given in (options.sketch, options.exemplar):
        if output.resolve() == Path(given).resolve():
            raise ValueError(f"the output would overwrite {given}: choose another name with -o")
    import numpy as np

    from repro.colorize import load
    from repro.data.images import write_image

    made = load(options.weights).colorize(
        options.sketch, options.exemplar, photo=options.photo, side=options.side
    )
    picture = getattr(made, SHOWN[options.show])
    if picture is None:
        raise ValueError(f"the method in {options.weights} warps nothing: it has no {options.show} image")
    write_image(np.asarray(picture), output)
    print(output)
    return 0
