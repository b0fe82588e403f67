"""Standard products: goods find each other, people answer what is unsure, products merge and split and return."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from catalog_import.draft_listing import save_draft
from mall.access.actor import Actor, PostHeld
from mall.catalogue.find_ceilings import find_ceilings
from mall.catalogue.match_waiting import match_waiting
from mall.catalogue.merge_products import merge_products
from mall.catalogue.product import Product
from mall.catalogue.split_product import split_product
from mall.clock import today
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.listing_review.answer_question import answer_question
from mall.listing_review.question_queue import count_questions, question_page
from mall.outbox.deliver import deliver_waiting
from mall.search.load_documents import documents_for_index
from mall.search.search_task import waiting_tasks
from mall.shop.similar_products import similar_products
from tests.form_browser import FormBrowser, Page, page_of
from tests.mall.catalogue.conftest import Shelf

FOLDER, NEEDLE = "A05040401", "A02021006"
REASON = "核对了厂家目录"
#: two barcodes with right check digits
EAN, OTHER_EAN = "6921734934239", "6901236340363"


def draft(shelf: Shelf, sku: str, name: str, *, who: str = "supplier", **cells: str) -> int:
    """A listing drawn up by the form; the goods are a folder in pieces unless said otherwise."""
    seller = shelf.world.sunny_id if who == "supplier" else shelf.world.moon_id
    given = {"category": FOLDER, "unit": "个", "price": "12.00", "brand": "得力", "sku": sku, "name": name, **cells}
    return save_draft(actor=shelf.actor(who), supplier_id=seller, cells=given)


def product_of(shelf: Shelf, listing_id: int) -> int:
    return shelf.rows("select product_id from listing where id = %s", listing_id)[0][0]


def products_of(shelf: Shelf, *listing_ids: int) -> list[int]:
    return [product_of(shelf, one) for one in listing_ids]


def questions(shelf: Shelf) -> list[tuple[int, str]]:
    return shelf.rows("select id, state from match_question order by id")


def two_products(shelf: Shelf) -> tuple[int, int, int, int]:
    """(listing, its product, another listing, its product): one folder under two models, of two suppliers."""
    first = draft(shelf, "F-1", "得力文件夹", model="7405")
    second = draft(shelf, "F-2", "得力双强力夹", model="AB-7405", who="supplier2")
    match_waiting()
    return first, product_of(shelf, first), second, product_of(shelf, second)


def two_printers(shelf: Shelf) -> tuple[int, int]:
    """The same printer of two suppliers, the second of whom does not name its brand."""
    printer = {"category": NEEDLE, "model": "LQ-630KII", "unit": "台"}
    first = draft(shelf, "P-1", "爱普生LQ-630KII针式打印机", brand="爱普生", **printer)
    return first, draft(shelf, "P-2", "针式打印机LQ-630KII", brand="", who="supplier2", **printer)


def rename(shelf: Shelf, product_id: int, model: str) -> None:
    """Another model behind the back of everybody; its key keeps the brand."""
    key = f"renamed\x1en\x1e爱普生\x1e{product_id}"
    shelf.write("update product set model = %s, match_key = %s where id = %s", model, key, product_id)


def merge(shelf: Shelf, away: int, into: int, *, who: str = "centre", reason: str = REASON) -> int:
    return merge_products(actor=shelf.actor(who), product_id=away, into_id=into, reason=reason)


def refused(deed: object, *arguments: object, **more: object) -> str:
    with pytest.raises(Refusal) as refusal:
        deed(*arguments, **more)  # type: ignore[operator]
    return refusal.value.code


# -- the matcher at work -------------------------------------------------------------------------------------------


def test_spellings_of_a_model_are_one_product_by_their_key(shelf: Shelf) -> None:
    first = draft(shelf, "P-1", "爱普生针式打印机", category=NEEDLE, brand="爱普生", model="LQ-630KII", unit="台")
    second = draft(
        shelf, "P-2", "EPSON针打", category=NEEDLE, brand="EPSON", model="ｌｑ　６３０ＫⅡ", unit="台", who="supplier2"
    )
    match_waiting()

    assert product_of(shelf, first) == product_of(shelf, second)
    assert questions(shelf) == []


def test_services_of_a_generic_model_are_neither_one_nor_in_question(shelf: Shelf) -> None:
    service = {"category": "C23120200", "brand": "", "model": "标准服务", "unit": "次"}
    repairs = draft(shelf, "S-1", "打印机上门维修", **service)
    upkeep = draft(shelf, "S-2", "复印机保养", who="supplier2", **service)
    same = draft(shelf, "S-3", "打印机上门维修", who="supplier2", **service)
    match_waiting()

    assert product_of(shelf, repairs) == product_of(shelf, same) != product_of(shelf, upkeep)
    assert questions(shelf) == []


def test_goods_of_one_brand_and_a_generic_model_are_told_apart_by_their_names(shelf: Shelf) -> None:
    first = draft(shelf, "F-1", "得力双强力文件夹", model="通用")
    second = draft(shelf, "F-2", "得力抽杆报告夹", model="通用", who="supplier2")
    third = draft(shelf, "F-3", "得力抽杆报告夹", model="通用")
    match_waiting()

    assert product_of(shelf, first) != product_of(shelf, second) == product_of(shelf, third)
    assert questions(shelf) == []


def test_a_sure_pair_is_merged_by_the_system_and_says_why(shelf: Shelf) -> None:
    known = draft(shelf, "F-1", "得力7405文件夹", model="7405", specification="颜色:蓝色;规格:A4;材质:PP")
    nameless = draft(
        shelf, "F-2", "得力7405文件夹", specification="颜色:蓝色;规格:A4;材质:PP", who="supplier2",
    )  # fmt: skip
    assert product_of(shelf, known) != product_of(shelf, nameless)

    match_waiting()

    assert product_of(shelf, known) == product_of(shelf, nameless)
    ((note, user_id),) = shelf.rows("select note, user_id from document_step where action = 'merge'")
    assert (note, user_id) == ("系统比对：同一商品（把握 85%）", None)


def test_an_unsure_pair_waits_with_its_evidence_and_nothing_moves(shelf: Shelf) -> None:
    first = draft(
        shelf, "P-1", "爱普生LQ-630KII针式打印机", category=NEEDLE, brand="爱普生", model="LQ-630KII", unit="台"
    )
    second = draft(shelf, "P-2", "针式打印机LQ-630KII", category=NEEDLE, brand="", model="LQ-630KII", unit="台",
                   who="supplier2")  # fmt: skip
    match_waiting()

    (card,) = question_page(shelf.actor("centre")).cards
    close_reading()
    assert (card.listing.id, card.candidate.id) == (second, product_of(shelf, first))
    assert 50 <= card.question.confidence < 85
    assert [one["code"] for one in card.question.evidence][:2] == ["model.equal", "category.equal"]
    assert product_of(shelf, first) != product_of(shelf, second)


def test_the_thresholds_are_rules_of_the_province(shelf: Shelf) -> None:
    shelf.rule("match.ask_from", 90)
    shelf.rule("match.same_from", 99)
    two_printers(shelf)

    match_waiting()

    assert questions(shelf) == []


def test_a_colour_beside_the_same_model_is_asked_and_no_takes_it_out(shelf: Shelf) -> None:
    blue = draft(shelf, "F-1", "得力7405文件夹 蓝色", model="7405", specification="颜色:蓝色")
    red = draft(shelf, "F-2", "得力7405文件夹 红色", model="7405", specification="颜色:红色", who="supplier2")
    match_waiting()
    ((question_id, state),) = questions(shelf)
    assert (state, product_of(shelf, red)) == ("open", product_of(shelf, blue))

    answer_question(actor=shelf.actor("centre"), question_id=question_id, answer="different")
    match_waiting()

    assert product_of(shelf, red) != product_of(shelf, blue)
    assert shelf.rows("select specification from product where id = %s", product_of(shelf, red)) == [
        ({"颜色": "红色"},)
    ]
    # Neither is the answered question asked again, nor another one about the same two.
    assert {state for _, state in questions(shelf)} == {"different"}


def test_what_was_taken_out_stays_out_when_its_supplier_writes_it_anew(shelf: Shelf) -> None:
    blue = draft(shelf, "F-1", "得力7405文件夹 蓝色", model="7405", specification="颜色:蓝色")
    red = draft(shelf, "F-2", "得力7405文件夹 红色", model="7405", specification="颜色:红色", who="supplier2")
    match_waiting()
    answer_question(actor=shelf.actor("centre"), question_id=questions(shelf)[0][0], answer="different")

    save_draft(
        actor=shelf.actor("supplier2"), supplier_id=shelf.world.moon_id, listing_id=red,
        cells={"category": FOLDER, "unit": "个", "price": "13.00", "brand": "得力", "model": "7405", "sku": "F-2",
               "name": "得力7405文件夹 红", "specification": "颜色:红色"},
    )  # fmt: skip
    match_waiting()

    assert product_of(shelf, red) != product_of(shelf, blue)


def test_one_barcode_on_other_goods_is_taken_out_at_once(shelf: Shelf) -> None:
    right = draft(shelf, "F-1", "得力7405文件夹", model="7405", gtin=EAN)
    wrong = draft(shelf, "F-2", "晨光订书机", brand="晨光", model="ABS92", gtin=EAN, who="supplier2")
    assert product_of(shelf, right) == product_of(shelf, wrong)

    match_waiting()

    assert product_of(shelf, right) != product_of(shelf, wrong)
    assert shelf.rows("select brand, model, gtin from product where id = %s", product_of(shelf, wrong)) == [
        ("晨光", "ABS92", None)
    ]


def test_a_carton_without_its_contents_is_never_compared_with_pieces(shelf: Shelf) -> None:
    piece = draft(shelf, "F-1", "得力7405文件夹", model="7405", gtin=EAN)
    carton = draft(shelf, "F-2", "得力7405文件夹 整箱", model="7405", unit="箱", gtin=EAN, who="supplier2")

    match_waiting()

    assert product_of(shelf, piece) != product_of(shelf, carton)
    assert questions(shelf) == []


# -- answers -------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(shelf: Shelf) -> int:
    """A question about two printers, the second one without a brand."""
    two_printers(shelf)
    match_waiting()
    return questions(shelf)[0][0]


def test_yes_merges_and_a_second_answer_is_refused(shelf: Shelf, asked: int) -> None:
    answer_question(actor=shelf.actor("centre"), question_id=asked, answer="same", request_key="key-of-yes")
    again = answer_question(actor=shelf.actor("centre"), question_id=asked, answer="same", request_key="key-of-yes")

    assert again == "same"
    assert (
        len(set(products_of(shelf, *(one for (one,) in shelf.rows("select id from listing where sku like 'P-_'")))))
        == 1
    )
    assert (
        refused(answer_question, actor=shelf.actor("centre"), question_id=asked, answer="different") == "match.answered"
    )
    assert questions(shelf) == [(asked, "same")]


def test_no_is_kept_and_never_asked_again(shelf: Shelf, asked: int) -> None:
    answer_question(actor=shelf.actor("centre"), question_id=asked, answer="different")
    shelf.write("insert into match_task (listing_id, queued_at) select id, now() from listing where sku like 'P-_'")

    match_waiting()

    assert questions(shelf) == [(asked, "different")]


def test_no_holds_for_what_the_product_was_merged_into(shelf: Shelf, asked: int) -> None:
    answer_question(actor=shelf.actor("centre"), question_id=asked, answer="different")
    third = draft(shelf, "P-3", "爱普生针打", category=NEEDLE, brand="爱普生", model="LQ-690", unit="台")
    (named,) = shelf.rows("select product_id from listing where sku = 'P-1'")[0]
    merge(shelf, named, product_of(shelf, third))
    shelf.write("insert into match_task (listing_id, queued_at) select id, now() from listing where sku = 'P-2'"
                " on conflict do nothing")  # fmt: skip
    rename(shelf, product_of(shelf, third), "LQ-630KII")

    match_waiting()

    assert questions(shelf) == [(asked, "different")]


def test_later_puts_it_off_for_some_days(shelf: Shelf, asked: int) -> None:
    answer_question(actor=shelf.actor("centre"), question_id=asked, answer="later")

    page = question_page(shelf.actor("centre"))
    close_reading()
    assert (page.cards, page.total, page.put_off) == ([], 0, 1)
    assert shelf.rows("select not_before - current_date > 5 from match_question") == [(True,)]
    assert questions(shelf) == [(asked, "open")]


def test_nobody_answers_about_her_own_goods(shelf: Shelf, asked: int) -> None:
    both = Actor(
        user_id=shelf.world.users["centre"], username="both", name="两任",
        posts=(PostHeld(1, "centre", 1, 410000), PostHeld(2, "supplier", shelf.world.sunny_id, 410100)),
    )  # fmt: skip

    assert count_questions(both) == 0
    close_reading()
    # Her goods are the candidate's, and answering would give them company.
    assert refused(answer_question, actor=both, question_id=asked, answer="same") == "access.denied"
    for who in ("supplier", "supplier2", "monitor", "regulator", "handler"):
        assert refused(answer_question, actor=shelf.actor(who), question_id=asked, answer="same") == "access.denied"
    assert questions(shelf) == [(asked, "open")]


def test_strange_answers_and_questions_are_refused(shelf: Shelf, asked: int) -> None:
    centre = shelf.actor("centre")

    assert refused(answer_question, actor=centre, question_id=asked, answer="maybe") == "match.bad_answer"
    assert refused(answer_question, actor=centre, question_id=10**9, answer="same") == "match.unknown"


# -- merging and splitting -----------------------------------------------------------------------------------------


def test_a_merge_moves_the_listings_and_leaves_a_place_that_leads_on(shelf: Shelf) -> None:
    first, kept, second, away = two_products(shelf)

    merge(shelf, away, kept)

    assert products_of(shelf, first, second) == [kept, kept]
    assert shelf.rows("select state, merged_into_id from product where id = %s", away) == [("merged", kept)]
    assert [action for action, _ in shelf.history(f"product:{away}")] == ["merge"]
    assert [action for action, _ in shelf.history(f"product:{kept}")] == ["take_in"]
    assert shelf.history(f"listing:{second}")[-1][0] == "regroup"
    assert shelf.facts(f"product:{away}", "merge")["listing_ids"] == [second]
    assert shelf.rows("select count(*) from audit_record where action = 'product.merge' and result = 'done'") == [(1,)]


def test_what_arrives_for_a_merged_product_joins_the_one_that_took_it_in(shelf: Shelf) -> None:
    _, kept, _, away = two_products(shelf)
    merge(shelf, away, kept)

    third = draft(shelf, "F-3", "得力双强力夹", model="ab7405")

    assert product_of(shelf, third) == kept


def test_orders_and_prices_are_untouched_by_a_merge(shelf: Shelf) -> None:
    paper = shelf.world.listings["paper"]
    product_id = product_of(shelf, paper)
    other = draft(shelf, "A4-1", "得力复印纸", category="A05040101", model="7403", unit="包")
    changes = shelf.rows("select id, listing_id, new_price_fen from price_change where listing_id = %s", paper)

    merge(shelf, product_id, product_of(shelf, other))

    assert product_of(shelf, paper) == product_of(shelf, other)
    assert shelf.rows("select id, listing_id, new_price_fen from price_change where listing_id = %s", paper) == changes
    assert shelf.rows("select version, state from listing where id = %s", paper) == [(1, "on_shelf")]


def test_what_was_merged_before_leads_straight_on_and_returns_with_its_product(shelf: Shelf) -> None:
    _, first, second_listing, second = two_products(shelf)
    third_listing = draft(shelf, "F-3", "得力快劳夹", model="5305")
    third = product_of(shelf, third_listing)
    merge(shelf, second, first)

    merge(shelf, first, third)
    led = shelf.rows("select id, merged_into_id from product where id in (%s, %s) order by id", first, second)
    split_product(
        actor=shelf.actor("centre"), product_id=third, into_id=first, reason=REASON,
        listing_ids=[one for (one,) in shelf.rows("select id from listing where sku in ('F-1', 'F-2')")],
    )  # fmt: skip

    assert led == [(first, third), (second, third)]
    assert shelf.rows("select state, merged_into_id from product where id = %s", first) == [("current", None)]
    assert shelf.rows("select merged_into_id from product where id = %s", second) == [(first,)]
    assert product_of(shelf, second_listing) == first


def test_a_merge_is_undone_by_a_split_and_a_split_by_a_merge(shelf: Shelf) -> None:
    first, kept, second, away = two_products(shelf)
    centre = shelf.actor("centre")

    merge(shelf, away, kept)
    back = split_product(actor=centre, product_id=kept, listing_ids=[second], into_id=away, reason=REASON)
    apart = products_of(shelf, first, second)
    merge(shelf, away, kept)
    new = split_product(actor=centre, product_id=kept, listing_ids=[second], reason=REASON)
    split = products_of(shelf, first, second)
    merge(shelf, new, kept)

    assert (back, apart) == (away, [kept, away])
    assert split == [kept, new] and new not in (kept, away)
    assert products_of(shelf, first, second) == [kept, kept]
    assert [action for action, _ in shelf.history(f"product:{kept}")] == [
        "take_in", "split", "take_in", "split", "take_in",
    ]  # fmt: skip
    assert [action for action, _ in shelf.history(f"product:{new}")] == ["split_off", "merge"]


def test_the_matcher_does_not_join_what_a_person_split(shelf: Shelf) -> None:
    first = draft(shelf, "F-1", "得力7405文件夹", model="7405")
    second = draft(shelf, "F-2", "得力7405文件夹", model="7405", who="supplier2")
    product_id = product_of(shelf, first)
    new = split_product(actor=shelf.actor("centre"), product_id=product_id, listing_ids=[second], reason=REASON)
    shelf.write("insert into match_task (listing_id, queued_at) select id, now() from listing where sku like 'F-_'"
                " on conflict do nothing")  # fmt: skip

    match_waiting()

    assert products_of(shelf, first, second) == [product_id, new]
    assert [state for _, state in questions(shelf)] == ["different"]


def test_strange_merges_and_splits_are_refused_and_change_nothing(shelf: Shelf) -> None:
    first, kept, second, away = two_products(shelf)
    carton = product_of(shelf, draft(shelf, "F-3", "得力7405整箱", model="7405", unit="箱"))
    centre = shelf.actor("centre")

    codes = [
        refused(merge, shelf, kept, kept),
        refused(merge, shelf, away, 10**9),
        refused(merge, shelf, away, kept, reason=" "),
        refused(merge, shelf, carton, kept),
        refused(split_product, actor=centre, product_id=kept, listing_ids=[second], reason=REASON),
        refused(split_product, actor=centre, product_id=kept, listing_ids=[], reason=REASON),
        refused(split_product, actor=centre, product_id=kept, listing_ids=[first], reason=REASON),
        refused(split_product, actor=centre, product_id=kept, listing_ids=[first], into_id=away, reason=REASON),
        *(refused(merge, shelf, away, kept, who=who) for who in ("supplier", "monitor", "regulator", "handler")),
    ]
    merge(shelf, away, kept)
    codes += [refused(merge, shelf, away, kept), refused(merge, shelf, kept, away)]

    assert codes == [
        "product.same_one", "product.unknown", "product.reason_needed", "product.units_differ",
        "product.not_its_listings", "product.not_its_listings", "product.split_all", "product.not_merged_here",
        *["access.denied"] * 4, "product.merged_already", "product.merged_already",
    ]  # fmt: skip


def test_questions_about_a_merged_product_lapse_and_are_asked_anew(shelf: Shelf, asked: int) -> None:
    (candidate,) = shelf.rows("select candidate_id from match_question")[0]
    older = draft(shelf, "P-0", "爱普生针打", category=NEEDLE, brand="爱普生", model="LQ-630", unit="台")
    match_waiting()
    merge(shelf, candidate, product_of(shelf, older))
    lapsed = questions(shelf)
    rename(shelf, product_of(shelf, older), "LQ-630KII")

    match_waiting()

    assert lapsed == [(asked, "lapsed")]
    assert [state for _, state in questions(shelf)] == ["lapsed", "open"]
    assert shelf.rows("select candidate_id from match_question where state = 'open'") == [(product_of(shelf, older),)]


def test_a_ceiling_of_a_merged_product_binds_the_one_that_took_it_in(shelf: Shelf) -> None:
    _, kept, _, away = two_products(shelf)
    shelf.write(
        "insert into price_ceiling (product_id, ceiling_fen, valid_from, source, state, entered_by_id, entered_at,"
        " confirmed_by_id) values (%s, 900, '2020-01-01', '框架协议', 'in_force', 1, now(), 2)",
        away,
    )
    merge(shelf, away, kept)

    found = find_ceilings({kept: FOLDER}, region_code=410100, on=today())
    close_reading()

    assert found[kept].ceiling_fen == 900


# -- two at once ---------------------------------------------------------------------------------------------------


def test_crosswise_merges_make_no_circle(shelf: Shelf) -> None:
    _, first, _, second = two_products(shelf)
    centre = shelf.actor("centre")
    ready = threading.Barrier(2)
    outcomes: list[str] = []

    def go(away: int, into: int) -> None:
        ready.wait()
        try:
            merge_products(actor=centre, product_id=away, into_id=into, reason=REASON)
            outcomes.append("merged")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            close_reading()

    threads = [threading.Thread(target=go, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["merged", "product.merged_already"]
    assert shelf.rows("select count(*) from product where merged_into_id is not null") == [(1,)]


def test_without_our_locks_the_database_itself_refuses_the_circle(shelf: Shelf) -> None:
    _, first, _, second = two_products(shelf)
    lead = "update product set state = 'merged', merged_into_id = %s where id = %s"

    with psycopg.connect(shelf.admin) as one, psycopg.connect(shelf.admin) as other:
        one.execute(lead, (second, first))
        failed: list[str] = []

        def crosswise() -> None:
            try:
                other.execute(lead, (first, second))
            except psycopg.Error as error:
                failed.append(type(error).__name__)

        waiting = threading.Thread(target=crosswise)
        waiting.start()
        waiting.join(0.3)
        was_waiting = waiting.is_alive()
        one.commit()
        waiting.join(30)
        other.rollback()

    assert was_waiting
    assert failed == ["RestrictViolation"]
    assert shelf.rows("select id, merged_into_id from product where merged_into_id is not null") == [(first, second)]


def test_a_listing_written_while_its_product_is_merged_lands_with_the_others(shelf: Shelf) -> None:
    _, kept, _, away = two_products(shelf)
    centre, supplier = shelf.actor("centre"), shelf.actor("supplier")
    cells = {
        "category": FOLDER,
        "unit": "个",
        "price": "9.00",
        "brand": "得力",
        "name": "得力双强力夹",
        "model": "AB-7405",
    }
    ready = threading.Barrier(2)

    def write() -> None:
        ready.wait()
        for number in range(6):
            given = {**cells, "sku": f"R-{number}"}
            save_draft(actor=supplier, supplier_id=shelf.world.sunny_id, cells=given, request_key=f"write-{number:04d}")
        close_reading()

    def join() -> None:
        ready.wait()
        merge_products(actor=centre, product_id=away, into_id=kept, reason=REASON, request_key="merge-meanwhile")
        close_reading()

    threads = [threading.Thread(target=deed) for deed in (write, join)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert shelf.rows("select count(*), count(distinct product_id) from listing where sku like 'R-_'") == [(6, 1)]
    assert shelf.rows("select count(*) from listing where product_id = %s", away) == [(0,)]


# -- search, neighbours, pages -------------------------------------------------------------------------------------


def test_every_listing_concerned_is_indexed_anew(shelf: Shelf) -> None:
    first, kept, second, away = two_products(shelf)
    shelf.write("update product set gtin = %s where id = %s", EAN, away)
    deliver_waiting()
    shelf.write("delete from search_task")

    merge(shelf, away, kept)
    deliver_waiting()

    queued = {listing_id for listing_id, _ in waiting_tasks(limit=10)}
    documents = {one.id: one for one in documents_for_index([first, second])}
    close_reading()
    assert queued == {first, second}
    # The words of the merged product find the other supplier's offer as well; names are found by the listings' own.
    assert EAN in documents[first].keywords and "AB-7405" in documents[first].keywords
    assert documents[second].name == "得力双强力夹"


def test_similar_goods_are_of_the_category_near_in_price_and_delivered_here(shelf: Shelf) -> None:
    ids = {}
    for number, (price, colour) in enumerate(
        [("11.00", "蓝色"), ("12.50", "红色"), ("90.00", "蓝色"), ("12.00", "蓝色")]
    ):
        ids[price] = draft(shelf, f"S-{number}", f"得力文件夹{number}", model=f"S{number}X", price=price,
                           specification=f"颜色:{colour}")  # fmt: skip
    own = draft(shelf, "S-9", "得力文件夹", model="S9X", specification="颜色:蓝色")
    shelf.write("update listing set state = 'on_shelf' where sku like 'S-_'")
    shelf.write("update listing set region_codes = '{410300}' where id = %s", ids["12.00"])

    product = session().get_one(Product, product_of(shelf, own))
    found = similar_products(product, base_hundredths=120_000, region_code=410100, on=today())
    close_reading()

    # Nearest in attributes first, then in price; not the dear one, nor what nobody brings here.
    assert [one.id for one in found] == [ids["11.00"], ids["12.50"]]


@pytest.fixture
def app(whole_app: Flask, shelf: Shelf) -> Iterator[Flask]:
    yield whole_app


def visit(app: Flask, path: str) -> Page:
    return page_of(app.test_client().get(path, follow_redirects=True))


def test_the_old_address_leads_on_and_the_page_says_so(app: Flask, shelf: Shelf) -> None:
    _, kept, _, away = two_products(shelf)
    shelf.write("update listing set state = 'on_shelf' where sku like 'F-_'")
    merge(shelf, away, kept)

    answer = app.test_client().get(f"/products/{away}")
    page = visit(app, f"/products/{away}")
    compared = visit(app, f"/compare?ids={away}&ids={kept}")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/products/{kept}?was={away}")
    assert f"您打开的商品“得力双强力夹”（编号 {away}）已并入本商品" in page.words
    assert "又名 得力双强力夹" in page.words
    assert "合并与拆分记录（1 条）" in page.words and REASON in page.words
    assert "测试centre" not in page.words
    assert compared.text.count(f'href="/products/{kept}"') >= 1 and f'/products/{away}"' not in compared.text
    assert "已并入本商品" not in visit(app, f"/products/{kept}?was={kept}").words


def test_the_centre_answers_on_its_page(app: Flask, shelf: Shelf, asked: int) -> None:
    desk = FormBrowser(app.test_client(), "centre")

    page = desk.get("/match-questions")
    start = desk.get("/desk").words
    after = desk.send(page, f"/match-questions/{asked}", answer="same")
    again = desk.send(page, f"/match-questions/{asked}", answer="different", request_key="another-key-of-hers")

    assert "型号相同（不计全角半角、空格、大小写和连字符）：LQ-630KII，LQ-630KII" in page.words
    assert "有一方没有写品牌" in page.words
    assert "合 ¥12.00 / 台" in page.words
    assert "有 1 个同款问题等您确认" in start
    assert "已确认同款" in after.words and "没有待确认的同款" in after.words
    assert again.status == 409
    assert questions(shelf) == [(asked, "same")]


def test_the_centre_merges_splits_and_returns_on_the_page(app: Flask, shelf: Shelf) -> None:
    _, kept, second, away = two_products(shelf)
    desk = FormBrowser(app.test_client(), "centre")

    merged = desk.send(desk.get(f"/products/{away}/listings"), f"/products/{away}/merge", into=kept, reason=REASON)
    left = desk.get(f"/products/{away}/listings")
    form = next(one for one in merged.tree.forms if one.fields.get("into") == str(away))
    fields = {**dict(form.form_values()), "reason": "拆回核对"}
    returned = page_of(desk.client.post(f"/products/{kept}/split", data=fields, follow_redirects=True))
    wrong = desk.send(desk.get(f"/products/{away}/listings"), f"/products/{away}/merge", into="x", reason=REASON)

    assert "已并入。" in merged.words and "测试centre" in merged.words
    assert "已并入 得力文件夹" in left.words
    assert "已拆出。" in returned.words and product_of(shelf, second) == away
    assert (wrong.status, "没有编号为 x 的商品" in wrong.words) == (404, True)


def test_the_pages_speak_english(app: Flask, shelf: Shelf, asked: int) -> None:
    desk = FormBrowser(app.test_client(), "centre")
    desk.send(desk.get("/match-questions"), "/language", language="en", next="/match-questions")

    page = desk.get("/match-questions")
    group = desk.get(f"/products/{question_product(shelf)}/listings")

    assert "Same product (Y)" in page.words and "The models are equal" in page.words
    assert "Merge into another product" in group.words


def question_product(shelf: Shelf) -> int:
    return shelf.rows("select product_id from match_question")[0][0]
