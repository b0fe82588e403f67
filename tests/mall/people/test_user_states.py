"""The state table of accounts, written down again."""

from mall.people.user_states import USER_STATES


def test_state_table_is_the_agreed_one() -> None:
    assert [(step.action, step.before, step.after, step.permission) for step in USER_STATES.steps] == [
        ("activate", "invited", "active", "account.use"),
        ("disable", "invited", "disabled", "people.disable"),
        ("disable", "active", "disabled", "people.disable"),
        ("enable", "disabled", "active", "people.disable"),
    ]
