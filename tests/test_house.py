"""The files around the code: lock, environments, make targets, addresses, what ships."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import repro

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ("reproduce", "test", "lint", "book", "tables", "bench", "clean")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def settings() -> dict:
    return tomllib.loads(read("pyproject.toml"))


def tracked() -> list[Path]:
    """The files of the repository, those not yet committed included."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git repository: which files belong to it cannot be told")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


# What must not be in any file. Written in pieces, so that this file does not contain it either.
REGISTRIES = tuple(
    left + right
    for left, right in (
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("ana", "conda.org"),
        ("npm", "js.org"),
        ("pytorch.org", "/whl"),
    )
)
PLACES = ("work", "tmp", "root", "home", "Users", "private")
PLACE = r"(?<![\w.~$})*/-])/(?:" + "|".join(PLACES) + r")/[\w.]"
FORBIDDEN = re.compile("|".join([*map(re.escape, REGISTRIES), PLACE]).encode())


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    found = {}
    for path in tracked():
        if hit := FORBIDDEN.search(path.read_bytes()):
            found[path.relative_to(ROOT).as_posix()] = hit.group().decode()
    assert found == {}


def test_a_registry_and_a_place_are_seen() -> None:
    for place in PLACES:
        assert FORBIDDEN.search(f'File "/{place}/x.py"'.encode())
    for host in REGISTRIES:
        assert FORBIDDEN.search(f"see https://{host}/simple".encode())
    for fine in ("src/work/x", "https://example.org/home/x", "$(RUN)/tmp/x", "paper/work", "a / tmp"):
        assert not FORBIDDEN.search(fine.encode()), fine


# Environments


def locked() -> dict[str, str]:
    """Distribution → version, as the lock pins them."""
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", read("requirements.lock"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def test_the_lock_has_hashes_and_no_address() -> None:
    lock = read("requirements.lock")
    entries = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)[1:]
    assert "://" not in lock
    assert not re.search(r"^\s*-", lock.replace("    --hash=sha256:", ""), re.MULTILINE), (
        "options in the lock"
    )
    assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_satisfies_what_the_package_asks_for() -> None:
    project, pins = settings()["project"], locked()
    groups = [project["dependencies"], settings()["build-system"]["requires"]]
    asked = itertools.chain(*groups, *project["optional-dependencies"].values())
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), str(requirement)


def test_conda_installs_the_same_lock() -> None:
    environment = yaml.safe_load(read("environment.yml"))
    plain = [item for item in environment["dependencies"] if isinstance(item, str)]
    (pip,) = [item["pip"] for item in environment["dependencies"] if isinstance(item, dict)]
    assert environment["name"] == "repro"
    assert sorted(plain) == ["pip", "python=3.11"]
    assert pip == ["-r requirements.lock"]


# Make


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    # -o: the set-up counts as done, so that no test ever starts an installation.
    command = ["make", "-o", ".venv/.stamp", *arguments]
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}  # these tests themselves run under make
    env = {name: value for name, value in os.environ.items() if name not in outer}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_make_has_its_targets_and_explains_them() -> None:
    listed = re.findall(r"^  make (\w+)", make().stdout, re.MULTILINE)
    assert set(listed) == {"help", *TARGETS}


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_planned(target: str) -> None:
    done = make("--dry-run", target)
    assert done.returncode == 0, done.stderr


def test_a_target_without_content_says_so_and_fails() -> None:
    done = make("tables")
    assert done.returncode != 0
    assert "make tables: " in done.stderr
    assert "later version" in done.stderr


def test_an_old_python_is_refused_in_plain_words(tmp_path: Path) -> None:
    """With nothing but old interpreters on the path, set-up stops and names what it looked for."""
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    path = f"PATH={tmp_path}:/usr/bin:/bin"
    done = make(f"VENV={tmp_path}/venv", path, f"{tmp_path}/venv/.stamp")
    assert done.returncode != 0
    assert "Python 3.11 or newer" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_continuous_integration_runs_the_make_targets() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().rstrip().endswith("make lint test book")
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


# Names, address, package


def test_the_public_address_is_one_setting() -> None:
    text, address = read("pyproject.toml"), settings()["tool"]["repro"]["repository"]
    assert len(re.findall(r"^repository\s*=", text, re.MULTILINE)) == 1
    assert address == "" or re.fullmatch(r"https://\S+[^/\s]", address)
    if address:
        places = {p.relative_to(ROOT) for p in tracked() if address.encode() in p.read_bytes()}
        assert {p for p in places if p.suffix != ".ipynb"} == {Path("pyproject.toml")}


def test_the_version_is_the_same_everywhere() -> None:
    version = settings()["project"]["version"]
    assert version == repro.__version__
    assert version == yaml.safe_load(read("CITATION.cff"))["version"]
    assert f"## [{version}]" in read("CHANGELOG.md")


def test_the_citation_names_the_paper() -> None:
    (paper,) = yaml.safe_load(read("CITATION.cff"))["references"]
    assert paper["doi"] == "10.3390/math10121988"
    assert [author["family-names"] for author in paper["authors"]] == ["Cui", "Zhong", "Liu", "Fu"]


def test_the_wheel_carries_the_assets_and_the_licence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assets = [p.relative_to(ROOT).as_posix() for p in (ROOT / "repro" / "assets").rglob("*") if p.is_file()]
    assert set(assets) <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "notebooks/"))]
