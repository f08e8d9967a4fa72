"""Training the toybox features: the pictures, the accuracy, and the file that comes of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from repro.data.toybox import DOMAINS, picture
from repro.methods.feature_nets import feature_net_path
from repro.methods.weights import read_tensors, save_tensors
from repro.models.features import HEADS, FeatureNetError, Recipe, read_feature_net
from repro.training import feature_net
from repro.training.feature_net import Lessons, drawn_parts, held_out_accuracy, train_feature_net
from repro.training.part_net import ASKED, CLASSES, PartNet, folded

TINY = Lessons(steps=3, pictures=2, tested=1)


def test_pictures_come_with_their_parts() -> None:
    colors, labels = drawn_parts("val", 2, 32)
    assert colors.shape == (10, 3, 32, 32)
    assert labels.shape == (10, 32, 32)
    for place, (domain, index) in enumerate((d, i) for d in DOMAINS for i in range(2)):
        drawing = picture(domain, "val", index, 32)
        np.testing.assert_array_equal(colors[place], np.rint(drawing.color * 255))
        names = np.array(CLASSES)[labels[place]]
        parts = np.array(DOMAINS[domain].parts)[drawing.part]
        assert all(a.split()[-1] == b for a, b in zip(names.ravel(), parts.ravel(), strict=True))
        assert set(names.ravel()) - {"background"} <= {f"{domain} {part}" for part in DOMAINS[domain].parts}


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_batch_keeps_pictures_and_parts_together(step: int) -> None:
    """Pictures that show their own labels: mirrored and made smaller, they still do."""
    labels = np.repeat(np.repeat(np.random.default_rng(0).integers(0, 60, (6, 6, 6)), 16, 1), 16, 2)
    colors = np.repeat(labels[:, None], 3, axis=1).astype(np.uint8)
    images, classes = feature_net._batch(colors, labels.astype(np.uint8), step, seed=4)
    side = feature_net.SIDES[step]
    assert images.shape == (32, 3, side, side)
    assert classes.shape == (32, side, side)
    agree = ((images[:, 0] * 255).round() == classes).float().mean()
    assert agree == 1.0 if side == 96 else agree > 0.7  # the borders between blocks are blurred
    again, _ = feature_net._batch(colors, labels.astype(np.uint8), step, seed=4)
    other, _ = feature_net._batch(colors, labels.astype(np.uint8), step, seed=5)
    assert torch.equal(images, again)
    assert not torch.equal(images, other)


def test_half_a_batch_is_mirrored() -> None:
    ramp = np.broadcast_to(np.arange(96, dtype=np.uint8), (2, 96, 96))
    images, classes = feature_net._batch(np.repeat(ramp[:, None], 3, axis=1), ramp // 2, 2, seed=0)
    for values in (images[:, 0], classes.float()):
        right = values[..., 90].mean(-1) > values[..., 5].mean(-1)
        assert right.tolist() == [False] * 16 + [True] * 16


def always(path: Path, answer: int) -> Path:
    """A net of the right shape whose heads give one answer whatever they see."""
    weights = folded(PartNet(Recipe("toybox", (0.5, 0.5, 0.5), (0.3, 0.3, 0.3))).eval())
    for layer in ASKED:
        weights[f"{HEADS}{layer}.weight"] = torch.zeros_like(weights[f"{HEADS}{layer}.weight"])
        weights[f"{HEADS}{layer}.bias"] = torch.eye(len(CLASSES))[answer]
    recipe = Recipe("toybox", (0.5, 0.5, 0.5), (0.3, 0.3, 0.3))
    save_tensors(path, weights, {"recipe": asdict(recipe), "about": {}})
    return path


@pytest.mark.parametrize("answer", [0, CLASSES.index("anime hair")])
def test_the_accuracy_of_one_answer_is_how_often_it_is_right(tmp_path: Path, answer: int) -> None:
    found = held_out_accuracy(always(tmp_path / "one.safetensors", answer), 4)
    _, labels = drawn_parts("test", 4, 64)
    for layer, cell in ASKED.items():
        seen = {"all": [], "drawn": []}
        for b, r, c in np.ndindex(len(labels), 64 // cell, 64 // cell):
            inside = labels[b, r * cell : (r + 1) * cell, c * cell : (c + 1) * cell]
            counts = np.bincount(inside.reshape(-1), minlength=len(CLASSES))
            if counts.max() >= 0.6 * cell**2:
                seen["all"].append(counts.argmax() == answer)
                if counts.argmax() > 0:
                    seen["drawn"].append(counts.argmax() == answer)
        assert found[layer] == {kind: pytest.approx(np.mean(hits), abs=1e-4) for kind, hits in seen.items()}


def test_a_net_without_heads_cannot_be_asked(tmp_path: Path) -> None:
    path = always(tmp_path / "one.safetensors", 0)
    tensors, card = read_tensors(path)
    save_tensors(path, {name: t for name, t in tensors.items() if HEADS not in name}, card)
    with pytest.raises(FeatureNetError, match="holds no heads"):
        held_out_accuracy(path, 1)


def test_what_is_written_is_a_feature_net_with_its_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_net, "BATCH", 4)
    target, note = train_feature_net(tmp_path / "net.safetensors", TINY)
    net = read_feature_net(target)
    assert net.recipe.name == "toybox"
    assert net.layers == tuple(f"relu{block}_{i}" for block in range(1, 6) for i in (1, 2))
    assert net.about["lessons"] == asdict(TINY)
    assert net.about["accuracy"] == held_out_accuracy(target, TINY.tested)
    colors, _ = drawn_parts("train", TINY.pictures, 96)
    np.testing.assert_allclose(net.recipe.mean, colors.mean(axis=(0, 2, 3)) / 255, atol=1e-4)
    np.testing.assert_allclose(net.recipe.std, colors.std(axis=(0, 2, 3)) / 255, atol=1e-4)
    assert target.stat().st_size < 3e6
    text = note.read_text(encoding="utf-8")
    assert f"| relu5_2 | {net.about['accuracy']['relu5_2']['drawn']:.3f} |" in text
    assert "3 of batch 4, seed 0" in text
    again, _ = train_feature_net(tmp_path / "again.safetensors", TINY)
    first, second = read_tensors(target)[0], read_tensors(again)[0]
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert first["conv1_1.weight"].dtype == torch.float16


def test_another_ending_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(FeatureNetError, match=r"written as \.safetensors, not net\.pth"):
        train_feature_net(tmp_path / "net.pth", Lessons(pictures=10**9))


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(FeatureNetError, match="file cannot be made"):
        train_feature_net(tmp_path / "file" / "net.safetensors", Lessons(pictures=10**9))
    with pytest.raises(FeatureNetError, match=r"folder\.safetensors cannot be written"):
        train_feature_net(tmp_path / "folder.safetensors", Lessons(pictures=10**9))


@pytest.mark.parametrize("fault", [{"steps": 0}, {"pictures": 0}, {"tested": 0}, {"lr": 0.0}, {"seed": -1}])
def test_lessons_of_which_nothing_can_come_are_refused(fault: dict[str, float]) -> None:
    with pytest.raises(FeatureNetError, match="must be above 0"):
        replace(TINY, **fault)  # type: ignore[arg-type]


def test_a_loss_that_is_no_number_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(said: dict[str, torch.Tensor], _: torch.Tensor) -> torch.Tensor:
        return said["relu5_2"].sum() * torch.nan

    monkeypatch.setattr(feature_net, "part_loss", lost)
    with pytest.raises(FeatureNetError, match="the loss is no number at step 1"):
        train_feature_net(tmp_path / "net.safetensors", TINY)
    assert list(tmp_path.iterdir()) == []


SHIPPED = feature_net_path("toybox")


@pytest.mark.skipif(not SHIPPED.exists(), reason="the package was built without the toybox features")
def test_the_shipped_net_is_as_good_as_its_card_says() -> None:
    assert SHIPPED.stat().st_size <= 3e6
    stated = read_feature_net(SHIPPED).about["accuracy"]
    found = held_out_accuracy(SHIPPED, 20)
    assert stated["relu5_2"]["drawn"] > 0.7
    for layer in ASKED:
        assert found[layer]["drawn"] == pytest.approx(stated[layer]["drawn"], abs=0.08)
    assert f"{stated['relu5_2']['drawn']:.3f}" in SHIPPED.with_suffix(".md").read_text(encoding="utf-8")
