"""What the states of proposals and the reasons of exemptions are called."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

STATUS_WORDS: dict[str, LazyString] = {
    "not_budgeted": _("应编未编"),
    "in_part": _("编列不足"),
    "budgeted": _("已编列"),
}
REASON_WORDS: dict[str, LazyString] = {
    "personal_spending": _("支付给个人的支出"),
    "below_practice": _("零星支出，按规定不需采购"),
    "other_law": _("适用其他法律，如工程招标"),
    "transfer_to_others": _("拨付给其他单位"),
    "already_contracted": _("已经按采购程序签订合同"),
}
