"""CycleGAN: its size, its terms on maps that are known, what its discriminators remember."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from repro.config import ConfigError, resolve
from repro.contracts import Batch, Terms
from repro.methods import build_method
from repro.methods.cyclegan import CycleGAN
from repro.models.cyclegan import Critic, ImagePool, Translator

# Printed by the official code for its generator (junyanz/pytorch-CycleGAN-and-pix2pix, issue 45), whose
# normalisations then had a scale and a shift for each of NORMED channels; since 2018 they have none.
PRINTED = 11_388_675
NORMED = 64 + 128 + 256 + 9 * 2 * 256 + 128 + 64
CONVOLVED = [
    (3, 64, 4),
    (64, 128, 4),
    (128, 256, 4),
    (256, 512, 4),
    (512, 1, 4),
]  # C64-C128-C256-C512, scores


@pytest.fixture
def batch() -> Batch:
    """Two pictures of 32² of noise; x_e and y_s, which are no business of CycleGAN's, are no numbers."""
    nothing = torch.full((2, 3, 32, 32), torch.nan)
    x_s, y_e = torch.rand(2, 1, 32, 32), torch.rand(2, 3, 32, 32)
    return Batch(x_s=x_s, x_e=nothing, x_t=nothing, y_s=nothing[:, :1], y_e=y_e, y_sim=nothing)


def built(**overrides) -> CycleGAN:
    method = build_method(resolve("smoke", "anime", "cyclegan", **overrides))
    assert isinstance(method, CycleGAN)
    return method


def told(method: CycleGAN, batch: Batch) -> dict[str, Terms]:
    """Player → terms, stepping nobody."""
    return dict(method.phases(batch))


# Size


def test_at_full_size_it_is_the_official_network() -> None:
    with torch.device("meta"):
        method = build_method(resolve("paper", "anime", "cyclegan"))
    sizes = {name: sum(p.numel() for p in net.parameters()) for name, net in method.named_children()}
    generator = PRINTED - 2 * NORMED
    discriminator = sum(i * o * k * k + o for i, o, k in CONVOLVED)
    assert sizes == {"to_color": generator, "to_sketch": generator, "critics": 2 * discriminator}


@pytest.mark.parametrize("preset", ["smoke", "laptop", "shipped", "colab"])
def test_in_a_small_preset_it_has_the_common_budget(preset: str) -> None:
    counts = []
    for name in ("ours", "cyclegan"):
        with torch.device("meta"):
            counts.append(sum(p.numel() for p in build_method(resolve(preset, "anime", name)).parameters()))
    assert 0.8 < counts[1] / counts[0] < 1.2


def test_a_patch_is_of_70_pixels() -> None:
    """Instance normalisation, which sees everything, aside."""
    critic = Critic(2, 128).double()
    for i, layer in enumerate(critic.patches):
        if isinstance(layer, nn.InstanceNorm2d):
            critic.patches[i] = nn.Identity()
    picture = torch.randn(1, 3, 128, 128, dtype=torch.float64, requires_grad=True)
    (scores,) = critic(picture)
    assert scores.shape == (1, 1, 14, 14)
    scores[0, 0, 7, 7].backward()
    assert picture.grad is not None
    assert (picture.grad[0].abs().sum(dim=0) > 0).sum() == 70**2


# Terms


class Known(nn.Module):
    """A generator that is a known map of pictures in [-1, 1]."""

    def __init__(self, scale: float, shift: float) -> None:
        super().__init__()
        self.scale, self.shift = scale, shift

    def forward(self, pictures: Tensor) -> Tensor:
        return self.scale * pictures + self.shift


def test_maps_that_undo_each_other_have_no_cycle_loss(batch: Batch) -> None:
    method = built()
    method.to_color, method.to_sketch = Known(2.0, 0.25), Known(0.5, -0.125)  # type: ignore[assignment]
    terms = told(method, batch)["generator"]
    for domain in ("color", "sketch"):
        torch.testing.assert_close(terms[f"cycle_{domain}"], torch.tensor(0.0), atol=1e-6, rtol=0)
        assert terms[f"identity_{domain}"] > 0.1


def test_the_identity_has_no_identity_loss_and_a_shift_costs_what_it_shifts(batch: Batch) -> None:
    method = built()
    method.to_color, method.to_sketch = Known(1.0, 0.0), Known(1.0, 0.25)  # type: ignore[assignment]
    terms = told(method, batch)["generator"]
    expected = {"identity_color": 0.0, "identity_sketch": 0.25, "cycle_color": 0.25, "cycle_sketch": 0.25}
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], torch.tensor(value), atol=1e-6, rtol=0)


def test_losses_are_of_the_pictures_in_minus_one_to_one(batch: Batch) -> None:
    """All black from all white is 2 off, not 1."""
    method = built()
    method.to_color, method.to_sketch = Known(0.0, -1.0), Known(0.0, -1.0)  # type: ignore[assignment]
    white = Batch(**(vars(batch) | {"x_s": torch.ones(2, 1, 32, 32), "y_e": torch.ones(2, 3, 32, 32)}))
    terms = told(method, white)["generator"]
    assert all(terms[f"{term}_{side}"] == 2 for term in ("cycle", "identity") for side in ("color", "sketch"))


