"""The discriminators: the maps of scores, what a patch sees, and what gradients reach."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from repro.models.discriminator import (
    ColorificDiscriminator,
    StructuralDiscriminator,
    TwoScaleDiscriminator,
)

BOTH = pytest.mark.parametrize("kind", [StructuralDiscriminator, ColorificDiscriminator])


def a_pair(critic: TwoScaleDiscriminator, *size: int, count: int = 2) -> tuple[Tensor, Tensor]:
    """A picture and a condition of noise, float32 in [0, 1]."""
    return torch.rand(count, 3, *size), torch.rand(count, critic.condition_channels, *size)


def total(maps: list[Tensor]) -> Tensor:
    """Some scalar that every score has a part in."""
    return torch.stack([scores.square().mean() for scores in maps]).sum()


# Maps


@BOTH
@pytest.mark.parametrize("size", [(16, 16), (32, 32), (64, 96), (256, 256)])
def test_one_map_for_each_scale(kind: type, size: tuple[int, int]) -> None:
    critic = kind(2)
    fine, coarse = critic(*a_pair(critic, *size))
    assert fine.shape == (2, 1, size[0] // 8 + 3, size[1] // 8 + 3)
    assert coarse.shape == (2, 1, size[0] // 16 + 3, size[1] // 16 + 3)


@BOTH
@pytest.mark.parametrize("size", [(15, 32), (32, 15)])
def test_too_small_a_picture_is_refused(kind: type, size: tuple[int, int]) -> None:
    critic = kind(2)
    with pytest.raises(ValueError, match="at least 16"):
        critic(*a_pair(critic, *size))


@BOTH
@pytest.mark.parametrize("change", ["channels", "size", "batch"])
def test_a_condition_that_does_not_belong_is_refused(kind: type, change: str) -> None:
    critic = kind(2)
    picture, condition = a_pair(critic, 32, 32)
    wrong = {
        "channels": torch.rand(2, 4 - critic.condition_channels, 32, 32),
        "size": condition[..., 1:],
        "batch": condition[:1],
    }
    with pytest.raises(ValueError, match="condition must be of shape"):
        critic(picture, wrong[change])


@pytest.mark.parametrize(
    ("kind", "count"), [(StructuralDiscriminator, 5_531_522), (ColorificDiscriminator, 5_535_618)]
)
def test_the_parameters_are_as_many_as_stated(kind: type, count: int) -> None:
    with torch.device("meta"):
        critic = kind(64)
    assert sum(weight.numel() for weight in critic.parameters()) == count


def test_pictures_are_centred_first() -> None:
    """Mid-grey is 0 to the network, like the padding around it; [0, 1] becomes [-1, 1]."""
    critic = StructuralDiscriminator(2).eval()
    picture, sketch = a_pair(critic, 32, 32)
    fine, _ = critic(picture, sketch)
    torch.testing.assert_close(fine, critic.scales[0](torch.cat([2 * picture - 1, 2 * sketch - 1], dim=1)))


def test_a_picture_is_judged_alone() -> None:
    """No statistics of the batch, nor of the picture: the mean colour is not normalised away."""
    critic = ColorificDiscriminator(4).eval()
    picture, mate = a_pair(critic, 32, 32, count=3)
    for together, alone in zip(critic(picture, mate), critic(picture[1:2], mate[1:2]), strict=True):
        torch.testing.assert_close(together[1:2], alone)
    grey = torch.full((1, 3, 32, 32), 0.3)
    centre, other = (critic(shade, mate[:1])[0][..., 3, 3] for shade in (grey, grey + 0.4))
    assert (centre - other).abs() > 1e-3


# What a patch sees


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize(("scale", "patch"), [(0, 70), (1, 140)])
def test_the_patch_is_as_large_as_stated(part: int, scale: int, patch: int) -> None:
    """The pixels, of the picture and of its condition, that one score depends on."""
    critic = StructuralDiscriminator(2).double().eval()
    pair = [image.double().requires_grad_() for image in a_pair(critic, 256, 224, count=1)]
    scores = critic(*pair)[scale]
    scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2].backward()
    gradient = pair[part].grad
    assert gradient is not None
    seen = gradient[0].abs().sum(dim=0) > 0
    for axis in (0, 1):
        places = seen.any(dim=axis).nonzero()
        assert len(places) == patch
        assert places.max() - places.min() == patch - 1
    assert seen.sum() == patch**2


def test_the_coarser_scale_sees_means_of_four_pixels() -> None:
    """What sums to 0 in every 2×2 block is seen by the finer scale only."""
    critic = ColorificDiscriminator(4).eval()
    picture, mate = (0.25 + image / 2 for image in a_pair(critic, 32, 32))
    checks = 0.25 * torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(16, 16)
    fine, coarse = critic(picture, mate)
    changed_fine, changed_coarse = critic(picture + checks, mate)
    torch.testing.assert_close(coarse, changed_coarse, atol=1e-6, rtol=0)
    assert (fine - changed_fine).abs().max() > 1e-3
    pooled = F.avg_pool2d(torch.cat([picture, mate], dim=1), 2) * 2 - 1
    torch.testing.assert_close(coarse, critic.scales[1](pooled))


@BOTH
def test_gradients_reach_both_inputs_and_every_weight(kind: type) -> None:
    critic = kind(2)
    pair = [image.requires_grad_() for image in a_pair(critic, 32, 32)]
    total(critic(*pair)).backward()
    for name, tensor in [("picture", pair[0]), ("condition", pair[1]), *critic.named_parameters()]:
        assert tensor.grad is not None, name
        assert tensor.grad.isfinite().all(), name
        assert (tensor.grad != 0).any(), name
        if tensor is pair[0] or tensor is pair[1]:
            assert (tensor.grad != 0).any(dim=3).any(dim=2).all(), name  # in every channel


def test_one_backward_through_two_judgements() -> None:
    """Real and fake are judged one after the other; the second must not spoil the first's gradient."""
    critic = StructuralDiscriminator(2)
    real, fake = critic(*a_pair(critic, 32, 32)), critic(*a_pair(critic, 32, 32))
    (real[0].mean() - fake[0].mean()).backward()
    assert all(weight.grad is not None for weight in critic.scales[0].parameters())
