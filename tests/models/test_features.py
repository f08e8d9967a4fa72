"""Feature nets: torchvision's layer map to the last bit, slow references, and files that are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from repro.models.features import (
    VGG19_DEPTHS,
    FeatureNet,
    Recipe,
    torchvision_places,
)

IMAGENET = Recipe("vgg19", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
Weights = dict[str, Tensor]


def random_weights(depths: tuple[int, ...], widths: tuple[int, ...]) -> Weights:
    """He-scaled weights for every convolution, so that nothing dies on the way down."""
    weights, inputs = {}, 3
    for block, (depth, width) in enumerate(zip(depths, widths, strict=True), 1):
        for i in range(1, depth + 1):
            weights[f"conv{block}_{i}.weight"] = torch.randn(width, inputs, 3, 3) * (2 / (9 * inputs)) ** 0.5
            weights[f"conv{block}_{i}.bias"] = 0.1 * torch.randn(width)
            inputs = width
    return weights


@pytest.fixture
def weights() -> Weights:
    return random_weights((2, 1, 2), (4, 5, 6))


@pytest.fixture
def net(weights: Weights) -> FeatureNet:
    return FeatureNet(IMAGENET, weights)


# The layer map


def sequential(weights: Weights, depths: tuple[int, ...]) -> nn.Sequential:
    """The module list of torchvision's VGG: convolution, ReLU in place, and a pooling after each block."""
    modules: list[nn.Module] = []
    for block, depth in enumerate(depths, 1):
        for i in range(1, depth + 1):
            weight = weights[f"conv{block}_{i}.weight"]
            conv = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
            conv.load_state_dict({kind: weights[f"conv{block}_{i}.{kind}"] for kind in ("weight", "bias")})
            modules += [conv, nn.ReLU(inplace=True)]
        modules.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*modules)


def activations(modules: nn.Sequential, images: Tensor) -> list[Tensor]:
    """What stands after each ReLU, in order."""
    mean, std = (torch.tensor(values)[:, None, None] for values in (IMAGENET.mean, IMAGENET.std))
    found, features = [], (images - mean) / std
    with torch.no_grad():
        for module in modules:
            features = module(features)
            if isinstance(module, nn.ReLU):
                found.append(features)
    return found


