"""What people type into the form of a budget document, read into the body of its use-case; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from ledger.budget_lines import BudgetLine
from mall.access.actor import Actor
from mall.errors import Refusal
from mall.finance.keep_attachment import KeptFile
from mall.ordering.money_forms import fen_of, yuan_of

Form = Mapping[str, str]


def body_of_form(form: Form, *, kind: str, lines: Sequence[BudgetLine]) -> dict[str, Any]:
    """{"lines", "reason", "basis"} from the form. Raises Refusal("request.invalid") naming every faulty field."""
    errors: list[dict[str, str]] = []
    amounts = []
    for line in lines:
        amount_fen = _amount(form, line, kind=kind, errors=errors)
        if amount_fen:
            amounts.append({"budget_line_id": line.id, "amount_fen": amount_fen})
    for field, message in (("reason", _("请填写事由。")), ("basis", _("请填写依据或文号。"))):
        if len(form.get(field, "").strip()) < 2:
            errors.append({"field": field, "message": message})
    if errors:
        raise Refusal("request.invalid", errors=errors)
    return {"lines": amounts, "reason": form.get("reason", ""), "basis": form.get("basis", "")}


def fields_of(kind: str, line_id: int) -> list[str]:
    """The names of a line's fields: a transfer takes or gives, every other kind has one amount."""
    return [f"take_{line_id}", f"give_{line_id}"] if kind == "transfer" else [f"amount_{line_id}"]


def typed_for(amounts: Mapping[int, int], *, kind: str) -> dict[str, str]:
    """What the form shows for {budget line: fen}."""
    typed = {}
    for line_id, amount_fen in amounts.items():
        field = fields_of(kind, line_id)[-1 if amount_fen > 0 else 0]
        typed[field] = yuan_of(abs(amount_fen))
    return typed


def seal_kept(files: Sequence[KeptFile], *, actor: Actor, purpose: str = "attachment") -> list[str]:
    """Files that were sent with a refused form, as words that its next round brings back; good for one purpose."""
    return [_sealer(actor, purpose).dumps(asdict(file)) for file in files]


def unseal_kept(words: Sequence[str], *, actor: Actor, purpose: str = "attachment") -> list[KeptFile]:
    """The files behind such words; what this person was not given is left out."""
    found = []
    for word in words:
        try:
            found.append(KeptFile(**_sealer(actor, purpose).loads(word)))
        except BadSignature:
            continue
    return found


def _sealer(actor: Actor, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"budget {purpose} of {actor.user_id}")


def _amount(form: Form, line: BudgetLine, *, kind: str, errors: list[dict[str, str]]) -> int:
    typed = {field: form.get(field, "").strip() for field in fields_of(kind, line.id)}
    given = [(field, text) for field, text in typed.items() if text]
    if len(given) > 1:
        message = _("“%(line)s”不能既调出又调入。", line=line.name)
        errors.append({"field": given[0][0], "message": message})
        return 0
    for field, text in given:
        amount_fen = fen_of(text)
        if amount_fen is None:
            message = _("“%(line)s”的金额请填写为元，例如 1280.00。", line=line.name)
            errors.append({"field": field, "message": message})
            return 0
        return -amount_fen if field.startswith("take_") else amount_fen
    return 0
