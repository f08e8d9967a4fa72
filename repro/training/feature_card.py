"""The card that lies beside the weights of the `toybox` features."""

from __future__ import annotations

from repro.models.features import FeatureNet


def feature_card(net: FeatureNet, size: int) -> str:
    """The card in Markdown: what the net was taught, how well it knows it, and what it is not for.

    net: as `repro.training.feature_net` wrote it; size: bytes of its file.
    """
    about, lessons, recipe = net.about, net.about["lessons"], net.recipe
    parameters = sum(buffer.numel() for name, buffer in net.named_buffers() if name.startswith("conv"))
    widths = [net.widths[f"relu{block}_1"] for block in range(1, len(net.depths) + 1)]
    hardware = about["hardware"]
    rows = [f"| {layer} | {a['drawn']:.3f} | {a['all']:.3f} |" for layer, a in about["accuracy"].items()]
    return "\n".join(
        [
            f"# Feature net `{recipe.name}`",
            "",
            f"- **Shape**: VGG's, {len(widths)} blocks {', '.join(map(str, widths))} channels wide; layers "
            f"{net.layers[0]} … {net.layers[-1]}; {parameters:,} parameters, stored in half precision "
            f"({size / 1e6:.2f} MB).",
            f"- **Reads**: RGB in [0, 1], less mean {list(recipe.mean)}, over deviation {list(recipe.std)}; "
            f"{recipe.padding} padding, {recipe.pooling} pooling.",
            f"- **Taught**: which of {about['classes']} parts lies in each cell, at three depths, on "
            f"{lessons['pictures']:,} training pictures of each domain, "
            f"{', '.join(map(str, about['sides']))} px a side: {about['source']}.",
            f"- **Steps**: {lessons['steps']:,} of batch {about['batch']}, seed {lessons['seed']}, "
            f"{about['minutes']} minutes on {hardware['cpu']} ({hardware['threads']} threads), "
            f"commit `{about['commit']}`.",
            f"- **Licence**: {about['licence']}.",
            "- **Good for**: losses and distances on Toybox and pictures like it. **Not for**: photographs, "
            "or a comparison with numbers that rest on VGG-19 or Inception.",
            "",
            f"{about['tested'].capitalize()}.",
            "",
            "| layer | drawn cells | all cells |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )
