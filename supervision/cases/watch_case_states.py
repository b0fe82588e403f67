"""The state table of a case: found, assigned, asked about, explained, decided, put right; with appeal and take-over."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step

WATCH_CASE_STATES = StateTable(
    document="watch_case",
    first="found",
    steps=(
        #    action               from          to            who may
        Step("assign",            "found",      "assigned",   "watch_case.assign"),
        Step("assign",            "assigned",   "assigned",   "watch_case.assign"),
        Step("assign",            "asked",      "asked",      "watch_case.assign"),
        Step("assign",            "explained",  "explained",  "watch_case.assign"),
        Step("assign",            "unanswered", "unanswered", "watch_case.assign"),
        Step("assign",            "confirmed",  "confirmed",  "watch_case.assign"),
        Step("assign",            "rectifying", "rectifying", "watch_case.assign"),
        Step("assign",            "rectified",  "rectified",  "watch_case.assign"),
        Step("take_over",         "found",      "assigned",   "watch_case.take_over"),
        Step("take_over",         "assigned",   "assigned",   "watch_case.take_over"),
        Step("take_over",         "asked",      "asked",      "watch_case.take_over"),
        Step("take_over",         "explained",  "explained",  "watch_case.take_over"),
        Step("take_over",         "unanswered", "unanswered", "watch_case.take_over"),
        Step("ask",               "assigned",   "asked",      "watch_case.work"),
        Step("ask",               "explained",  "asked",      "watch_case.work"),
        Step("ask",               "unanswered", "asked",      "watch_case.work"),
        # the first of two parties has answered; the last one's answer makes it explained
        Step("explain_part",      "asked",      "asked",      "watch_case.answer"),
        Step("explain",           "asked",      "explained",  "watch_case.answer"),
        Step("explain",           "unanswered", "explained",  "watch_case.answer"),
        Step("explain",           "explained",  "explained",  "watch_case.answer"),
        Step("pass_deadline",     "asked",      "unanswered", "watch_case.step"),
        Step("confirm",           "explained",  "confirmed",  "watch_case.work"),
        Step("confirm",           "unanswered", "confirmed",  "watch_case.work"),
        Step("dismiss",           "assigned",   "dismissed",  "watch_case.work"),
        Step("dismiss",           "explained",  "dismissed",  "watch_case.work"),
        Step("dismiss",           "unanswered", "dismissed",  "watch_case.work"),
        Step("appeal",            "confirmed",  "appealed",   "watch_case.answer"),
        Step("appeal",            "rectifying", "appealed",   "watch_case.answer"),
        Step("uphold",            "appealed",   "confirmed",  "watch_case.decide_appeal"),
        Step("overturn",          "appealed",   "dismissed",  "watch_case.decide_appeal"),
        Step("ask_rectification", "confirmed",  "rectifying", "watch_case.work"),
        Step("rectify",           "rectifying", "rectified",  "watch_case.answer"),
        Step("pass_deadline",     "rectifying", "rectifying", "watch_case.step"),
        Step("send_back",         "rectified",  "rectifying", "watch_case.work"),
        Step("verify",            "rectified",  "verified",   "watch_case.work"),
        Step("close",             "verified",   "closed",     "watch_case.work"),
        Step("close",             "confirmed",  "closed",     "watch_case.work"),
    ),
)  # fmt: skip

#: nobody has decided it yet: further findings of the same matter still join it
UNDECIDED = ("found", "assigned", "asked", "explained", "unanswered")
ENDED = ("dismissed", "closed")
#: whose party has been asked and which is not over: its subject may be held
MAY_HOLD = ("asked", "explained", "unanswered", "confirmed", "appealed", "rectifying", "rectified")
