"""The lock files pin every package by hash and name no address; the assets copied are those the lock provides."""

import json
import re
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-node.lock", "package-lock.json")


@pytest.mark.parametrize("name", LOCKS)
def test_lock_file_names_no_address(name: str) -> None:
    text = (CHECKOUT / name).read_text(encoding="utf-8")

    assert re.findall(r"https?:|file:|git\+|/tmp/|/root/", text) == []


@pytest.mark.parametrize("name", LOCKS[:3])
def test_every_python_package_is_pinned_with_hashes(name: str) -> None:
    packages = re.split(r"\n(?=\S)", (CHECKOUT / name).read_text(encoding="utf-8").strip())

    assert packages
    for package in packages:
        assert re.match(r"[\w.-]+==\S+", package), package
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package


def test_every_front_end_package_has_a_hash() -> None:
    packages = json.loads((CHECKOUT / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert len(packages) > 5
    for path, package in packages.items():
        assert path == "" or package["integrity"].startswith("sha512-"), path


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-test.lock": project["dependencies"] + project["optional-dependencies"]["test"],
    }
    for name, dependencies in wanted.items():
        locked = {line.split("==")[0] for line in (CHECKOUT / name).read_text(encoding="utf-8").splitlines()}
        for dependency in dependencies:
            assert re.split(r"[\[<>=]", dependency)[0] in locked, f"{dependency} in {name}"
