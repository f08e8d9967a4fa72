"""Thin-plate splines against a float64 solution written out by hand, and against what a warp must obey."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from kornia.geometry.transform import get_tps_transform, warp_points_tps
from torch.nn import functional as F

from repro.data.tps import TPS, flow, inverse, sample_tps, warp

STILL = {"displacement": 0.0, "rotation": 0.0, "scale": 0.0, "shift": 0.0}
HALF = 31.5  # pixels of a 64-pixel side per unit of [-1, 1]


def drawn(batch: int, seed: int = 0, **strength: float) -> TPS:
    return sample_tps(batch, torch.Generator().manual_seed(seed), **strength)  # type: ignore[arg-type]


def pixel_centres(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    return np.stack([2 * x / (width - 1) - 1, 2 * y / (height - 1) - 1], axis=-1)


def reference_flow(
    output: np.ndarray, source: np.ndarray, height: int, width: int, centres: np.ndarray | None = None
) -> np.ndarray:
    """Bookstein's spline in float64, one matrix entry at a time; its kernels on ``output`` or elsewhere."""
    centres = output if centres is None else centres

    def kernel(p: np.ndarray, q: np.ndarray) -> float:
        r = float(np.hypot(*(p - q)))
        return 0.0 if r == 0 else r * r * np.log(r)

    count = len(output)
    system = np.zeros((count + 3, count + 3))
    for i in range(count):
        for j in range(count):
            system[i, j] = kernel(output[i], centres[j])
        system[i, count:] = system[count:, i] = (1.0, *output[i])
    weights = np.linalg.solve(system, np.vstack([source, np.zeros((3, 2))]))
    points = pixel_centres(height, width).reshape(-1, 2)
    basis = [[kernel(p, q) for q in centres] + [1.0, *p] for p in points]
    return (np.array(basis) @ weights).reshape(height, width, 2)


