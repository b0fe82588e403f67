"""Migrations and models say the same, and the application's role can do no more than it should."""

from __future__ import annotations

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from mall.database import Base
from mall.migrations.all_tables import import_all_tables
from mall.migrations.apply_migrations import app_role_of, migrate
from mall.migrations.grants import APPEND_ONLY, DELETABLE, DROPPABLE
from tests.conftest import Clone


def test_migrations_equal_models(own_database: Clone) -> None:
    import_all_tables()
    engine = create_engine(own_database.admin.replace("postgresql://", "postgresql+psycopg://", 1))

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()

    assert differences == []


def test_migrating_twice_changes_nothing(own_database: Clone) -> None:
    changed = migrate(own_database.migrate, app_role=app_role_of(own_database.app))

    assert changed is False


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_cannot_change_or_delete_what_is_append_only(own_database: Clone, table: str) -> None:
    with psycopg.connect(own_database.app, autocommit=True) as connection:
        for statement in (f"delete from {table}", f"truncate {table}", f"update {table} set id = id"):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.GeneratedAlways)):
                connection.execute(statement)


@pytest.mark.parametrize("table", ["audit_record", "document_step", "price_change"])
def test_not_even_the_owner_changes_what_is_append_only(own_database: Clone, table: str) -> None:
    with psycopg.connect(own_database.admin, autocommit=True) as connection:
        connection.execute("set session_replication_role = 'replica'")

        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(f"delete from {table}")


def test_the_application_deletes_only_notes_of_the_moment_and_lines_of_returned_orders(own_database: Clone) -> None:
    with psycopg.connect(own_database.app) as connection:
        rows = connection.execute(
            "select table_name from information_schema.role_table_grants"
            " where grantee = current_user and privilege_type = 'DELETE' and table_schema in ('public', 'ledger')"
        ).fetchall()

    assert {row[0] for row in rows} <= {*DELETABLE, DROPPABLE}


def test_the_application_makes_nothing_of_its_own(own_database: Clone) -> None:
    with (
        psycopg.connect(own_database.app, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("create table mine (id int)")


#: foreign keys by which nobody looks rows up, and which guard rows that are never deleted: an index would only cost
NOT_ASKED_BY = {
    "region.parent_code", "organisation.parent_id", "regional_rule.region_code", "supplier.region_code",
    "category_total.category_code", "order_line.category_code", "asset_card.category_code",
    "import_category_word.category_code", "cart_line.listing_id", "cart_line.unit_id", "api_token.post_id",
    "purchase_order.approver_id", "purchase_order.leader_id", "purchase_order.receiver_id",
    "purchase_order.acceptor_id", "purchase_order.accountant_id", "purchase_order.finance_id",
    "purchase_order.named_receiver_id", "acceptance.receiver_id", "acceptance.acceptor_id", "delivery_note.user_id",
    "signature.user_id", "payment_request.accountant_id", "payment_request.finance_id", "payment_request.batch_id",
    "invoice.supplier_id", "rating.supplier_id",
    # Budget documents are found by `unit_ids`, which has an index of its own.
    "budget_document.unit_id", "budget_document.maker_id", "budget_document.decider_id",
    "budget_document_line.unit_id", "budget_attachment.user_id",
    # Findings are read by unit, region and payment; their people and their judgement are shown, not looked up by.
    "payment_load.user_id", "other_payment.order_id", "payment_finding.evaluation_id",
    "payment_finding.explained_by_id", "payment_finding.decided_by_id", "procurement_exemption.unit_id",
    "procurement_exemption.user_id", "category_need.user_id", "category_need.category_code",
    # Cards are read by their unit; who sent a file or explained a number is only shown.
    "asset_file.user_id", "asset_report.user_id", "strange_card.explained_by", "asset_standard.region_code",
    # Year-end worksheets are found by unit and region, journals by unit; a carried line by the line it came from.
    "year_end_worksheet.maker_id", "year_end_worksheet.signer_id", "year_end_worksheet.decider_id",
    "budget_line_carry.worksheet_id", "journal.maker_id", "journal.approver_id",
    # The papers of a settlement are found by their order; those that wait have indexes of their own.
    "credit_note.invoice_id", "credit_note.supplier_id", "settlement_change.unit_id", "settlement_change.supplier_id",
    "refund_claim.unit_id", "refund_claim.supplier_id", "payment_request.offset_claim_id",
    "fund_use_plan.maker_id", "fund_use_plan.decider_id", "plan_line_judgement.settled_by_id",
    # Takes out of a file drop are found by their supplier.
    "file_drop_take.batch_id",
    # Changes are found by their listing.
    "listing_change.supplier_id",
    # Questions are found by listing and products; few products are merged, and those have an index of their own.
    "match_question.supplier_id", "product.merged_into_id",
    # Read by state, and few are under way at a time.
    "payment_request.unit_id", "payment_request.supplier_id",
    # Items in suspense are found by payment, region and what the treasury said.
    "suspense_item.file_id", "suspense_item.decider_id",
    # Read among the posts that have not ended, which have an index of their own.
    "user_post.user_id",
    # What people bring to the watch is found by product, unit, supplier or quotation; who brought it is only shown.
    "watch_approval.entered_by_id", "watch_approval.region_code", "outside_price.entered_by_id",
    "outside_price.confirmed_by_id", "outside_price.supplier_id", "outside_price.region_code",
    "recorded_sourcing.unit_id", "recorded_sourcing.region_code", "recorded_quote.supplier_id",
    "recorded_invitation.supplier_id", "finding.reviewed_by_id", "finding_evaluation.run_id",
    # Changes of a rule are found by rule and region.
    "rule_change.maker_id", "rule_change.decider_id", "rule_change.region_code", "rule_parameter.region_code",
    "rule_parameter.change_id", "rule_parameter.maker_id", "rule_parameter.decider_id",
    "rule_measurement.entered_by_id",
    # Cases and holds are found by desk, region, party, case and state; their people are only shown. What is asked of a
    # person's own cases is few and narrowed by her desk.
    "watch_case.assigned_to_id", "watch_case.decided_by_id", "watch_case.appeal_decided_by_id",
    "case_statement.user_id", "watch_hold.proposer_id", "watch_hold.approver_id", "watch_hold.lift_proposer_id",
    "watch_hold.lift_approver_id", "watch_hold.desk_region_code",
    # Measures are found by party, region and case; whom they were made by is only shown.
    "measure.listing_id", "measure.maker_id", "measure.decider_id", "public_report_words.user_id",
    "inspection_task.inspector_id", "finding_review.user_id", "dishonesty_query.answer_id",
}  # fmt: skip


def test_foreign_keys_by_which_rows_are_looked_up_have_an_index(own_database: Clone) -> None:
    with psycopg.connect(own_database.admin) as connection:
        rows = connection.execute(
            """
            select c.conrelid::regclass || '.' || string_agg(a.attname, ',' order by k.place)
            from pg_constraint c
            cross join lateral unnest(c.conkey) with ordinality as k(attnum, place)
            join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
            where c.contype = 'f' and c.connamespace = 'public'::regnamespace
            and not exists (
                select 1 from pg_index i
                where i.indrelid = c.conrelid and i.indpred is null
                and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] = c.conkey)
            group by c.oid, c.conrelid
            """
        ).fetchall()

    assert {row[0] for row in rows} - NOT_ASKED_BY == set()
