"""The life of a question whether two are the same goods: asked by the matcher, answered once by the centre."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

MATCH_QUESTION_STATES = StateTable(
    document="match_question",
    first="open",
    steps=(
        Step("same", "open", "same", "match.answer"),
        Step("different", "open", "different", "match.answer"),
        # what was asked about is not there any more: merged with something else, split, or moved
        Step("lapse", "open", "lapsed", "match.lapse"),
        Step("ask_again", "lapsed", "open", "match.ask"),
        # products merged or split by hand answer the question of their pair as well, whatever it said before
        Step("join", "open", "same", "product.merge"),
        Step("join", "different", "same", "product.merge"),
        Step("join", "lapsed", "same", "product.merge"),
        Step("part", "open", "different", "product.split"),
        Step("part", "same", "different", "product.split"),
        Step("part", "lapsed", "different", "product.split"),
    ),
)
