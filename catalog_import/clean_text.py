"""Making a supplier's text harmless: HTML down to an allow-list, names down to text, specifications into pairs."""

from __future__ import annotations

import html
import json
import re

import nh3

_TAGS = {"p", "br", "ul", "ol", "li", "b", "strong", "i", "em", "u", "sub", "sup", "h3", "h4", "h5",
         "table", "thead", "tbody", "tr", "td", "th", "blockquote", "dl", "dt", "dd", "hr"}  # fmt: skip
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_DROPPED_WITH_CONTENT = {"script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math", "title"}

_LOOKS_LIKE_HTML = re.compile(
    r"<(?:!--|/?(?:p|br|div|span|img|a|b|i|u|em|strong|table|tbody|tr|td|th|ul|ol|li|h[1-6]|font|script|style|iframe"
    r"|video|source|svg|object|embed|form|input|center|section|article|hr|sub|sup|link|meta|html|body)\b[^<]*>)",
    re.IGNORECASE,
)
_EMPTY_ELEMENT = re.compile(r"<(p|li|ul|ol|b|strong|i|em|u|h3|h4|h5|td|blockquote)>(?:\s|&nbsp;|<br>)*</\1>")
_MANY_BREAKS = re.compile(r"(?:<br>\s*){3,}")
_PAIR = re.compile(r"^\s*([^:：]{1,40}?)\s*[:：]\s*(.+?)\s*$")
_PAIR_SEPARATORS = re.compile(r"[;；\n|]+")
SPECIFICATION_PAIRS_MAX = 60


def looks_like_html(text: str) -> bool:
    """Whether the text holds a whole tag; "尺寸<A4" is none."""
    return _LOOKS_LIKE_HTML.search(text) is not None


def text_of_html(text: str) -> str:
    """The words of an HTML text, without tags, scripts and entities, blanks collapsed."""
    bare = nh3.clean(text, tags=set(), clean_content_tags=_DROPPED_WITH_CONTENT)
    return " ".join(html.unescape(bare).split())


def clean_description(text: str) -> str:
    """A description as the page may show it: allowed tags, no image, no link; "" if nothing is left."""
    if not looks_like_html(text):
        paragraphs = [html.escape(line.strip(), quote=False) for line in html.unescape(text).splitlines()]
        return "".join(f"<p>{line}</p>" for line in paragraphs if line)
    cleaned = nh3.clean(
        text, tags=_TAGS, attributes=_ATTRIBUTES, clean_content_tags=_DROPPED_WITH_CONTENT, strip_comments=True
    )
    before = None
    while before != cleaned:
        before = cleaned
        cleaned = _EMPTY_ELEMENT.sub("", cleaned)
    cleaned = _MANY_BREAKS.sub("<br><br>", cleaned).strip()
    return cleaned if text_of_html(cleaned) else ""


def join_description(summary: str, description: str) -> str:
    """The summary as first paragraph, unless the description already says it; both may be empty."""
    cleaned = clean_description(description) if description else ""
    words = text_of_html(summary) if summary else ""
    if not words or (cleaned and words in text_of_html(cleaned)):
        return cleaned
    return f"<p>{html.escape(words, quote=False)}</p>{cleaned}"


def parse_specification(text: str) -> dict[str, str]:
    """Name -> value for "尺寸:A4;克重:80g"; text without pairs stands under 规格."""
    words = text_of_html(text) if looks_like_html(text) else text
    pairs: dict[str, str] = {}
    rest: list[str] = []
    for part in _PAIR_SEPARATORS.split(words):
        pair = _PAIR.match(part)
        if pair and len(pairs) < SPECIFICATION_PAIRS_MAX:
            pairs.setdefault(pair.group(1), pair.group(2))
        elif part.strip():
            rest.append(part.strip())
    if rest:
        pairs["规格"] = "；".join(([pairs["规格"]] if "规格" in pairs else []) + rest)
    return pairs


def specification_json(text: str) -> str:
    """`parse_specification` as JSON text, keys in the order of the file."""
    return json.dumps(parse_specification(text), ensure_ascii=False)
