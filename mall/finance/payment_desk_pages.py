"""The page of the payment desk, and the same as a workbook."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from mall import clock
from mall.access.guards import current_actor, needs
from mall.finance.book_files import XLSX
from mall.finance.payment_desk import VIEWS, desk_xlsx, payment_desk
from mall.ordering.order_states import ORDER_STATES
from mall.web.names import state_name

pages = Blueprint("payment_desk", __name__, url_prefix="/payment-desk")
ROWS_ON_PAGE = 30
#: views with a card of their own even when nothing stands there
ALWAYS_SHOWN = ("all", "to_request", "overdue", "requested", "in_transit")


@pages.get("")
@needs("payment_desk.read")
def index() -> str:
    """What is to be asked for, approved, waited for: all of it, or one view; what is due first stands first."""
    desk, view = payment_desk(current_actor()), _view()
    shown = desk.of(view)
    pages_in_all = max(1, -(-len(shown) // ROWS_ON_PAGE))
    page = min(max(1, request.args.get("page", default=1, type=int)), pages_in_all)
    return render_template(
        "finance/payment_desk.html",
        desk=desk,
        rows=shown[(page - 1) * ROWS_ON_PAGE : page * ROWS_ON_PAGE],
        view=view,
        views=[one for one in VIEWS if one in ALWAYS_SHOWN or desk.of(one)],
        words=_words(),
        page=page,
        pages_in_all=pages_in_all,
    )


@pages.get("/rows.xlsx")
@needs("payment_desk.read")
def export() -> Response:
    """The rows of the view as a workbook."""
    view = _view()
    states = {state: state_name("order", state) for state in ORDER_STATES.states}
    content = desk_xlsx(payment_desk(current_actor()).of(view), states=states)
    disposition = f'attachment; filename="sunmall-payments-{clock.today():%Y%m%d}.xlsx"'
    return Response(content, content_type=XLSX, headers={"Content-Disposition": disposition})


def _view() -> str:
    view = request.args.get("view", "all")
    return view if view in VIEWS else "all"


def _words() -> dict[str, Any]:
    return {
        "all": _("全部未付"),
        "to_request": _("可以申请"),
        "overdue": _("已逾期"),
        "requested": _("待审核"),
        "in_transit": _("支付在途"),
        "retention": _("质保金"),
        "refund": _("退款"),
        "credit_note": _("等红字发票"),
    }