def test_every_term_is_the_papers(batch: Batch) -> None:
    """Against the equations one by one, each with its own pass through the networks."""
    method = built()
    terms = told(method, batch)
    real = {"sketch": batch.x_s.repeat(1, 3, 1, 1) * 2 - 1, "color": batch.y_e * 2 - 1}
    towards = {"color": method.to_color, "sketch": method.to_sketch}
    for here, there in (("color", "sketch"), ("sketch", "color")):
        made = towards[here](real[there])
        back = towards[there](made)
        (verdict,), (of_real,) = method.critics[here](made), method.critics[here](real[here])
        expected = {
            f"fool_{here}": (verdict - 1).square().mean(),
            f"cycle_{there}": (back - real[there]).abs().mean(),
            f"identity_{here}": (towards[here](real[here]) - real[here]).abs().mean(),
            f"judge_{here}": (of_real - 1).square().mean() + verdict.square().mean(),
        }
        for name, value in expected.items():
            player = "critics" if name.startswith("judge") else "generator"
            torch.testing.assert_close(terms[player][name], value, atol=1e-5, rtol=1e-4)


def test_the_weights_are_the_papers(batch: Batch) -> None:
    method = built()
    for terms in told(method, batch).values():
        for name in terms:
            official = {"fool": 1, "cycle": 10, "identity": 5, "judge": 0.5}
            assert method.weights[name] == official[name.split("_")[0]]


def test_each_player_is_told_what_is_its_own(batch: Batch) -> None:
    method = built()
    for player, terms in method.phases(batch):
        method.zero_grad()
        torch.stack([*terms.values()]).sum().backward()
        for name, weight in method.named_parameters():
            assert (weight.grad is not None) is (name.startswith("critics.") is (player == "critics")), name


def test_the_exemplar_changes_nothing_and_the_method_says_so() -> None:
    method, sketch = built(), torch.rand(1, 1, 48, 32)
    first, second = (method.translate(sketch, torch.rand(1, 3, s, 16)).image for s in (16, 64))
    assert torch.equal(first, second)
    assert first.shape == (1, 3, 48, 32)
    assert 0 <= first.min() < first.max() <= 1
    assert not method.takes_exemplar


def test_it_works_in_half_precision(batch: Batch) -> None:
    method = built()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for _, terms in method.phases(batch):
            total = torch.stack([*terms.values()]).sum()
            assert total.isfinite()
            total.backward()
    assert method.critics["color"].pool.pictures.dtype == torch.float32  # type: ignore[union-attr]


def test_pictures_too_small_for_its_discriminators_are_refused_in_training_alone() -> None:
    with pytest.raises(ConfigError, match=r"data\.size: .*32² and more"):
        built(data__size=16)
    config = resolve("smoke", "anime", "cyclegan", data__size=16)
    assert build_method(config, load_features=None).translate(
        torch.rand(1, 1, 16, 16), torch.rand(1, 3, 16, 16)
    )


# The pool


def numbered(*numbers: int) -> Tensor:
    """Pictures of 4², each of one number."""
    return torch.tensor(numbers, dtype=torch.float32)[:, None, None, None].expand(-1, 3, 4, 4)


def test_until_it_is_full_the_pool_shows_what_comes_and_keeps_it() -> None:
    pool = ImagePool(5, 4)
    for numbers in ((1, 2), (3, 4), (5,)):
        assert torch.equal(pool(numbered(*numbers)), numbered(*numbers))
    assert torch.equal(pool.pictures, numbered(1, 2, 3, 4, 5))


def test_a_full_pool_shows_every_second_time_an_old_picture_and_loses_none() -> None:
    torch.manual_seed(0)
    pool = ImagePool(10, 4)
    pool(numbered(*range(10)))
    fresh = range(10, 1010)
    shown = [int(picture[0, 0, 0]) for picture in pool(numbered(*fresh))]
    new = sum(a == b for a, b in zip(shown, fresh, strict=True))
    assert 440 < new < 560  # a coin's 1000 throws, σ = 16
    kept = [int(picture[0, 0, 0]) for picture in pool.pictures]
    assert sorted(shown + kept) == list(range(1010))  # each is shown once, or still there
    ages = [b - a for a, b in zip(shown, fresh, strict=True) if a != b]
    assert 15 < sum(ages) / len(ages) < 25  # 10 places, entered every second time


def test_the_pool_is_in_the_checkpoint_and_carries_no_gradient(batch: Batch) -> None:
    method = built()
    told(method, batch)
    state = method.state_dict()
    assert state["critics.color.pool.filled"] == 2
    assert state["critics.color.pool.pictures"][:2].abs().sum() > 0
    assert not state["critics.color.pool.pictures"].requires_grad
    assert all(tensor.is_floating_point() for tensor in state.values())


def test_the_generator_is_a_translator() -> None:
    made = Translator(2)(torch.rand(1, 3, 20, 12) * 2 - 1)
    assert made.shape == (1, 3, 20, 12)
    assert made.abs().max() <= 1
