"""Finds a Chromium with a Chinese font for the browser tests, or as root on Debian installs them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from mall.installation.say_progress import mind_the_terminal, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT_SECONDS = 900
NEEDED = {"chromium": "a browser", "fonts-wqy-microhei": "Chinese letters", "fontconfig": "to find them"}


def find_browser() -> Path | None:
    """The Chromium the browser tests drive: SUNMALL_CHROMIUM, else the first one on the path."""
    named = os.environ.get("SUNMALL_CHROMIUM")
    if named:
        return Path(named) if os.access(named, os.X_OK) else None
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return Path(found) if found else None


def has_chinese_font() -> bool:
    """Whether pages would show Chinese rather than boxes."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    answer = subprocess.run([program, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(answer.stdout.strip())


def install_what_is_missing() -> None:
    """As root, with apt, without asking anything; a failure is told by what is still missing afterwards."""
    apt = shutil.which("apt-get")
    if (find_browser() and has_chinese_font()) or apt is None or os.geteuid() != 0:
        return
    packages = list(NEEDED)
    if find_browser():
        packages.remove("chromium")
    say(f"[准备] 安装 {' '.join(packages)}", english="installing what the browser tests need")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        try:
            subprocess.run(
                [apt, "-qq", "-o", "DPkg::Lock::Timeout=120", *command],
                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                timeout=APT_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            say("       apt-get 超时", english="apt-get took too long and was ended")


def main() -> int:
    """Always 0: without a browser the other tests still run."""
    mind_the_terminal()
    install_what_is_missing()
    if find_browser() is None:
        say(
            "[注意] 没有 Chromium：不运行 browser 测试",
            english="no Chromium: tests marked browser are left out",
        )
    elif not has_chinese_font():
        say("[注意] 没有中文字体：截图里的汉字会显示为方框", english="no Chinese font: screenshots show boxes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
