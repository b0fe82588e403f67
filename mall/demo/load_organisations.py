"""Enters the demo province's organisations, suppliers, people with their posts, and budget lines with their money."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import insert, select, update

from ledger import budget_lines, fiscal_year
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.demo.organisations import DemoBudgetLine, DemoOrganisation, DemoPerson, DemoProvince, DemoSupplier
from mall.outbox.event import publish
from mall.people.organisation import Organisation
from mall.people.user import UserAccount, UserPost
from mall.reference.read_reference import economic_items, function_classes
from mall.suppliers.supplier import Supplier


@atomic
def load_organisations(*, province: DemoProvince, password_hash: str) -> dict[str, int]:
    """Enter organisations, suppliers and people; everybody gets `password_hash`. Returns counts by kind.

    All or nothing: a killed load leaves none of it behind.
    """
    ids: dict[str, int] = {}
    for each in province.organisations:
        ids[each.key] = _organisation(each, parent_id=ids[each.parent_key] if each.parent_key else None)
    for seller in province.suppliers:
        ids[seller.key] = _supplier(seller)
    for person in province.people:
        _person(person, ids=ids, password_hash=password_hash)
    for seller in province.suppliers:
        _seller_account(seller, supplier_id=ids[seller.key], password_hash=password_hash)
    return {
        "organisations": len(ids),
        "suppliers": len(province.suppliers),
        "people": len(province.people) + len(province.suppliers),
    }


@atomic
def load_budget(*, province: DemoProvince, year: int) -> dict[str, int]:
    """Open the year's months and enter the province's budget lines of `year` with their appropriations."""
    unit_ids = ids_by_key(province)
    regions = sorted({line.region_code for line in province.budget_lines})
    for region_code in regions:
        fiscal_year.open_year(
            session(), region_code=region_code, year=year, opened_at=clock.now(), actor=SYSTEM.username
        )
    for line in province.budget_lines:
        _budget_line(line, unit_id=unit_ids[line.unit_key])
    amount_fen = sum(line.amount_fen for line in province.budget_lines)
    facts = {"year": year, "lines": len(province.budget_lines), "amount_fen": amount_fen}
    record(actor=SYSTEM, action="budget.approve", subject=f"budget:{year}", facts=facts)
    return {"budget_lines": len(province.budget_lines)}


@atomic
def set_passwords(*, province: DemoProvince, password_hash: str, instead_of: str | None = None) -> int:
    """Give every demo account this hash; with `instead_of` only those that still have that one. Returns how many."""
    usernames = [person.username for person in province.people] + [seller.username for seller in province.suppliers]
    statement = update(UserAccount).where(UserAccount.username.in_(usernames))
    if instead_of is not None:
        statement = statement.where(UserAccount.password_hash == instead_of)
    changed = session().execute(statement.values(password_hash=password_hash)).rowcount
    record(actor=SYSTEM, action="demo.set_passwords", subject="demo:accounts", facts={"accounts": changed})
    return changed


def ids_by_key(province: DemoProvince) -> dict[str, int]:
    """The ids of the province's organisations with a credit code, suppliers included, by their keys."""
    query = select(Organisation.credit_code, Organisation.id).where(Organisation.credit_code.is_not(None))
    by_code = dict(session().execute(query).all())
    places: list[DemoOrganisation | DemoSupplier] = [*province.organisations, *province.suppliers]
    return {place.key: by_code[place.credit_code] for place in places if place.credit_code in by_code}


def year_start(year: int) -> datetime:
    """The instant at which the demo's budget of a year is approved: 1 January, 00:30 in Shanghai."""
    return datetime.combine(date(year, 1, 1), time(0, 30), tzinfo=clock.SHANGHAI)


def _organisation(each: DemoOrganisation, *, parent_id: int | None) -> int:
    return _enter_organisation(
        kind=each.kind,
        region_code=each.region_code,
        parent_id=parent_id,
        name=each.name,
        name_en=each.name_en,
        credit_code=each.credit_code,
        staff_quota=each.staff_quota or None,
        address=each.address,
    )