def sampled(picture: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Bilinear look-up in float64 with the border repeated, corners aligned."""
    height, width = picture.shape
    x = np.clip((grid[..., 0] + 1) / 2 * (width - 1), 0, width - 1)
    y = np.clip((grid[..., 1] + 1) / 2 * (height - 1), 0, height - 1)
    left = np.minimum(x.astype(int), width - 2)
    top = np.minimum(y.astype(int), height - 2)
    u, v = x - left, y - top
    upper = (1 - u) * picture[top, left] + u * picture[top, left + 1]
    lower = (1 - u) * picture[top + 1, left] + u * picture[top + 1, left + 1]
    return (1 - v) * upper + v * lower


def test_flow_is_the_float64_spline() -> None:
    tps = drawn(3)
    ours = flow(tps, 12, 17).numpy()
    for i in range(3):
        expected = reference_flow(tps.output[0].double().numpy(), tps.source[i].double().numpy(), 12, 17)
        np.testing.assert_allclose(ours[i], expected, atol=5e-6)


def test_flow_is_the_float64_spline_where_each_warp_has_its_own_points() -> None:
    there = drawn(2)
    back = TPS(there.source, there.output.expand(2, -1, -1))
    ours = flow(back, 9, 9).numpy()
    for i in range(2):
        points = back.output[i].double().numpy(), back.source[i].double().numpy()
        np.testing.assert_allclose(ours[i], reference_flow(*points, 9, 9), atol=5e-6)


def test_float64_points_give_a_float64_flow() -> None:
    tps = drawn(1)
    exact = TPS(tps.output.double(), tps.source.double())
    ours = flow(exact, 12, 17)
    assert ours.dtype == torch.float64
    expected = reference_flow(exact.output[0].numpy(), exact.source[0].numpy(), 12, 17)
    np.testing.assert_allclose(ours[0].numpy(), expected, atol=1e-6)
    assert inverse(exact).source.dtype == torch.float64
    assert flow(tps, 12, 17).dtype == torch.float32


def test_no_surface_through_the_same_points_bends_less() -> None:
    """Along a bulge that is zero at the control points the energy has no slope: E(f + tg) = E(f) + t²E(g)."""
    side = 401
    step = 2 / (side - 1)

    def energy(surface: np.ndarray) -> float:
        dy, dx = np.gradient(surface, step)
        (dxy, dxx), dyy = np.gradient(dx, step), np.gradient(dy, step)[0]
        return float((dxx**2 + 2 * dxy**2 + dyy**2).sum() * step**2)

    tps = drawn(1, seed=2)
    x, y = pixel_centres(side, side).transpose(2, 0, 1)
    bulge = np.sin(1.5 * np.pi * (x + 1)) * np.sin(1.5 * np.pi * (y + 1)) * ((1 - x * x) * (1 - y * y)) ** 2
    sheet = flow(TPS(tps.output.double(), tps.source.double()), side, side)[0, ..., 0].numpy()
    for t in (-0.2, 0.1, 0.5):
        assert energy(sheet + t * bulge) == pytest.approx(energy(sheet) + t * t * energy(bulge), rel=0.01)


def test_warp_reads_where_the_float64_spline_points() -> None:
    tps, image = drawn(1, seed=4), torch.rand(1, 1, 15, 11)
    grid = reference_flow(tps.output[0].double().numpy(), tps.source[0].double().numpy(), 15, 11)
    expected = sampled(image[0, 0].double().numpy(), grid)
    np.testing.assert_allclose(warp(image, tps)[0, 0].numpy(), expected, atol=5e-5)


def test_every_control_point_is_met() -> None:
    tps = drawn(5, grid=4)
    at_points = flow(tps, 4, 4).reshape(5, 16, 2)  # a 4 × 4 picture has its pixels at the control points
    torch.testing.assert_close(at_points, tps.source, atol=5e-6, rtol=0)


def test_identity() -> None:
    image, still = torch.rand(2, 3, 64, 48), drawn(2, **STILL)
    assert (flow(still, 64, 48) - torch.from_numpy(pixel_centres(64, 48))).abs().max() < 1e-5
    assert (warp(image, still) - image).abs().max() < 1e-5
    assert (warp(image, inverse(still)) - image).abs().max() < 1e-5


def test_an_affine_map_has_no_bending() -> None:
    output = torch.from_numpy(pixel_centres(3, 3)).float().reshape(1, 9, 2)
    matrix, offset = torch.tensor([[0.9, 0.2], [-0.1, 1.1]]), torch.tensor([0.05, -0.3])
    expected = torch.from_numpy(pixel_centres(20, 30)).float() @ matrix + offset
    torch.testing.assert_close(
        flow(TPS(output, output @ matrix + offset), 20, 30)[0], expected, atol=1e-5, rtol=0
    )


def test_a_shift_moves_the_picture_the_other_way() -> None:
    """Reading two pixels further right moves what is seen two pixels left; the border is repeated."""
    image, still = torch.rand(1, 3, 32, 32), drawn(1, **STILL)
    moved = warp(image, TPS(still.output, still.source + torch.tensor([2 * 2 / 31, 0.0])))
    torch.testing.assert_close(moved[..., :-2], image[..., 2:], atol=1e-4, rtol=0)
    torch.testing.assert_close(moved[..., -2:], image[..., -1:].expand(-1, -1, -1, 2), atol=1e-4, rtol=0)


def test_the_flow_is_the_grid_that_warp_samples() -> None:
    tps, image = drawn(4), torch.rand(4, 3, 40, 56)
    again = F.grid_sample(image, flow(tps, 40, 56), padding_mode="border", align_corners=True)
    assert torch.equal(again, warp(image, tps))
    corners_not_aligned = F.grid_sample(image, flow(tps, 40, 56), padding_mode="border", align_corners=False)
    assert (corners_not_aligned - again).abs().max() > 0.05


def test_one_warp_serves_several_pictures() -> None:
    tps, sketch = drawn(3), torch.rand(3, 1, 32, 32)
    torch.testing.assert_close(warp(sketch.expand(-1, 3, -1, -1), tps)[:, :1], warp(sketch, tps))


@pytest.mark.parametrize("seed", range(8))
def test_inverse_is_within_half_a_pixel_away_from_the_border(seed: int) -> None:
    tps = drawn(4, seed=seed)
    position = flow(tps, 64, 64).permute(0, 3, 1, 2)  # a "picture" whose colours are its coordinates
    back = flow(inverse(tps), 64, 64)
    composed = F.grid_sample(position, back, padding_mode="border", align_corners=True).permute(0, 2, 3, 1)
    centres = torch.from_numpy(pixel_centres(64, 64)).float()
    inside = (back.abs() < 0.9).all(-1)
    assert inside.float().mean() > 0.4
    assert ((composed - centres).norm(dim=-1) * HALF)[inside].max() < 0.5


def test_swapping_the_control_points_alone_would_not_be_an_inverse() -> None:
    tps = drawn(8)
    swapped = flow(TPS(tps.source, tps.output.expand(8, -1, -1)), 32, 32)
    assert ((swapped - flow(inverse(tps), 32, 32)).norm(dim=-1) * HALF).max() > 2


def areas(field: torch.Tensor) -> torch.Tensor:
    """What each small square of a (B, n, n, 2) flow is stretched to: 1 is unchanged, below 0 folded over."""
    field = field * (field.shape[1] - 1) / 2
    across = (field[:, :-1, 1:] - field[:, :-1, :-1]).unbind(-1)
    down = (field[:, 1:, :-1] - field[:, :-1, :-1]).unbind(-1)
    return across[0] * down[1] - across[1] * down[0]


def test_the_default_strength_never_folds_the_picture() -> None:
    area = areas(flow(drawn(500), 24, 24))
    assert area.min() > 0.1
    assert (area - 1).abs().max() > 0.5  # and it is a warp worth the name


def test_kornia_evaluates_alike_but_solves_for_another_surface() -> None:
    """Why the system is solved here: kornia 0.9 puts the kernels at the other end, and the picture folds.

    The chapter on the spline says so of kornia without importing it: here is the proof.
    """
    tps = drawn(64)
    points = tps.output.expand(64, -1, -1)
    pixels = torch.from_numpy(pixel_centres(24, 24)).float().reshape(1, -1, 2).expand(64, -1, -1)
    theirs = warp_points_tps(pixels, tps.source, *get_tps_transform(points, tps.source)).reshape(
        64, 24, 24, 2
    )
    folded = (areas(theirs) < 0).flatten(1).any(1)
    assert 0.2 < folded.float().mean() < 0.6  # none of ours: the test above

    tame = int(
        torch.argmin(areas(theirs).flatten(1).amin(1).neg())
    )  # well conditioned: numbers can be compared
    output, source = (part.double().numpy() for part in (tps.output[0], tps.source[tame]))
    np.testing.assert_allclose(
        theirs[tame].numpy(), reference_flow(output, source, 24, 24, centres=source), atol=1e-3
    )

    still = get_tps_transform(points, points)  # start and end coincide: the only case in which they agree
    torch.testing.assert_close(warp_points_tps(pixels, points, *still), pixels, atol=1e-5, rtol=0)


def test_shapes_that_do_not_fit_are_refused() -> None:
    tps = drawn(2)
    with pytest.raises(ValueError, match=r"2 warps need an image \(2, C, H, W\), got \(3, 1, 8, 8\)"):
        warp(torch.rand(3, 1, 8, 8), tps)
    with pytest.raises(ValueError, match="control points"):
        TPS(tps.output[:, :2], tps.source[:, :2])
    with pytest.raises(ValueError, match="control points"):
        TPS(tps.source, tps.output)
