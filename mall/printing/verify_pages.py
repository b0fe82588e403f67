"""The public page behind a document's verification code: is this paper ours, and what did it say?"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mall.access.guards import everyone
from mall.documents.printed_document import printed_document
from mall.errors import Refusal
from mall.printing.verification_code import parse_code
from mall.web.words import status_of, words_for

pages = Blueprint("verify", __name__)


@pages.get("/verify")
@everyone("anybody who holds a printed document may check it")
def index() -> Response | str:
    """Where a code is typed in."""
    typed = request.args.get("code", "").strip()
    if typed:
        return redirect(url_for("verify.show", code=typed))  # type: ignore[return-value]
    return render_template("verify/show.html", typed="", found=None, words=None)


@pages.get("/verify/<code>")
@everyone("anybody who holds a printed document may check it")
def show(code: str) -> str | tuple[str, int]:
    """What the document with this code says: kind, number, parties, amount, hash and when it was issued."""
    try:
        found = printed_document(parse_code(code))
        if found is None:
            raise Refusal("printing.code_unknown", typed=code)
    except Refusal as refusal:
        page = render_template("verify/show.html", typed=code, found=None, words=words_for(refusal))
        return page, status_of(refusal)
    return render_template("verify/show.html", typed=found.code, found=found, words=None)
