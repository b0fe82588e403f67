"""Two people review what is sold, neither knowing what the other said, and neither of them the supplier's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.access.actor import Actor, PostHeld
from mall.catalogue.change_price import change_price
from mall.catalogue.submit_listing import submit_listing, withdraw_listing
from mall.errors import Refusal
from mall.listing_review.give_verdicts import give_verdicts
from tests.mall.catalogue.conftest import Shelf


def verdict(
    shelf: Shelf, who: str, *documents: str, verdict: str = "pass", reasons: tuple[str, ...] = ()
) -> dict[str, int]:
    return give_verdicts(actor=shelf.actor(who), documents=documents, verdict=verdict, reasons=reasons)


def submitted(shelf: Shelf, sku: str = "NEW-1") -> str:
    listing_id = shelf.put(sku)
    submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)
    return f"listing:{listing_id}"


def id_of(document: str) -> int:
    return int(document.partition(":")[2])


def test_a_draft_is_checked_reviewed_by_two_and_sold(shelf: Shelf) -> None:
    document = submitted(shelf)
    after_submission = shelf.state(id_of(document))

    first = verdict(shelf, "centre", document)
    between = shelf.state(id_of(document))
    second = verdict(shelf, "monitor", document)

    assert (after_submission, between, shelf.state(id_of(document))) == ("checked", "checked", "on_shelf")
    assert first == {"given": 1, "skipped": 0, "approved": 0, "rejected": 0}
    assert second == {"given": 1, "skipped": 0, "approved": 1, "rejected": 0}
    assert shelf.history(document) == [("submit", "submitted"), ("check", "checked"), ("approve", "on_shelf")]
    ends_on = shelf.rows("select ends_on from listing where id = %s", id_of(document))
    assert ends_on == [(clock.today() + timedelta(days=730),)]


def test_one_rejection_of_two_rejects_with_the_reasons(shelf: Shelf) -> None:
    document = submitted(shelf)

    verdict(shelf, "monitor", document, verdict="reject", reasons=("name_misleading", "category_wrong"))
    verdict(shelf, "centre", document)

    assert shelf.state(id_of(document)) == "rejected"
    facts = shelf.facts(document, "reject")
    assert facts["reasons"] == ["category_wrong", "name_misleading"]
    assert [(each["seat"], each["verdict"]) for each in facts["verdicts"]] == [
        ("platform", "pass"),
        ("monitor", "reject"),
    ]


def test_the_first_verdict_stands_nowhere_but_in_its_own_row_and_the_audit(shelf: Shelf) -> None:
    document = submitted(shelf)
    steps, events = (
        shelf.rows("select count(*) from document_step"),
        shelf.rows("select count(*) from outbox_event"),
    )

    verdict(shelf, "centre", document, verdict="reject", reasons=("duplicate",))

    assert shelf.rows("select count(*) from document_step") == steps
    assert shelf.rows("select count(*) from outbox_event") == events
    assert shelf.rows("select seat, verdict, reasons from listing_verdict") == [("platform", "reject", ["duplicate"])]
    audited = shelf.rows("select facts->'documents' from audit_record where action = 'listing.verdict'")
    assert audited == [([document],)]


def test_a_seat_speaks_once(shelf: Shelf) -> None:
    document = submitted(shelf)
    verdict(shelf, "centre", document)

    with pytest.raises(Refusal, match=r"review\.nothing_waits"):
        verdict(shelf, "centre", document, verdict="reject", reasons=("duplicate",))

    assert shelf.rows("select verdict from listing_verdict") == [("pass",)]


def test_the_same_request_again_has_the_same_answer(shelf: Shelf) -> None:
    document, monitor = submitted(shelf), shelf.actor("monitor")
    verdict(shelf, "centre", document)

    answers = [
        give_verdicts(actor=monitor, documents=[document], verdict="pass", request_key="monitor-0001") for _ in "ab"
    ]

    assert answers[0] == answers[1] == {"given": 1, "skipped": 0, "approved": 1, "rejected": 0}


def test_one_person_cannot_fill_both_seats(shelf: Shelf) -> None:
    document = submitted(shelf)
    post = PostHeld(post_id=1, role="centre", organisation_id=1, region_code=410000)
    as_centre = Actor(user_id=990, username="both", name="两面", posts=(post,))
    as_monitor = Actor(user_id=990, username="both", name="两面", posts=(PostHeld(2, "monitor", 2, 410000),))

    give_verdicts(actor=as_centre, documents=[document], verdict="pass")
    with pytest.raises(Refusal, match=r"review\.nothing_waits"):
        give_verdicts(actor=as_monitor, documents=[document], verdict="pass")

    assert shelf.state(id_of(document)) == "checked"


def test_nobody_reviews_the_goods_of_her_own_supplier(shelf: Shelf) -> None:
    document = submitted(shelf)
    posts = (PostHeld(1, "centre", 1, 410000), PostHeld(2, "supplier", shelf.world.sunny_id, 410100))
    seller = Actor(user_id=991, username="seller", name="卖家", posts=posts)

    with pytest.raises(Refusal, match=r"access\.denied"):
        give_verdicts(actor=seller, documents=[document], verdict="pass")

    assert shelf.rows("select count(*) from listing_verdict") == [(0,)]


@pytest.mark.parametrize("who", ["supplier", "regulator", "handler", "sysadmin"])
def test_nobody_else_reviews(shelf: Shelf, who: str) -> None:
    document = submitted(shelf)

    with pytest.raises(Refusal, match=r"access\.denied"):
        verdict(shelf, who, document)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"verdict": "reject"}, "review.reason_needed"),
        ({"verdict": "reject", "reasons": ("other",)}, "review.reason_needed"),
        ({"verdict": "reject", "reasons": ("because",)}, "review.bad_verdict"),
        ({"verdict": "pass", "reasons": ("duplicate",)}, "review.bad_verdict"),
        ({"verdict": "maybe"}, "review.bad_verdict"),
        ({"verdict": "pass", "documents": ()}, "review.bad_documents"),
        ({"verdict": "pass", "documents": ("order:1",)}, "review.bad_documents"),
        ({"verdict": "pass", "documents": ("listing:１",)}, "review.bad_documents"),
        ({"verdict": "pass", "documents": ("listing:999999999",)}, "review.nothing_waits"),
    ],
)
def test_verdicts_have_their_shape(shelf: Shelf, facts: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as caught:
        give_verdicts(actor=shelf.actor("centre"), **{"documents": ("listing:1",), **facts})  # type: ignore[arg-type]

    assert caught.value.code == code


def test_many_are_judged_at_once(shelf: Shelf) -> None:
    documents = [submitted(shelf, f"NEW-{number}") for number in range(5)]
    verdict(shelf, "centre", *documents[:4])

    counts = verdict(shelf, "monitor", *documents)

    assert counts == {"given": 5, "skipped": 0, "approved": 4, "rejected": 0}
    events = shelf.rows("select payload->'listing_ids' from outbox_event where name = 'listing.approve'")
    assert events == [([id_of(document) for document in documents[:4]],)]
    assert [shelf.state(id_of(document)) for document in documents] == ["on_shelf"] * 4 + ["checked"]


def test_goods_changed_under_review_are_judged_anew(shelf: Shelf) -> None:
    document = submitted(shelf)
    verdict(shelf, "centre", document)

    change_price(actor=shelf.actor("supplier"), listing_id=id_of(document), price_fen=1990)
    alone = verdict(shelf, "monitor", document)
    both = verdict(shelf, "centre", document)

    assert (alone["approved"], both["approved"]) == (0, 1)
    assert shelf.history(document)[2:4] == [("recheck", "submitted"), ("check", "checked")]


def test_withdrawn_goods_are_a_draft_and_their_verdicts_are_dropped(shelf: Shelf) -> None:
    document = submitted(shelf)
    verdict(shelf, "centre", document)

    withdraw_listing(actor=shelf.actor("supplier"), listing_id=id_of(document))
    submit_listing(actor=shelf.actor("supplier"), listing_id=id_of(document))
    counts = verdict(shelf, "monitor", document)

    assert counts["approved"] == 0
    assert shelf.state(id_of(document)) == "checked"


def test_rejected_goods_can_be_mended_and_submitted_again(shelf: Shelf) -> None:
    document = submitted(shelf)
    for who in ("centre", "monitor"):
        verdict(shelf, who, document, verdict="reject", reasons=("price_too_high",))

    change_price(actor=shelf.actor("supplier"), listing_id=id_of(document), price_fen=1500)
    state = submit_listing(actor=shelf.actor("supplier"), listing_id=id_of(document))

    assert state == "checked"


def test_a_region_may_ask_for_one_reviewer_or_none(shelf: Shelf) -> None:
    shelf.rule("listing.review_people", 1)
    one = submitted(shelf, "ONE")
    verdict(shelf, "centre", one)
    shelf.rule("listing.review_people", 0)
    none = submitted(shelf, "NONE")

    assert (shelf.state(id_of(one)), shelf.state(id_of(none))) == ("on_shelf", "on_shelf")
    assert shelf.history(none) == [("submit", "submitted"), ("shelve", "on_shelf")]


def test_a_supplier_submits_only_his_own(shelf: Shelf) -> None:
    listing_id = shelf.put()

    with pytest.raises(Refusal, match=r"access\.denied"):
        submit_listing(actor=shelf.actor("supplier2"), listing_id=listing_id)
