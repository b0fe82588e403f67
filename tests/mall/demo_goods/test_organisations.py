"""The invented province is complete, has valid identifiers and keeps the people of one order apart."""

from collections import Counter
from datetime import date

from stdnum.cn import uscc

from mall.demo.organisations import demo_province, demo_suppliers
from mall.reference.read_reference import categories, economic_items, function_classes, regions

PROVINCE = demo_province(year=2026)
UNITS = {each.key: each for each in PROVINCE.organisations if each.kind == "unit"}


def test_credit_codes_are_valid_and_distinct():
    codes = [each.credit_code for each in PROVINCE.organisations if each.credit_code]
    codes += [supplier.credit_code for supplier in PROVINCE.suppliers]

    assert all(uscc.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes) == 78


def test_kinds_of_bodies_show_in_their_credit_codes():
    starts: dict[str, set[str]] = {}
    for each in PROVINCE.organisations:
        if each.credit_code:
            starts.setdefault(each.kind, set()).add(each.credit_code[:2])

    assert starts["unit"] == {"12"}
    assert starts["finance"] == {"11"}
    assert {supplier.credit_code[:2] for supplier in PROVINCE.suppliers} == {"91"}


def test_units_stand_on_three_levels():
    level = {region.code: region.level for region in regions()}

    assert Counter(level[unit.region_code] for unit in UNITS.values()) == {"province": 5, "city": 13, "county": 24}
    assert len({unit.region_code for unit in UNITS.values() if level[unit.region_code] == "county"}) == 7


def test_parents_stand_before_their_children():
    seen: set[str | None] = {None}

    for each in PROVINCE.organisations:
        assert each.parent_key in seen, each
        seen.add(each.key)


def test_demo_accounts_have_their_fixed_names_and_posts():
    posts = {
        person.username: [(post.role, post.organisation_key) for post in person.posts] for person in PROVINCE.people
    }

    for role in ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance"):
        assert posts[role] == [(role, "z-school")]
        assert (role, "lc-school") in posts[f"{role}2"]
    assert posts["centre"] == [("centre", "centre")]
    assert posts["monitor"] == [("monitor", "monitor")]
    assert posts["regulator"] == [("regulator", "finance-410000")]
    assert posts["regulator-city"] == [("regulator", "finance-410100")]
    assert posts["regulator-county"] == [("regulator", "finance-410324")]
    assert posts["budget"] == [("budget", "finance-410000")]
    assert posts["budget-city"] == [("budget", "finance-410100")]
    assert posts["budget2"] == [("budget", "finance-410324")]
    assert posts["sysadmin"] == [("sysadmin", "platform")]
    assert posts["secadmin"] == [("secadmin", "platform")]
    assert posts["auditor"] == [("auditor", "platform")]


def test_regulator_of_the_county_stands_over_the_second_unit():
    regulators = {each.key: each for each in PROVINCE.organisations if each.kind == "finance"}

    assert regulators["finance-410324"].region_code == UNITS["lc-school"].region_code == 410324
    assert regulators["finance-410100"].region_code == UNITS["z-school"].region_code == 410100


def test_sign_in_names_are_distinct():
    usernames = [person.username for person in PROVINCE.people]
    usernames += [supplier.username for supplier in PROVINCE.suppliers]

    assert len(set(usernames)) == len(usernames)
    assert {"supplier", "supplier2"} <= set(usernames)


def test_every_unit_has_seven_roles_held_by_seven_people():
    holders: dict[str, dict[str, str]] = {key: {} for key in UNITS}
    for person in PROVINCE.people:
        for post in person.posts:
            if post.organisation_key in UNITS:
                holders[post.organisation_key][post.role] = person.username

    for key, by_role in holders.items():
        assert set(by_role) == {"handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance"}, key
        assert len(set(by_role.values())) == 7, key


def test_people_of_a_health_centre_serve_its_clinics_too():
    shared = [person for person in PROVINCE.people if len(person.posts) > 1]

    assert {post.role for person in shared for post in person.posts} == {"leader", "accountant", "finance"}
    assert {"lc-health", "lc-clinic-1", "lc-clinic-2"} in [
        {post.organisation_key for post in person.posts} for person in shared
    ]


def test_budget_lines_use_known_classes_and_scopes():
    economic = {each.code for each in economic_items()}
    functions = {each.code for each in function_classes()}
    codes = [category.code for category in categories()]

    for line in PROVINCE.budget_lines:
        assert line.economic_code in economic
        assert line.function_code in functions
        assert line.unit_key in UNITS
        for prefix in line.category_scope:
            assert any(code.startswith(prefix) for code in codes), prefix


def test_budget_lines_carry_enough_money_and_distinct_codes():
    codes = [line.code for line in PROVINCE.budget_lines]
    of_school = {line.name: line.amount_fen for line in PROVINCE.budget_lines if line.unit_key == "z-school"}

    assert len(set(codes)) == len(codes) == 315
    assert of_school["日常办公费"] == 67_600_000
    assert of_school["办公设备购置"] == 109_200_000
    assert min(line.amount_fen for line in PROVINCE.budget_lines) == 3_000_000


def test_there_are_28_suppliers_one_expired_and_one_to_be_suspended():
    suppliers = demo_suppliers(year=2026)

    assert len(suppliers) == 28
    assert [each.name for each in suppliers if each.licence_expires_on < date(2026, 12, 31)] == [
        "商丘睢阳办公设备有限公司"
    ]
    assert [each.name for each in suppliers if each.state == "suspended"] == ["驻马店天中百货商贸有限公司"]


def test_regions_of_suppliers_and_of_their_delivery_are_in_henan():
    known = {region.code for region in regions()}

    for supplier in PROVINCE.suppliers:
        assert supplier.region_code in known
        assert set(supplier.delivery_region_codes) <= known


def test_the_two_demo_suppliers_deliver_to_the_whole_province():
    by_username = {supplier.username: supplier for supplier in PROVINCE.suppliers}

    assert by_username["supplier"].delivery_region_codes == (410000,)
    assert by_username["supplier2"].delivery_region_codes == (410000,)


def test_the_province_is_the_same_every_time():
    assert demo_province(year=2026) == demo_province(year=2026)
