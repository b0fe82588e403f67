"""The printed table of demo accounts names every account that the product promises."""

from __future__ import annotations

from mall.demo.demo_accounts import accounts_table, demo_accounts

PROMISED = {
    "handler", "approver", "receiver", "accountant", "finance", "handler2", "approver2", "receiver2", "accountant2",
    "finance2", "supplier", "supplier2", "centre", "regulator", "regulator-city", "regulator-county", "sysadmin",
    "secadmin", "auditor", "budget", "budget-city", "budget2", "monitor",
}  # fmt: skip


def test_every_promised_account_is_in_the_table_once() -> None:
    usernames = [account.username for account in demo_accounts()]

    assert set(usernames) >= PROMISED
    assert len(usernames) == len(set(usernames))


def test_the_table_says_the_password_and_both_languages() -> None:
    table = accounts_table(password="Geheim-2026")

    assert "Geheim-2026" in table
    assert "经办人 handler" in table
    assert "郑州市第二〇六中学 Zhengzhou No. 206 Middle School" in table
