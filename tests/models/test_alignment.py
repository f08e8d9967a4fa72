"""Pyramids and common domain: widths, pooling by hand, unit length, independence of the batch."""

from __future__ import annotations

import pytest
import torch

from repro.models.alignment import GRID_STRIDE, CommonDomain, Pyramid, Pyramids

CHANNELS, DILATIONS = (4, 5, 6, 7, 8), (1, 1, 1, 1, 2)


def test_v_has_the_sum_of_all_widths_on_the_grid() -> None:
    """d_v = Σ channels; the paper's pyramid gives the 1472 of the published code it follows."""
    pyramids = Pyramids(CHANNELS, DILATIONS)
    v_s, v_r = pyramids(torch.rand(2, 1, 32, 48), torch.rand(3, 3, 16, 64))
    assert pyramids.width == sum(CHANNELS)
    assert v_s.shape == (2, 30, 8, 12)
    assert v_r.shape == (3, 30, 4, 16)
    assert Pyramid(1, (64, 128, 256, 512, 512), (1,) * 5).width == 1472


def test_levels_are_average_pooled_to_the_last_grid() -> None:
    """By hand: means over the 4×4, 2×2 or 1×1 blocks that fall into a cell, in the order of the levels."""
    pyramid = Pyramid(1, CHANNELS, DILATIONS)
    image = torch.rand(1, 1, 16, 24)
    expected, features = [], image * 2 - 1
    with torch.no_grad():
        for level, side in zip(pyramid.levels, (4, 2, 2, 1, 1), strict=True):
            features = level(features)
            assert features.shape[2:] == (4 * side, 6 * side)
            blocks = features.reshape(1, -1, 4, side, 6, side)
            expected.append(blocks.mean(dim=(3, 5)))
        torch.testing.assert_close(pyramid(image), torch.cat(expected, dim=1), atol=1e-5, rtol=0)


def test_the_answer_does_not_depend_on_the_rest_of_the_batch() -> None:
    pyramids, domain = Pyramids(CHANNELS, DILATIONS), CommonDomain(30, 16)
    sketches, exemplars = torch.rand(3, 1, 16, 16), torch.rand(3, 3, 16, 16)
    with torch.no_grad():
        together = domain(*pyramids(sketches, exemplars))
        alone = domain(*pyramids(sketches[1:2], exemplars[1:2]))
    for whole, part in zip(together, alone, strict=True):
        torch.testing.assert_close(whole[1:2], part, atol=1e-5, rtol=0)


def test_the_common_domain_is_of_unit_length_and_has_two_projections() -> None:
    domain = CommonDomain(30, 16)
    v = torch.randn(2, 30, 4, 4) * 100
    x_c, y_c = domain(v, v)
    assert x_c.shape == (2, 16, 4, 4)
    torch.testing.assert_close(x_c.norm(dim=1), torch.ones(2, 4, 4))
    torch.testing.assert_close(y_c.norm(dim=1), torch.ones(2, 4, 4))
    assert not torch.allclose(x_c, y_c)


@pytest.mark.parametrize("size", [(30, 32), (32, 30), (33, 33)])
def test_sides_must_be_multiples_of_the_stride(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"multiples of {GRID_STRIDE}"):
        Pyramid(1, CHANNELS, DILATIONS)(torch.rand(1, 1, *size))


@pytest.mark.parametrize("dilations", [(1, 1, 1, 1), (1, 1, 1, 1, 1, 1)])
def test_every_level_needs_a_dilation(dilations: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="zip"):
        Pyramid(1, CHANNELS, dilations)


def test_gradients_reach_every_weight() -> None:
    pyramids, domain = Pyramids(CHANNELS, DILATIONS), CommonDomain(30, 16)
    x_c, y_c = domain(*pyramids(torch.rand(2, 1, 16, 16), torch.rand(2, 3, 16, 16)))
    (x_c - y_c).abs().mean().backward()
    for name, weight in (*pyramids.named_parameters(), *domain.named_parameters()):
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name
