"""The test cases: the same for everyone, no picture against itself, and the true answer beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from PIL import Image, ImageOps

from repro.config import DataConfig
from repro.contracts import PROTOCOLS
from repro.data import toybox
from repro.data.pairs import DataError
from repro.data.sources import test_pairs as unseen_pairs
from repro.data.sources import train_pairs
from repro.data.toybox import Difficulty
from repro.data.trials import EXEMPLAR_SEED, Trials, make_trials

COUNT, SIDE = 12, 32
TOYBOX = DataConfig(size=SIDE, train_count=20)


@pytest.fixture(scope="module")
def trials() -> Trials:
    return make_trials(TOYBOX, COUNT)


@pytest.fixture(scope="module")
def shoes(tmp_path_factory) -> DataConfig:
    """A folder in the layout of edges2shoes with a train split only."""
    root = tmp_path_factory.mktemp("shoes")
    (root / "train").mkdir()
    rng = np.random.default_rng(0)
    for i in range(1, 11):
        picture = np.kron(rng.integers(0, 256, (2, 4, 3)), np.ones((16, 16, 1))).astype(np.uint8)
        Image.fromarray(picture).save(root / "train" / f"{i}_AB.png")
    return DataConfig(
        dataset="edges2shoes", domain="shoe", root=str(root), size=SIDE, train_count=100, holdout=4
    )


def test_shapes_and_types(trials: Trials) -> None:
    assert len(trials) == COUNT
    assert trials.x_s.shape == (COUNT, 1, SIDE, SIDE)
    assert trials.truth is not None
    for pictures in (trials.x_e, trials.y_e, trials.truth):
        assert pictures.shape == (COUNT, 3, SIDE, SIDE)
        assert pictures.dtype == np.uint8
    for parts in (trials.x_map, trials.y_map):
        assert parts is not None
        assert parts.at(3)[0].shape == (SIDE, SIDE)
        assert parts.at(3)[1].shape == (2, SIDE, SIDE)


def test_they_are_the_same_every_time(trials: Trials) -> None:
    np.random.seed(1)  # noqa: NPY002
    again = make_trials(TOYBOX, COUNT)
    assert again.names == trials.names
    assert np.array_equal(again.y_e, trials.y_e)
    assert np.array_equal(again.protocols()["paired"][0], trials.protocols()["paired"][0])


def test_no_picture_is_its_own_exemplar(trials: Trials) -> None:
    assert all(x != y for x, y in trials.names)
    assert len({x for x, _ in trials.names}) == COUNT
    assert not any(np.array_equal(x, y) for x, y in zip(trials.x_e, trials.y_e, strict=True))


def test_the_names_say_which_pictures_they_are(trials: Trials) -> None:
    for i, pair in enumerate(trials.names):
        for name, shown in zip(pair, (trials.x_e[i], trials.y_e[i]), strict=True):
            _, domain, split, index = name.split("/")
            drawn = toybox.picture(domain, split, int(index), SIDE).color
            assert split == "test"
            assert np.abs(drawn * 255 - shown).max() <= 0.51


def test_the_true_answer_has_xs_lines_and_ys_colours(trials: Trials) -> None:
    assert trials.truth is not None
    for i, (x, y) in enumerate(trials.names):
        indices = [int(name.rsplit("/", 1)[1]) for name in (x, y)]
        answer = toybox.truth("anime", "test", *indices, SIDE)
        assert np.abs(answer.color * 255 - trials.truth[i]).max() <= 0.51
        assert np.abs(answer.sketch * 255 - trials.x_s[i]).max() <= 0.51
    gaps = [np.abs(trials.truth.astype(float) - other).mean() for other in (trials.x_e, trials.y_e)]
    assert min(gaps) > 5  # neither the content's own colours nor the exemplar itself


def test_training_never_sees_a_test_picture(trials: Trials) -> None:
    seen = {picture.tobytes() for picture in train_pairs(TOYBOX).color}
    assert not seen & {picture.tobytes() for picture in np.concatenate([trials.x_e, trials.y_e])}
    assert np.array_equal(unseen_pairs(TOYBOX, COUNT).color, trials.x_e)


def test_the_protocols_are_those_of_the_contract(trials: Trials) -> None:
    protocols = trials.protocols()
    assert tuple(protocols) == PROTOCOLS
    assert protocols["true"][0] is protocols["cross"][0] is trials.y_e
    assert protocols["true"][1] is trials.truth
    assert protocols["cross"][1] is protocols["paired"][1] is trials.x_e
    warped = protocols["paired"][0].astype(float)
    assert warped.shape == trials.x_e.shape
    assert np.abs(warped - trials.x_e).mean() > 2  # it did move


# On purpose more difficult, and another kind of sketch


def test_the_kind_of_sketch_is_the_configs() -> None:
    drawn, xdog = (make_trials(replace(TOYBOX, sketch=kind), 3) for kind in ("drawn", "xdog"))
    assert drawn.names == xdog.names
    for name in ("x_e", "y_e", "truth"):
        assert np.array_equal(getattr(drawn, name), getattr(xdog, name))
    for trials, kind in ((drawn, "drawn"), (xdog, "xdog")):
        index = int(trials.names[1][0].rsplit("/", 1)[1])
        sketch = toybox.picture("anime", "test", index, SIDE, kind).sketch
        assert np.abs(sketch * 255 - trials.x_s[1]).max() <= 0.51
    assert not np.array_equal(drawn.x_s, xdog.x_s)


def test_contents_get_the_hand_and_exemplars_the_pose(trials: Trials) -> None:
    posed = Difficulty(pose=30.0, scale=0.2)
    hard = make_trials(TOYBOX, COUNT, replace(posed, wobble=2.0, broken=0.2))
    assert hard.names == trials.names
    assert not np.array_equal(hard.x_s, trials.x_s)
    assert np.array_equal(hard.x_e, trials.x_e)  # the hand is that of the sketch alone
    assert hard.truth is not None
    assert trials.truth is not None
    assert np.array_equal(hard.truth, trials.truth)
    assert hard.x_map is not None
    assert trials.x_map is not None
    assert np.array_equal(hard.x_map.part, trials.x_map.part)
    assert hard.y_map is not None
    for i, (_, name) in enumerate(trials.names):
        drawn = toybox.picture("anime", "test", int(name.rsplit("/", 1)[1]), SIDE, difficulty=posed)
        assert np.abs(drawn.color * 255 - hard.y_e[i]).max() <= 0.51
        part, uv = hard.y_map.at(i)
        assert np.array_equal(part, drawn.part)
        assert np.array_equal(uv, drawn.uv)


def test_texture_is_on_content_exemplar_and_truth() -> None:
    plain, hard = (make_trials(TOYBOX, 3, Difficulty(texture=depth)) for depth in (0.0, 0.4))
    assert np.array_equal(hard.x_s, plain.x_s)
    for name in ("x_e", "y_e", "truth"):
        darker = getattr(plain, name).astype(int) - getattr(hard, name)
        assert darker.min() >= -1
        assert darker.mean() > 5


def test_missing_items_are_missing_and_impossible_wishes_are_refused(shoes: DataConfig) -> None:
    chosen = toybox.sample_pairs("anime", "test", COUNT, seed=EXEMPLAR_SEED, missing=1)
    hard = make_trials(TOYBOX, COUNT, Difficulty(missing=1))
    assert hard.names == tuple((f"toybox/anime/test/{i}", f"toybox/anime/test/{j}") for i, j in chosen)
    with pytest.raises(ValueError, match="edges2shoes cannot be made harder"):
        make_trials(shoes, 2, Difficulty(pose=10.0))


# A folder of real pictures


def test_a_folder_holds_its_first_pictures_out(shoes: DataConfig) -> None:
    trials, training = make_trials(shoes, 4), train_pairs(shoes)
    assert [x for x, _ in trials.names] == ["1_AB.png", "2_AB.png", "3_AB.png", "4_AB.png"]
    assert training.names == tuple(f"{i}_AB.png" for i in range(5, 11))
    with pytest.raises(DataError, match=r"only 4 pictures .*--evaluate\.pairs 4"):
        make_trials(shoes, 5)


def test_a_folder_has_no_truth_and_one_exemplar_of_another_picture_each(shoes: DataConfig) -> None:
    trials = make_trials(shoes, 4)
    assert tuple(trials.protocols()) == ("cross", "paired")
    assert trials.truth is None
    assert all(x != y for x, y in trials.names)
    assert {x for x, _ in trials.names} == {y for _, y in trials.names}
    for i, (_, y) in enumerate(trials.names):
        assert np.array_equal(trials.y_e[i], trials.x_e[int(y.split("_")[0]) - 1])


def test_a_val_folder_is_the_test_where_there_is_one(shoes: DataConfig, tmp_path: Path) -> None:
    copytree(shoes.root, tmp_path, dirs_exist_ok=True)
    (tmp_path / "val").mkdir()
    for file in (tmp_path / "train").iterdir():  # upside down: a test picture must not be in training
        ImageOps.flip(Image.open(file)).save(tmp_path / "val" / file.name)
    official = replace(shoes, root=str(tmp_path))
    assert len(train_pairs(official)) == 10
    assert len(make_trials(official, 10)) == 10
    with pytest.raises(DataError, match="only 10 test pictures"):
        make_trials(official, 11)


def test_one_picture_alone_has_no_exemplar(shoes: DataConfig) -> None:
    with pytest.raises(DataError, match="at least two"):
        make_trials(shoes, 1)


def test_real_pictures_without_a_folder_are_asked_for() -> None:
    for read in (train_pairs, lambda data: unseen_pairs(data, 2)):
        with pytest.raises(DataError, match="--data"):
            read(DataConfig(dataset="edges2shoes"))
