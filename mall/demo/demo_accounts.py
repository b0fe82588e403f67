"""The accounts with which the demo province is tried out, as a table for the console."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from mall.demo.organisations import DemoOrganisation, DemoSupplier, demo_province

#: any year gives the same people
_YEAR = 2026
DEMO_UNITS = ("z-school", "lc-school")
SUPPLIER_USERNAMES = ("supplier", "supplier2")

ROLE_NAMES = {
    "handler": ("经办人", "handler"),
    "approver": ("审批人", "approver"),
    "leader": ("分管领导（二级审批）", "second approver"),
    "receiver": ("收货验收人", "receiver"),
    "acceptor": ("第二验收人", "second acceptor"),
    "accountant": ("会计", "accountant"),
    "finance": ("财务审批人", "finance approver"),
    "supplier": ("供应商", "supplier"),
    "centre": ("集采机构", "purchasing centre"),
    "monitor": ("第三方监审", "second monitor"),
    "regulator": ("监管部门", "regulator"),
    "budget": ("预算岗", "budget officer"),
    "sysadmin": ("系统管理员", "system administrator"),
    "secadmin": ("安全管理员", "security administrator"),
    "auditor": ("审计员", "auditor"),
}


@dataclass(frozen=True)
class DemoAccount:
    """One account that is worth printing."""

    username: str
    person: str
    role: str
    organisation: str
    organisation_en: str


def demo_accounts() -> list[DemoAccount]:
    """The accounts of the two demo units, two suppliers, the centre, the regulators and the three officers."""
    province = demo_province(year=_YEAR)
    places = {each.key: each for each in province.organisations}
    found: list[DemoAccount] = []
    for unit_key in DEMO_UNITS:
        found += [_account(person.username, person.name, post.role, places[unit_key])
                  for person in province.people
                  for post in person.posts
                  if post.organisation_key == unit_key]  # fmt: skip
    sellers = {supplier.username: supplier for supplier in province.suppliers}
    found += [
        _account(username, sellers[username].contact_name, "supplier", sellers[username])
        for username in SUPPLIER_USERNAMES
    ]
    found += [
        _account(person.username, person.name, post.role, places[post.organisation_key])
        for person in province.people
        for post in person.posts
        if places[post.organisation_key].kind != "unit"
    ]
    return found


def accounts_table(*, password: str) -> str:
    """The table that `sunmall demo accounts` and `make run` print."""
    rows = [("账号 username", "姓名 person", "岗位 role", "单位 organisation")]
    for account in demo_accounts():
        role, role_en = ROLE_NAMES[account.role]
        rows.append((account.username, account.person, f"{role} {role_en}",
                     f"{account.organisation} {account.organisation_en}"))  # fmt: skip
    widths = [max(_width(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(_padded(row[column], widths[column]) for column in range(3)), row[3]]).rstrip() for row in rows
    ]
    return "\n".join([*lines, "", f"所有演示账号的密码 / password of all demo accounts: {password}"])


def _account(username: str, person: str, role: str, place: DemoOrganisation | DemoSupplier) -> DemoAccount:
    return DemoAccount(
        username=username, person=person, role=role, organisation=place.name, organisation_en=place.name_en
    )


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
