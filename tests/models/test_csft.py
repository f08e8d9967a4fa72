"""CSFT: attention against Eq. 8 and 9 written out, and what each mode exchanges."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.models.csft import CSFT_MODES, Attention, CrossCSFT, ResidualControl


@pytest.fixture
def pair() -> tuple[Tensor, Tensor]:
    """V_s (2, 6, 4, 4) and V_r (2, 6, 3, 5)."""
    return torch.randn(2, 6, 4, 4), torch.randn(2, 6, 3, 5)


def by_loops(attention: Attention, asking: Tensor, answering: Tensor, scale: float) -> Tensor:
    """Eq. 8 and 9 one sketch position at a time, in float64."""
    w_q, w_k, w_v = (net.weight.double() for net in (attention.query, attention.key, attention.value))
    context = torch.empty(asking.shape, dtype=torch.float64)
    for b in range(asking.shape[0]):
        tokens = answering[b].double().flatten(1).T
        for i in range(asking.shape[2]):
            for j in range(asking.shape[3]):
                query = w_q @ asking[b, :, i, j].double()
                scores = torch.stack([query @ (w_k @ token) for token in tokens]) * scale
                weights = scores.exp() / scores.exp().sum()
                context[b, :, i, j] = sum(w * (w_v @ token) for w, token in zip(weights, tokens, strict=True))
    return context


def test_fused_explicit_and_loops_agree(pair) -> None:
    attention = Attention(6)
    with torch.no_grad():
        fused, (explicit, _) = attention(*pair), attention.explicit(*pair)
        expected = by_loops(attention, *pair, scale=6**-0.5)
    torch.testing.assert_close(fused, explicit, atol=1e-5, rtol=0)
    torch.testing.assert_close(fused.double(), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("scale", [1.0, 1 / 6])
def test_another_scale_is_seen(pair, scale: float) -> None:
    attention = Attention(6)
    with torch.no_grad():
        wrong = by_loops(attention, *pair, scale=scale)
        assert (attention(*pair).double() - wrong).abs().max() > 1e-3


def test_the_weights_of_a_position_sum_to_one(pair) -> None:
    context, weights = Attention(6).explicit(*pair)
    assert weights.shape == (2, 16, 15)
    assert weights.min() > 0
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 16))
    assert context.shape == pair[0].shape


def test_cross_adds_the_context_and_leaves_the_exemplar(pair) -> None:
    csft = CrossCSFT(6)
    v_s, v_r = csft(*pair)
    torch.testing.assert_close(v_s, pair[0] + csft.attention(*pair))
    assert v_r is pair[1]


@pytest.mark.parametrize(
    ("mode", "s_hears_r", "r_hears_s", "r_changes"),
    [
        ("cross", True, False, False),
        ("symmetric", True, True, True),
        ("self", False, False, True),
        ("residual", False, False, False),
    ],
)
def test_who_hears_whom(pair, mode: str, s_hears_r: bool, r_hears_s: bool, r_changes: bool) -> None:
    csft = CSFT_MODES[mode](6)
    v_s, v_r = (t.clone().requires_grad_() for t in pair)
    out_s, out_r = csft(v_s, v_r)
    assert out_s.shape == v_s.shape
    assert out_r.shape == v_r.shape
    assert not torch.allclose(out_s, v_s)
    assert torch.equal(out_r, v_r) is not r_changes
    heard = torch.autograd.grad(out_s.square().sum(), v_r, retain_graph=True, allow_unused=True)[0]
    assert (heard is not None) is s_hears_r
    heard = torch.autograd.grad(out_r.square().sum(), v_s, allow_unused=True)[0]
    assert (heard is not None) is r_hears_s


def test_the_modes_differ(pair) -> None:
    results = []
    for mode in CSFT_MODES:
        torch.manual_seed(0)
        results.append(torch.cat([t.flatten() for t in CSFT_MODES[mode](6)(*pair)]))
    for i, first in enumerate(results):
        assert not any(torch.allclose(first, second) for second in results[:i])


@pytest.mark.parametrize("mode", CSFT_MODES)
def test_gradients_are_right(mode: str) -> None:
    csft = CSFT_MODES[mode](3).double()
    v_s, v_r = (torch.randn(1, 3, 2, k, dtype=torch.float64, requires_grad=True) for k in (2, 3))
    assert torch.autograd.gradcheck(csft, (v_s, v_r))


def test_the_control_has_exactly_the_weights_of_attention() -> None:
    def count(net: nn.Module) -> int:
        return sum(p.numel() for p in net.parameters())

    assert count(ResidualControl(24)) == count(CrossCSFT(24)) == 3 * 24 * 24


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_fused_kernel_is_taken(monkeypatch, layout: torch.memory_format) -> None:
    """Queries, keys and values reach torch in a form that needs no N×N matrix: one width, side by side."""
    seen: list[Tensor] = []
    real = F.scaled_dot_product_attention

    def spy(*tensors: Tensor) -> Tensor:
        seen.extend(tensors)
        return real(*tensors)

    monkeypatch.setattr(F, "scaled_dot_product_attention", spy)
    v = torch.randn(1, 8, 6, 6).contiguous(memory_format=layout)
    Attention(8)(v, v)
    assert len(seen) == 3
    assert all(t.ndim == 4 and t.shape[-1] == 8 and t.stride(-1) == 1 for t in seen)