def _enter_organisation(**values: object) -> int:
    organisation_id = session().scalar(insert(Organisation).values(**values).returning(Organisation.id))
    record(
        actor=SYSTEM,
        action="organisation.create",
        subject=f"organisation:{organisation_id}",
        facts={"kind": values["kind"], "name": values["name"]},
    )
    return int(organisation_id or 0)


def _supplier(seller: DemoSupplier) -> int:
    supplier_id = _enter_organisation(
        kind="supplier",
        region_code=seller.region_code,
        name=seller.name,
        name_en=seller.name_en,
        credit_code=seller.credit_code,
        address=seller.address,
    )
    session().execute(
        insert(Supplier).values(
            id=supplier_id,
            name=seller.name,
            credit_code=seller.credit_code,
            region_code=seller.region_code,
            # All begin as active: who is to be suspended must first have brought his goods.
            state="active",
            licence_expires_on=seller.licence_expires_on,
            is_small_firm=seller.is_small_firm,
            contact_name=seller.contact_name,
            contact_phone=seller.contact_phone,
            bank_name=seller.bank_name,
            bank_account=seller.bank_account,
        )
    )
    facts = {"credit_code": seller.credit_code, "licence_expires_on": seller.licence_expires_on}
    record(actor=SYSTEM, action="supplier.admit", subject=f"supplier:{supplier_id}", facts=facts)
    return supplier_id


def _person(person: DemoPerson, *, ids: dict[str, int], password_hash: str) -> None:
    user_id = _account(person.username, person.name, password_hash=password_hash)
    for post in person.posts:
        _grant(user_id, organisation_id=ids[post.organisation_key], role=post.role)


def _seller_account(seller: DemoSupplier, *, supplier_id: int, password_hash: str) -> None:
    user_id = _account(seller.username, seller.contact_name, password_hash=password_hash)
    _grant(user_id, organisation_id=supplier_id, role="supplier")


def _account(username: str, name: str, *, password_hash: str) -> int:
    user_id = session().scalar(
        insert(UserAccount)
        .values(
            username=username,
            name=name,
            password_hash=password_hash,
            state="active",
            created_at=clock.now(),
            password_changed_at=clock.now(),
            language="zh",
        )
        .returning(UserAccount.id)
    )
    record(actor=SYSTEM, action="user.create", subject=f"user:{user_id}", facts={"username": username})
    publish("user.created", document=f"user:{user_id}")
    return int(user_id or 0)


def _grant(user_id: int, *, organisation_id: int, role: str) -> None:
    session().execute(
        insert(UserPost).values(user_id=user_id, organisation_id=organisation_id, role=role, granted_at=clock.now())
    )
    facts = {"role": role, "organisation_id": organisation_id}
    record(actor=SYSTEM, action="post.grant", subject=f"user:{user_id}", facts=facts)
    publish("post.granted", document=f"user:{user_id}", payload=facts)


_FUNCTION_NAMES = {each.code: each.name for each in function_classes()}
_ECONOMIC_NAMES = {each.code: each.name for each in economic_items()}


def _budget_line(line: DemoBudgetLine, *, unit_id: int) -> None:
    line_id = budget_lines.create_line(
        session(),
        region_code=line.region_code,
        year=line.year,
        unit_id=unit_id,
        code=line.code,
        name=line.name,
        created_at=clock.now(),
        function_code=line.function_code,
        function_name=_FUNCTION_NAMES.get(line.function_code, ""),
        economic_code=line.economic_code,
        economic_name=_ECONOMIC_NAMES.get(line.economic_code, ""),
        project=line.project,
        fund_source=line.fund_source,
        is_procurement=line.is_procurement,
        category_scope=line.category_scope,
    )
    budget_lines.appropriate(
        session(),
        line_id,
        amount_fen=line.amount_fen,
        source_type="budget",
        source_id=line.code,
        effective_on=clock.today(),
        posted_at=clock.now(),
        actor=SYSTEM.username,
        memo=f"{line.year}年预算批复",
    )
