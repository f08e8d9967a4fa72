"""Colour clusters: pictures whose families are known, mates, the cache and its accidents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_info, threadpool_limits

from repro.data import clusters as module
from repro.data.clusters import cluster, color_clusters, signatures

HUES = np.array([(200, 40, 40), (40, 160, 60), (50, 70, 200), (230, 200, 60)], np.uint8)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of each test is its own."""
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "clusters"


def families(count: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (n, 3, 16, 16) in four hues with some noise, and which hue each has."""
    rng = np.random.default_rng(seed)
    hue = np.arange(count) % len(HUES)
    noise = rng.integers(-8, 9, (count, 3, 16, 16))
    return (HUES[hue][:, :, None, None] + noise).clip(0, 255).astype(np.uint8), hue


def same_partition(a: np.ndarray, b: np.ndarray) -> bool:
    return len(set(zip(a.tolist(), b.tolist(), strict=True))) == len(set(a.tolist())) == len(set(b.tolist()))


def stored(cache: Path) -> Path:
    (path,) = cache.iterdir()
    return path


def test_known_families_are_found() -> None:
    color, hue = families()
    found = color_clusters(color, len(HUES))
    assert same_partition(found.labels, hue)
    assert found.sizes.tolist() == [10] * 4
    for c in range(4):
        assert found.members(c).tolist() == np.flatnonzero(found.labels == c).tolist()
        of_members = signatures(color, white=False)[found.members(c)]
        np.testing.assert_allclose(found.centres[c], of_members.mean(axis=0), atol=1e-5)


def test_clusters_are_numbered_by_their_size() -> None:
    color, hue = families()
    color = color[(hue != 2) | (np.arange(40) > 20)][::-1]
    found = color_clusters(color, 4)
    assert (np.diff(found.sizes) <= 0).all()
    assert found.sizes.sum() == len(color)


def test_there_are_never_more_clusters_than_different_histograms() -> None:
    color, _ = families(8)
    found = color_clusters(np.concatenate([color[:4]] * 3), 12)
    assert found.sizes.tolist() == [3] * 4
    assert color_clusters(color[:1], 5).sizes.tolist() == [1]
    with pytest.raises(ValueError, match="at least one"):
        color_clusters(color, 0)


def test_a_set_larger_than_a_mini_batch_is_clustered_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 100)
    color, hue = families(400)
    assert same_partition(cluster(signatures(color, white=False), 4).labels, hue)


# Mates


def test_a_mate_is_another_picture_of_the_cluster_all_equally_likely() -> None:
    found = color_clusters(families()[0], 4)
    rng = np.random.default_rng(0)
    drawn = np.array([[found.similar(i, rng) for _ in range(450)] for i in range(40)])
    assert (found.labels[drawn] == found.labels[:, None]).all()
    for i, row in enumerate(drawn):
        times = np.bincount(row, minlength=40)[found.members(found.labels[i])]
        assert np.bincount(row, minlength=40)[i] == 0, "never itself"
        assert sorted(times)[1] > 20, "each of nine others, fifty times on average"
        assert times.max() < 90


def test_the_draw_is_the_generators() -> None:
    found = color_clusters(families()[0], 4)
    one, other = ([found.similar(i, np.random.default_rng(7)) for i in range(40)] for _ in range(2))
    assert one == other
    assert one != [found.similar(i, np.random.default_rng(8)) for i in range(40)]


def test_who_is_alone_is_given_the_nearest_in_colour() -> None:
    near = np.array([(200, 40, 40), (40, 160, 60), (215, 70, 30)], np.uint8)  # the third is nearly the first
    color = near[:, :, None, None].repeat(8, axis=2).repeat(8, axis=3)
    found = color_clusters(color, 3)
    assert found.sizes.tolist() == [1, 1, 1]
    assert found.mates.tolist()[0] == 2
    assert found.mates.tolist()[2] == 0
    rng = np.random.default_rng(0)
    assert [found.similar(i, rng) for i in range(3)] == found.mates.tolist()


def test_a_single_picture_is_its_own_mate() -> None:
    found = color_clusters(families(1)[0], 1)
    assert found.similar(0, np.random.default_rng(0)) == 0


def test_parts_that_do_not_fit_are_refused() -> None:
    good = color_clusters(families()[0], 4)
    swapped = np.concatenate([[3], good.labels[1:]])  # the sizes ascend
    for wrong in (
        {"labels": good.labels + 1},
        {"labels": good.labels - 1},
        {"labels": swapped},
        {"labels": good.labels[:0]},
        {"centres": good.centres[:3]},
        {"centres": good.centres[:, :3]},
        {"centres": good.centres * np.nan},
        {"mates": good.mates[:-1]},
        {"mates": good.mates * 0},
        {"mates": good.mates + 100},
    ):
        with pytest.raises(ValueError, match=r"partition|mate"):
            replace(good, **wrong)


# Paper


def shoes() -> np.ndarray:
    """Small figures of four hues on much white paper; every other figure is larger."""
    color, _ = families()
    paper = np.full_like(color, 255)
    paper[:, :, 6:10, 6:10] = color[:, :, 6:10, 6:10]
    large = np.arange(40) // 4 % 2 == 0
    paper[large, :, 1:15, 1:15] = color[large, :, 1:15, 1:15]
    return paper


def test_white_paper_is_left_out_by_itself() -> None:
    color, hue = shoes(), np.arange(40) % 4
    assert same_partition(color_clusters(color, 4).labels, hue)
    assert not same_partition(color_clusters(color, 4, white=False).labels, hue), "paper decides"
    tinted = np.where(color == 255, 235, color).astype(np.uint8)
    kept = color_clusters(tinted, 4)
    np.testing.assert_array_equal(kept.labels, color_clusters(tinted, 4, white=False).labels)


# The cache


def test_the_same_bytes_are_not_clustered_twice(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    color, _ = families()
    first = color_clusters(color, 4)
    monkeypatch.setattr(module, "cluster", None)
    again = color_clusters(color.copy(), 4)
    for name in ("labels", "centres", "mates"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    assert [path.suffix for path in cache.iterdir()] == [".npz"]


def test_anything_else_is(cache: Path) -> None:
    color, _ = families()
    changed = color.copy()
    changed[17, 1, 3, 3] ^= 1
    for pictures, count, white in (
        (color, 4, False),
        (changed, 4, False),
        (color, 5, False),
        (color, 4, True),
    ):
        color_clusters(pictures, count, white=white)
    color_clusters(color.reshape(40, 3, 8, 32), 4, white=False)
    assert len(list(cache.iterdir())) == 5


@pytest.mark.parametrize("damage", ["empty", "half", "text", "flipped", "pickle", "foreign", "float"])
def test_a_damaged_cache_is_made_anew(cache: Path, damage: str) -> None:
    color, hue = families()
    color_clusters(color, 4)
    path = stored(cache)
    whole = path.read_bytes()
    good = dict(np.load(path))
    match damage:
        case "empty":
            path.write_bytes(b"")
        case "half":
            path.write_bytes(whole[: len(whole) // 2])
        case "text":
            path.write_text("not an archive")
        case "flipped":
            path.write_bytes(whole[:300] + bytes(b ^ 255 for b in whole[300:400]) + whole[400:])
        case "pickle":
            np.savez(path, labels=np.array([{}], object), centres=good["centres"], mates=good["mates"])
        case "foreign":
            np.savez(path, labels=good["labels"][:-4], centres=good["centres"], mates=good["mates"][:-4])
        case "float":
            np.savez(path, labels=good["labels"] * 1.0, centres=good["centres"], mates=good["mates"])
    assert same_partition(color_clusters(color, 4).labels, hue)
    assert path.read_bytes() == whole, "and mended"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("centres", lambda centres: centres * np.nan),
        ("centres", lambda centres: centres + np.float32(1e-3)),
        ("labels", lambda labels: np.roll(labels, 1)),
    ],
)
def test_a_cache_that_says_something_else_is_made_anew(cache: Path, name: str, change: Callable) -> None:
    color_clusters(families()[0], 4)
    whole, good = (path := stored(cache)).read_bytes(), dict(np.load(path))
    np.savez(path, **(good | {name: change(good[name])}))
    np.testing.assert_array_equal(color_clusters(families()[0], 4).labels, good["labels"])
    assert path.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_done_without(cache: Path) -> None:
    cache.parent.write_text("a file where the folder should be")
    color, hue = families()
    assert same_partition(color_clusters(color, 4).labels, hue)


def test_any_number_of_threads_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums in another order could tip a picture over: k-means must see one thread whatever is allowed."""
    seen = []

    class Watched(KMeans):
        def fit_predict(self, signs: np.ndarray) -> np.ndarray:
            seen.extend(pool["num_threads"] for pool in threadpool_info())
            return super().fit_predict(signs)

    monkeypatch.setattr("sklearn.cluster.KMeans", Watched)
    color = np.random.default_rng(0).integers(0, 256, (300, 3, 6, 6), np.uint8)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(cluster(signatures(color, white=False), 60))
    assert set(seen) == {1}
    np.testing.assert_array_equal(found[0].labels, found[1].labels)
    assert found[0].centres.tobytes() == found[1].centres.tobytes()
