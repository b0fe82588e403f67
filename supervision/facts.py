"""The history that sweeps read: every table, its columns and their meaning, once for all engines.

The tables are views of the schema `watch` in PostgreSQL (`supervision/views/<table>.sql`), and day-partitioned
Parquet files of the same columns for the other engines. Columns are 64-bit integers or texts, never null and never
float: 0 and "" mean "there is none", so that no engine's way with nulls can change a result. Days are days since
1970-01-01 in Asia/Shanghai, minutes are minutes of that day, weeks are `(day + 3) // 7` (they begin on Monday), amounts
are fen, flags are 0 or 1, keys of people and accounts are digests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: table -> "column column:text ..."; without ":text" a column is a 64-bit integer. The first line of each is its key.
_COLUMNS: Mapping[str, str] = {
    # One order as it stands. `total_fen` as ordered, `accepted_fen` and `paid_fen` so far. Days 0: not yet, or never.
    # `minute` is the minute of its submission. `is_off_hours`: outside a working day's 06:00-22:00. `acceptor_id`: who
    # signed the acceptance, 0 where nobody did yet. `first_scan_day`: when the carrier first reported the parcel,
    # `is_carrier_reporting`: that carrier reports to the mall at all. `paid_day`: when all that is due was paid.
    # `prepayment_fen`: what its contract lets be paid before acceptance. `withheld_fen`: of what was accepted, not due
    # yet (retention of the contract) or held back (a dispute, a hold of a regulator).
    "purchase_order": """order_id
        number:text year mode:text state:text unit_id parent_id region_code supplier_id total_fen accepted_fen paid_fen
        handler_id approver_id receiver_id submitted_day minute approved_day signed_day shipped_day received_day
        accepted_day accepted_minute invoiced_day due_day paid_day cancelled_day promised_day shipped_minute
        is_off_hours address_key:text tracking_key:text cancel_reason:text refunded_day refunded_fen
        acceptor_id first_scan_day is_carrier_reporting prepayment_fen withheld_fen""",
    # One line of an order, with what of its order is needed often. `base_price_fen`: per base unit of the product.
    # `project:text`: the budget line's item. `returned`: pieces sent back after acceptance, the last on `returned_day`.
    # `pack_size`: base units in a piece, as ordered. `pending`: pieces still to be accepted of an order under way (of
    # the quantity neither released nor accepted; 0 for drafts, returned and ended orders). `asset_ceiling_fen`: price
    # ceiling of the office-asset standard in force for the category on the day of submission, 0 where there was none.
    "order_line": """line_id
        order_id number:text line_no year mode:text state:text unit_id parent_id region_code supplier_id listing_id
        product_id category_code:text quantity price_fen base_price_fen amount_fen accepted returned budget_line_id
        project:text submitted_day minute accepted_day cancelled_day address_key:text is_asset is_import is_green
        handler_id approval_key:text pack_size pending returned_day asset_ceiling_fen""",
    # Money that left a unit: through the mall (`order_id`) or beside it. `supplier_id`: the payee is a supplier of the
    # mall. `is_registered_account`: to the account he registered (1 where nothing else is known). `is_real_account`:
    # from the unit's own account. `confidence`: of the category, in a hundred. `is_recurring`: wages, utilities,
    # rent. `accepted_day` (the first acceptance), `accepted_fen`: of its order, 0 without one. `invoice_fen`: total of
    # its invoice, 0 where it is not known. `is_procured_elsewhere`: finance accepted the unit's explanation that it was
    # procured outside the mall. `is_payee_approved`: a change of the payee was approved (assigned claim, court order).
    "payment": """payment_id
        unit_id parent_id region_code year day amount_fen supplier_id payee_key:text is_registered_account
        is_real_account economic_code:text category_code:text confidence is_in_catalogue order_id order_number:text
        invoice_number:text accepted_day accepted_fen is_mall is_recurring voucher:text
        invoice_fen is_procured_elsewhere is_payee_approved""",
    # The price of a listing at the end of a week in which it was on the shelf. `list_price_fen`: the original price
    # it was shown beside, 0 for none. `is_promotion`: it is marked as a promotion.
    "price_week": """listing_id
        week product_id supplier_id region_code category_code:text price_fen base_price_fen list_price_fen
        is_promotion""",
    # One change of a listing's price; the first has the old price 0.
    "price_change": """change_id
        listing_id product_id supplier_id region_code category_code:text day minute old_price_fen new_price_fen
        list_price_fen is_manufacturer_notice""",
    # One listing as it stands today. `image_band_1` to `_4`: the four 16-bit quarters of the 64-bit perceptual hash of
    # its first picture, each as four hexadecimal digits; "" without a picture, and for a quarter that is all 0 or all 1
    # (plain background, which every picture shares).
    "listing": """listing_id
        product_id supplier_id region_code category_code:text sku:text state:text price_fen base_price_fen pack_size
        list_price_fen certificate_until_day certificate_number:text is_green_required name_key:text image_key:text
        image_band_1:text image_band_2:text image_band_3:text image_band_4:text parent_product_id on_shelf_day""",
    # One product: `seller_count` sells it today. `cell_key`: its cell of the specification, made of the category and
    # the classes of its leading attributes (`mall/reference/category_attributes.csv`); "" where one of them is missing.
    "product": """product_id
        category_code:text brand:text model_key:text base_unit:text is_green seller_count cell_key:text""",
    # One supplier. `group_key`: of those under common control, "" where none is known. `licence_until_day`: 0 not
    # known, 2932896 (9999-12-31) for a licence without end. `registration_state` in the register of enterprises:
    # normal (open, moved in or out), else revoked, deregistered, closed; "" not known. `kind`: general for a supplier
    # whose agreement is for general office supplies, else "". `credit_queried_day`: when the credit platform was last
    # asked about him, 0 never; `credit_proof_key`: digest of the answer that was kept, "" none.
    "supplier": """supplier_id
        region_code state:text kind:text licence_until_day registration_state:text agreement_until_day is_small_firm
        admitted_day group_key:text credit_queried_day credit_proof_key:text""",
    # One unit. `level`: 1 province, 2 city, 3 county. `is_exempt_address`: several units live at its address by right.
    "unit": """unit_id
        parent_id region_code level staff_count is_secret address_key:text is_exempt_address""",
    # What ties parties to each other. `party`: supplier or staff (then `unit_id` says where). `kind`: legal_person,
    # phone, bank_account, address, certificate, device. `key`: a keyed digest; of people that of the identity number,
    # never of the name alone, so that namesakes are not one person. Of staff `legal_person` is their own identity.
    "identity_key": """party_id
        party:text unit_id kind:text key:text""",
    # One quote of one supplier in one quotation, per line (`line_no` 0: the total). `is_priced_by_framework`: nobody
    # could offer another price. `at_minute`: minutes since 1970. `choice_reason`: why this quote was chosen, on the
    # winner's total. `price_fen` of a line is per piece.
    "quote": """quote_id
        sourcing_number:text unit_id region_code category_code:text budget_fen opened_day closed_day open_hours
        line_no supplier_id price_fen is_valid is_winner is_priced_by_framework at_minute ip_key:text device_key:text
        certificate_key:text bank_key:text legal_key:text phone_key:text choice_reason:text""",
    # One quotation. `state`: open, awarded, failed. `open_hours`: working hours from opening to close. `names_brand`:
    # its text names one without "or equivalent"; `matching_products` of `class_products` meet its demands.
    # `eligible_suppliers`: could have been invited. Hours and the three numbers are 0 where they are not known.
    "sourcing": """sourcing_id
        sourcing_number:text unit_id region_code category_code:text budget_fen opened_day closed_day open_hours
        state:text names_brand matching_products class_products eligible_suppliers invited_key:text""",
    # One supplier invited to a quotation.
    "invitation": """invitation_id
        sourcing_id supplier_id unit_id region_code category_code:text opened_day""",
    # One line of a fund-use plan. `is_procurement` as the unit marked it, `is_in_catalogue` as we read it.
    "plan_line": """plan_line_id
        plan_number:text unit_id region_code year month amount_fen is_procurement is_in_catalogue category_code:text
        confidence economic_code:text day budget_line_id is_reason_given""",
    # One budget line with where its money stands. `appropriation_fen`, with what was carried in, is the sum of what is
    # available, set aside (frozen, lapsed or carried out), reserved, committed, accrued, in payment and paid;
    # `planned_fen` is not part of it. `category_code`: the first of its scope, "" for all categories.
    "budget_line": """budget_line_id
        unit_id region_code year project:text category_code:text appropriation_fen available_fen reserved_fen
        committed_fen accrued_fen in_payment_fen paid_fen planned_fen is_procurement is_late_allocation
        set_aside_fen""",
    # One beginning of category codes that a budget line may be spent on; a line that may buy all has none.
    "budget_scope": """scope_id
        budget_line_id unit_id region_code year project:text category_code:text""",
    # One asset card. `order_id` 0: without an order of the mall. `replaces_day`: when the asset it replaces came into
    # use; `minimum_years`: how long that one had to serve; `is_scrapped`: its scrapping had been approved. `in_use`:
    # the pieces are still with the unit (neither disposed of nor sent back).
    "asset_card": """card_id
        unit_id region_code order_id category_code:text quantity value_fen day minimum_years replaces_day is_scrapped
        in_use""",
    # How many pieces one unit may have by one quantity standard (`mall.assets.asset_standard`, of each code the nearest
    # division's youngest), one row for each category the standard counts. `ceiling` 0: the staff quota is not known.
    # `until_day` is the last day, 0: still.
    "asset_quota": """quota_id
        unit_id region_code standard_code:text category_code:text ceiling from_day until_day""",
    # A price seen outside the mall. `kind`: own_site, e_commerce, market. `supplier_id` 0: not of one supplier (then
    # own_site is the maker's site, e_commerce the large platform's own shop).
    # `is_promotion`: a flash sale, coupon or member price.
    "outside_price": """price_id
        product_id supplier_id region_code kind:text price_fen base_price_fen day is_promotion""",
    # Where a supplier delivers goods of a class today: a division that a listing of his on the shelf names. It stands
    # for all that lie in it (410000: the whole province). `class_code`: five letters of the category.
    "delivery": """delivery_id
        supplier_id class_code:text region_code""",
    # A supplier on a list of the credit platform, from day to day (0: still). `list_name`: serious_violation,
    # judgment_defaulter, tax_violation, procurement_ban; others exclude nobody.
    "dishonesty": """entry_id
        supplier_id list_name:text from_day until_day queried_day""",
    # An approval that exempts: `kind` import, over_standard, split, scrap, urgent (a short quotation), single_source (a
    # brand may be named); by unit and category (its beginning). `quantity` 0: any number of pieces. `until_day` is the
    # last day, 0: still. One of a department (`unit_id` a unit's parent) for buying together is a joint_purchase.
    "approval": """approval_id
        unit_id kind:text category_code:text from_day until_day quantity number:text""",
    # The calendar: `working_number` counts working days from 1, so that differences of it are working days; a day off
    # has the number of the working day before it.
    "calendar": """day
        is_working working_number""",
}

TABLES: Mapping[str, Mapping[str, str]] = {
    name: {column.partition(":")[0]: "string" if column.endswith(":text") else "int64" for column in columns.split()}
    for name, columns in _COLUMNS.items()
}

#: the column a table's Parquet files are partitioned by; tables that are not named are written whole
DAY_OF: Mapping[str, str] = {
    "purchase_order": "submitted_day",
    "order_line": "submitted_day",
    "payment": "day",
    "price_week": "week",
    "price_change": "day",
    "quote": "opened_day",
}


def table_expression(name: str) -> ir.Table:
    """The table as an expression that belongs to no engine. Raises KeyError for a name that is not there."""
    return ibis.table({column: f"!{kind}" for column, kind in TABLES[name].items()}, name=name)


@dataclass(frozen=True)
class Facts:
    """What a sweep is given: the tables as attributes (`facts.order_line`), and the day it looks back from."""

    on_day: int

    def __getattr__(self, name: str) -> ir.Table:
        try:
            return table_expression(name)
        except KeyError:
            raise AttributeError(name) from None

    @property
    def on_week(self) -> int:
        return week_of(self.on_day)


def week_of(day: int) -> int:
    """The number of the week in which a day lies; weeks begin on Monday."""
    return (day + 3) // 7
