"""A picture for goods without one: the icon and colour family of a category."""

from __future__ import annotations

#: beginning of the category code -> (icon of the icon font, colour family of sunmall.css); the longest one wins
_ICONS: dict[str, tuple[str, str]] = {
    "A": ("box-seam", "sand"),
    "A02": ("cpu", "sky"),
    "A020101": ("pc-display", "sky"),
    "A02010104": ("hdd-rack", "sky"),
    "A02010107": ("pc-display-horizontal", "sky"),
    "A02010108": ("laptop", "sky"),
    "A02010109": ("tablet-landscape", "sky"),
    "A020102": ("router", "sky"),
    "A020103": ("shield-lock", "sky"),
    "A020104": ("terminal", "sky"),
    "A020105": ("device-hdd", "sky"),
    "A020106": ("server", "sky"),
    "A020107": ("motherboard", "sky"),
    "A0202": ("printer", "iris"),
    "A020202": ("projector", "iris"),
    "A020203": ("easel", "iris"),
    "A020205": ("camera", "iris"),
    "A020206": ("camera-video", "iris"),
    "A020207": ("easel2", "iris"),
    "A020208": ("display", "iris"),
    "A020213": ("scissors", "iris"),
    "A020214": ("calculator", "iris"),
    "A0203": ("truck-front", "slate"),
    "A0206": ("fan", "slate"),
    "A020615": ("battery-charging", "slate"),
    "A020617": ("plug", "slate"),
    "A020618": ("thermometer-snow", "sky"),
    "A020619": ("lightbulb", "sun"),
    "A020620": ("tools", "slate"),
    "A020621": ("ethernet", "slate"),
    "A020622": ("ethernet", "slate"),
    "A0208": ("telephone", "sky"),
    "A0209": ("camera-reels", "iris"),
    "A0210": ("speedometer2", "slate"),
    "A0232": ("heart-pulse", "rose"),
    "A0237": ("fire", "rose"),
    "A0246": ("trophy", "leaf"),
    "A04": ("book", "clay"),
    "A05": ("lamp", "clay"),
    "A0501": ("door-closed", "clay"),
    "A050104": ("lamp", "clay"),
    "A0502": ("cup-hot", "clay"),
    "A0503": ("bag", "clay"),
    "A0504": ("pencil", "sun"),
    "A050401": ("journal-text", "sun"),
    "A05040101": ("file-earmark-text", "sun"),
    "A050402": ("droplet-half", "iris"),
    "A050403": ("palette", "rose"),
    "A050404": ("pencil", "sun"),
    "A050405": ("bucket", "leaf"),
    "A050406": ("flask", "leaf"),
    "A07": ("boxes", "leaf"),
    "A0702": ("capsule", "rose"),
    "A0703": ("flower1", "leaf"),
    "A0706": ("basket", "leaf"),
    "A0707": ("fuel-pump", "slate"),
    "A0709": ("cup-straw", "leaf"),
    "A0710": ("file-earmark", "sun"),
    "A08": ("window-stack", "sky"),
    "C": ("briefcase", "slate"),
    "C02": ("mortarboard", "clay"),
    "C0504": ("shield-check", "slate"),
    "C15": ("truck", "slate"),
    "C16": ("cloud", "sky"),
    "C17": ("broadcast", "sky"),
    "C18": ("umbrella", "leaf"),
    "C21": ("building", "clay"),
    "C22": ("people", "clay"),
    "C2309": ("printer", "iris"),
    "C2310": ("envelope", "sun"),
    "C2312": ("wrench", "slate"),
    "C2316": ("bucket", "leaf"),
}
_LONGEST = max(map(len, _ICONS))


def category_icon(code: str | None) -> tuple[str, str]:
    """(icon name, colour family) of a category; the plain box for a code of no known family."""
    for length in range(min(len(code or ""), _LONGEST), 0, -1):
        found = _ICONS.get((code or "")[:length])
        if found:
            return found
    return ("box-seam", "sand")
