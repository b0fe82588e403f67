"""The child process that decodes a stranger's picture: it sets its own limits, reads stdin, writes stdout, ends."""

from __future__ import annotations

import json
import resource
import sys

from mall.errors import Refusal
from mall.images.image_sizes import SIZES
from mall.images.recode_image import recode_image


def main(arguments: list[str]) -> int:
    """`KIND PIXELS_MAX MEMORY_BYTES CPU_SECONDS OUTPUT_BYTES`; writes a line of JSON and then the files one by one.

    The line is {"width_px", "height_px", "bytes": {size: length}} or {"refusal", "facts"}.
    """
    kind, pixels_max, memory_bytes, cpu_seconds, output_bytes = arguments[0], *map(int, arguments[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # Whatever takes this process over fills no disk with it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files: dict[str, bytes] = {}
    try:
        recoded = recode_image(sys.stdin.buffer.read(), kind=kind, pixels_max=pixels_max)
        files = recoded.files
        said = {
            "width_px": recoded.width_px,
            "height_px": recoded.height_px,
            "bytes": {size: len(files[size]) for size in SIZES},
        }
    except Refusal as refusal:
        said = {"refusal": refusal.code, "facts": refusal.facts}
    except MemoryError:
        said = {"refusal": "image.too_heavy", "facts": {}}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + b"".join(files[size] for size in SIZES if files))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
