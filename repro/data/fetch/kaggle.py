"""Data sets behind Kaggle's terms: kagglehub downloads them, with the user's own account."""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import requests

from repro.data.fetch.addresses import FetchError
from repro.data.fetch.members import UnpackError

LOG_IN = (
    "To log in, make an API token on https://www.kaggle.com/settings, and either save it where Kaggle's page "
    "says, set KAGGLE_API_TOKEN to it, or run: python -c 'import kagglehub; kagglehub.login()'"
)


def download_from_kaggle(handle: str, folder: Path) -> Path:
    """Bring the data set ``handle`` (owner/name) into the new folder ``folder``; returns it.

    kagglehub keeps its own copy in its cache, resumes and checks it; here its files are linked, or copied
    where the disk has no hard links.

    Raises:
        FetchError: kagglehub is not installed, the user is not logged in or has not agreed to the data set's
            terms, or Kaggle cannot be reached.
        UnpackError: what came holds anything but files and folders.
    """
    page = f"https://www.kaggle.com/datasets/{handle}"
    try:
        kagglehub: Any = import_module("kagglehub")
    except ModuleNotFoundError as error:
        raise FetchError(
            "this data set lies behind Kaggle's terms, and kagglehub is not installed: "
            "pip install 'repro[data]'; "
            f"or download {page} in a browser and unpack it into the folder"
        ) from error
    try:
        cached = Path(kagglehub.dataset_download(handle))
    except Exception as error:  # kagglehub raises whatever its transports raise
        raise FetchError(f"{page} was not downloaded: {_advice(error, page)}") from error
    _copy_tree(cached, folder)
    return folder


def _advice(error: Exception, page: str) -> str:
    """What to do about an error of kagglehub."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    name = type(error).__name__
    if name in {"UnauthenticatedError", "CredentialError"} or status == 401:
        return f"you are not logged in to Kaggle. {LOG_IN}"
    if status == 403:
        return f"Kaggle refuses; open {page}, agree to its terms, and try again. {LOG_IN}"
    if status == 404:
        return "Kaggle has no such data set any more"
    if isinstance(error, requests.ConnectionError | ConnectionError):
        return "Kaggle cannot be reached; what came so far is kept by kagglehub, the same command goes on"
    return f"{name}: {error}. What came so far is kept by kagglehub; the same command goes on"


def _copy_tree(source: Path, target: Path) -> None:
    """Link or copy a tree of plain files. Raises UnpackError for anything else in it."""
    for path in source.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise UnpackError(f"what Kaggle sent holds a link or device, {path}: only files are taken")
    shutil.copytree(source, target, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    """The same file under a second name, or a copy across disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