def test_the_layer_map_is_the_one_torchvision_has() -> None:
    """Indices as ``torchvision.models.vgg19().features`` prints them; conv5_4 is followed by 35, a ReLU."""
    places = torchvision_places(VGG19_DEPTHS)
    assert list(places.values()) == [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    assert list(places)[:3] == ["conv1_1", "conv1_2", "conv2_1"]
    assert places["conv4_2"] == 21
    assert list(places)[-1] == "conv5_4"


def test_every_layer_of_a_narrow_vgg19_is_exactly_the_module_lists() -> None:
    weights = random_weights(VGG19_DEPTHS, (3, 4, 5, 6, 7))
    modules, net = sequential(weights, VGG19_DEPTHS), FeatureNet(IMAGENET, weights)
    for conv, place in torchvision_places(VGG19_DEPTHS).items():
        assert torch.equal(modules[place].get_parameter("weight"), weights[f"{conv}.weight"])
        assert isinstance(modules[place + 1], nn.ReLU)
    images = torch.rand(2, 3, 35, 48)
    expected = activations(modules, images)
    found = net(images, net.layers)
    assert len(expected) == len(found) == 16
    assert all(torch.equal(a, b) for a, b in zip(found.values(), expected, strict=True))
    assert net.layers[0] == "relu1_1"
    assert net.layers[-1] == "relu5_4"


def test_torchvision_itself_agrees_to_the_last_bit() -> None:
    models = pytest.importorskip("torchvision.models")
    published = models.VGG19_Weights.IMAGENET1K_V1.transforms()
    assert (tuple(published.mean), tuple(published.std)) == (IMAGENET.mean, IMAGENET.std)
    modules = models.vgg19(weights=None).features
    state = modules.state_dict()
    weights = {
        f"{conv}.{kind}": state[f"{place}.{kind}"]
        for conv, place in torchvision_places().items()
        for kind in ("weight", "bias")
    }
    net, images = FeatureNet(IMAGENET, weights), torch.rand(1, 3, 32, 32)
    expected = activations(modules, images)
    found = net(images, net.layers)
    assert all(torch.equal(a, b) for a, b in zip(found.values(), expected, strict=True))


# What is computed


def slowly(image: np.ndarray, weights: Weights, recipe: Recipe, blocks: tuple[int, ...]) -> np.ndarray:
    """The last activation of one picture (3, H, W), in float64, a window at a time."""
    features = (image - np.array(recipe.mean)[:, None, None]) / np.array(recipe.std)[:, None, None]
    mode: Any = {"zeros": "constant", "reflect": "reflect"}[recipe.padding]
    for block, depth in enumerate(blocks, 1):
        if block > 1:
            C, H, W = features.shape
            windows = features[:, : H // 2 * 2, : W // 2 * 2].reshape(C, H // 2, 2, W // 2, 2)
            features = windows.max(axis=(2, 4)) if recipe.pooling == "max" else windows.mean(axis=(2, 4))
        for i in range(1, depth + 1):
            weight = weights[f"conv{block}_{i}.weight"].double().numpy()
            bias = weights[f"conv{block}_{i}.bias"].double().numpy()
            padded = np.pad(features, ((0, 0), (1, 1), (1, 1)), mode=mode)
            made = np.empty((len(weight), *features.shape[1:]))
            for r, c in np.ndindex(*features.shape[1:]):
                made[:, r, c] = np.tensordot(weight, padded[:, r : r + 3, c : c + 3], 3) + bias
            features = np.maximum(made, 0)
    return features


@pytest.mark.parametrize("padding", ["zeros", "reflect"])
@pytest.mark.parametrize("pooling", ["max", "average"])
def test_a_slow_reference_agrees_and_choices_matter(weights: Weights, padding: str, pooling: str) -> None:
    recipe = replace(IMAGENET, padding=padding, pooling=pooling)
    images = torch.rand(1, 3, 11, 13)
    found = FeatureNet(recipe, weights)(images, ["relu3_2"])["relu3_2"][0].double().numpy()
    expected = slowly(images[0].double().numpy(), weights, recipe, (2, 1, 2))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    faults = (
        replace(recipe, padding="reflect" if padding == "zeros" else "zeros"),
        replace(recipe, pooling="average" if pooling == "max" else "max"),
        replace(recipe, mean=IMAGENET.mean[::-1]),
        replace(recipe, std=(1.0, 1.0, 1.0)),
    )
    for fault in faults:
        wrong = FeatureNet(fault, weights)(images, ["relu3_2"])["relu3_2"][0].double().numpy()
        assert np.abs(wrong - expected).max() > 1e-3, fault


def test_normalisation_in_closed_form() -> None:
    """A first convolution that hands on the middle pixel shows the normalised picture itself."""
    hand_on = torch.zeros(3, 3, 3, 3)
    hand_on[range(3), range(3), 1, 1] = 1.0
    net = FeatureNet(IMAGENET, {"conv1_1.weight": hand_on, "conv1_1.bias": torch.zeros(3)})
    white = net(torch.ones(1, 3, 2, 2), ["relu1_1"])["relu1_1"][0, :, 0, 0]
    expected = torch.tensor([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
    torch.testing.assert_close(white, expected)


@pytest.mark.parametrize(
    ("asked", "convolutions"), [(["relu1_1"], 1), (["relu2_1", "relu1_2"], 3), (["relu3_2"], 5)]
)
def test_nothing_deeper_is_computed_than_was_asked_for(
    net: FeatureNet, monkeypatch: pytest.MonkeyPatch, asked: list[str], convolutions: int
) -> None:
    called: list[int] = []
    conv2d = torch.nn.functional.conv2d

    def counting(*arguments: Any, **named: Any) -> Tensor:
        called.append(1)
        return conv2d(*arguments, **named)

    monkeypatch.setattr(torch.nn.functional, "conv2d", counting)
    assert list(net(torch.rand(1, 3, 8, 8), asked)) == asked
    assert len(called) == convolutions


def test_shapes_are_as_promised(net: FeatureNet) -> None:
    made = net(torch.rand(2, 3, 13, 8), net.layers)
    assert {layer: tuple(values.shape) for layer, values in made.items()} == {
        "relu1_1": (2, 4, 13, 8),
        "relu1_2": (2, 4, 13, 8),
        "relu2_1": (2, 5, 6, 4),
        "relu3_1": (2, 6, 3, 2),
        "relu3_2": (2, 6, 3, 2),
    }
    assert net.widths == {layer: values.shape[1] for layer, values in made.items()}
    assert net.depths == (2, 1, 2)


# Frozen


def test_nothing_can_be_trained_and_nothing_is_saved(net: FeatureNet) -> None:
    method = nn.ModuleDict({"own": nn.Linear(2, 2), "features": net})
    assert set(method.state_dict()) == {"own.weight", "own.bias"}
    assert list(net.parameters()) == []
    images = torch.rand(1, 3, 8, 8)
    before = net(images, ["relu3_2"])["relu3_2"]
    assert torch.equal(net.train()(images, ["relu3_2"])["relu3_2"], before)


def test_the_weights_are_its_own(weights: Weights) -> None:
    net, images = FeatureNet(IMAGENET, weights), torch.rand(1, 3, 8, 8)
    before = net(images, ["relu3_2"])["relu3_2"]
    for tensor in weights.values():
        tensor.zero_()
    assert torch.equal(net(images, ["relu3_2"])["relu3_2"], before)


def test_gradients_reach_the_images(net: FeatureNet) -> None:
    net.double()
    images = torch.rand(1, 3, 6, 6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: tuple(net(x, ["relu1_2", "relu3_1"]).values()), images)


def test_built_while_a_method_is_only_sketched_it_has_real_weights(weights: Weights) -> None:
    with torch.device("meta"):
        net = FeatureNet(IMAGENET, weights)
    assert {buffer.device.type for buffer in net.buffers()} == {"cpu"}
