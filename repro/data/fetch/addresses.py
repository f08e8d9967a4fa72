"""Where each data set is published, as rows of data, and the one error of this package."""

from __future__ import annotations

from dataclasses import dataclass


class FetchError(ValueError):
    """A data set cannot be had; the message says which one, why, and what to do."""


@dataclass(frozen=True)
class Address:
    """Where one data set is published.

    url: of a zip or tar archive, or empty when the data set lies behind Kaggle's terms.
    kaggle: owner/name on Kaggle, or empty.
    source: where the address is documented.
    terms: what the publisher allows, in a few words.
    """

    url: str
    kaggle: str
    source: str
    terms: str


ADDRESSES: dict[str, Address] = {
    "anime-pair": Address(
        url="",
        kaggle="ktaebum/anime-sketch-colorization-pair",
        source="reference 62 of the paper",
        terms="Kaggle's terms and those on the data set's page",
    ),
    "afhq": Address(
        url="https://www.dropbox.com/s/t9l9o3vsx2jai3z/afhq.zip?dl=1",  # dl=1: the file, not its web page
        kaggle="",
        source="download.sh of StarGAN v2",
        terms="CC BY-NC 4.0",
    ),
    "edges2shoes": Address(
        url="http://efrosgans.eecs.berkeley.edu/pix2pix/datasets/edges2shoes.tar.gz",
        kaggle="",
        source="download_pix2pix_dataset.sh of pix2pix",
        terms="for academic, non-commercial use",
    ),
}
"""Data set → address. None of the three has a checksum that its publisher states."""


def address_of(dataset: str) -> Address:
    """The address of a data set by name. Raises FetchError for one that cannot be fetched."""
    if dataset in ADDRESSES:
        return ADDRESSES[dataset]
    known = ", ".join(ADDRESSES)
    if dataset == "folder":
        raise FetchError(f"'folder' means pictures of your own, nothing can be fetched; known are {known}")
    if dataset == "toybox":
        raise FetchError(f"toybox is drawn by the program itself, nothing to fetch; known are {known}")
    raise FetchError(f"no data set is called {dataset!r}; known are {known}")
