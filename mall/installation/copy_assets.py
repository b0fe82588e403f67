"""Fetches the front-end packages of package-lock.json and copies the named files the pages and documents use."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mall.installation.refusal import InstallationRefused
from mall.installation.say_progress import mind_the_terminal, say_refusal

CHECKOUT = Path(__file__).resolve().parents[2]
VENDOR = CHECKOUT / "mall" / "static" / "vendor"
OLDEST_NODE = 20
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "css/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "js/tabler.min.js",
    "bootstrap-icons/font/bootstrap-icons.min.css": "css/bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff2": "css/fonts/bootstrap-icons.woff2",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff": "css/fonts/bootstrap-icons.woff",
    "htmx.org/dist/htmx.min.js": "js/htmx.min.js",
    "htmx.org/dist/ext/hx-csp.min.js": "js/hx-csp.min.js",
    "echarts/dist/echarts.min.js": "js/echarts.min.js",
    "echarts/i18n/langZH.js": "js/echarts-chinese.js",
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf": "fonts/NotoSerifSC-Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf": "fonts/NotoSerifSC-Bold.ttf",
    "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": "licences/noto-serif-sc.txt",
    "bootstrap-icons/LICENSE": "licences/bootstrap-icons.txt",
    "htmx.org/LICENSE": "licences/htmx.txt",
    "echarts/LICENSE": "licences/echarts.txt",
    "echarts/NOTICE": "licences/echarts-notice.txt",
}


def copy_assets(vendor: Path = VENDOR) -> None:
    """Replace the vendor folder by exactly the files of FILES. Raises InstallationRefused without Node or network."""
    with tempfile.TemporaryDirectory(prefix="assets-", dir=Path(sys.prefix)) as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(CHECKOUT / name, folder)
        _fetch(Path(folder))
        beside = vendor.with_name("vendor.new")
        shutil.rmtree(beside, ignore_errors=True)
        for source, target in FILES.items():
            (beside / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder) / "node_modules" / source, beside / target)
        shutil.rmtree(vendor, ignore_errors=True)
        beside.replace(vendor)


def _fetch(folder: Path) -> None:
    """`npm ci` of the lock file: hashes checked, no package's own scripts run."""
    npm, environment = _npm()
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    answer = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False)
    if answer.returncode != 0:
        raise InstallationRefused(
            f"npm ci 失败（退出码 {answer.returncode}），原因见上。",
            english="npm could not fetch the front-end packages; its own words are above.",
        )


def _npm() -> tuple[str, dict[str, str]]:
    """The system's npm beside a Node new enough, else the one in the virtual environment."""
    own = str(Path(sys.executable).parent)
    for path in (os.environ.get("PATH", os.defpath), own):
        node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
        if node and npm and _node_version(node) >= OLDEST_NODE:
            return npm, {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    raise InstallationRefused(
        f"没有 Node.js {OLDEST_NODE} 或更新的版本。", english=f"There is no Node.js {OLDEST_NODE} or newer."
    )


def _node_version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().lstrip("v").split(".")[0]
    return int(major) if major.isdigit() else 0


def main() -> int:
    mind_the_terminal()
    try:
        copy_assets()
    except InstallationRefused as refusal:
        say_refusal(refusal)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
