"""The description of the API says what there is; its page works without any other machine."""

from __future__ import annotations

from flask import Flask
from jsonschema import Draft202012Validator

from mall.ordering.order_actions import BODIES
from mall.ordering.order_states import ORDER_STATES
from tests.mall.api.conftest import Api

#: every public action of the road, written down once more
ACTIONS = {
    "submit", "edit", "approve", "return", "cancel", "confirm", "decline", "sign", "request_cancellation",
    "agree_cancellation", "ship", "receive", "refuse", "request_short", "agree_short", "accept", "accept_second",
    "dispute", "answer_dispute", "settle_dispute", "invoice", "request_payment", "return_payment", "approve_payment",
    "register_asset", "rate", "credit_note", "ask_price_cut", "ask_return", "ask_retention", "agree_change",
    "decline_change", "withdraw_change", "release_retention", "claim_refund", "agree_refund", "dispute_refund",
    "insist_refund", "withdraw_refund", "receive_refund", "give_up_refund", "offset_refund",
}  # fmt: skip

#: steps of the state table that no person takes by name: a public action takes them, or the system does
INNER_STEPS = {
    "endorse": "approve",
    "contract": "sign",
    "refuse_part": "refuse",
    "accept_first": "accept",
    "accept_part": "accept_second",
    "finish_short": "agree_short",
    "pay": "the treasury's return file",
    "refuse_payment": "the treasury's return file",
    "return_whole": "agree_change",
    "goods_back": "agree_change",
    "reckon_accepted": "credit_note",
    "reckon_invoiced": "release_retention",
    "reckon_requested": "agree_change",
    "reckon_in_payment": "agree_change",
    "reckon_retained": "the treasury's return file",
    "reckon_paid": "agree_change",
    "open_again": "claim_refund",
    "close": "the system, when cards and rating are done",
}

#: calls that carry a signature instead of a token; their content, not a key, keeps them from being done twice
SIGNED = {
    ("GET", "/treasury/batches"),
    ("GET", "/treasury/batches/{sequence_no}"),
    ("POST", "/treasury/batches/{sequence_no}/receipt"),
    ("POST", "/treasury/returns"),
    ("POST", "/treasury/statements"),
    ("GET", "/credit/messages"),
    ("GET", "/credit/messages/{sequence_no}"),
    ("POST", "/credit/lists"),
    ("GET", "/supplier/skus"),
    ("POST", "/supplier/skus/details"),
    ("GET", "/supplier/messages"),
    ("POST", "/supplier/messages/ack"),
}

#: signed calls that do change something by the call and not by its content
SIGNED_AND_KEYED = {("POST", f"/supplier/{kind}") for kind in ("listings", "prices", "stock", "shelf")}

PATHS = {
    *SIGNED,
    *SIGNED_AND_KEYED,
    ("POST", "/tokens"),
    ("GET", "/listings"),
    ("GET", "/listings/{listing_id}"),
    ("GET", "/budget-lines"),
    ("GET", "/budget-documents"),
    ("POST", "/budget-documents"),
    ("GET", "/budget-documents/{number}"),
    *(
        ("POST", f"/budget-documents/{{number}}/{action}")
        for action in (
            "submit",
            "approve",
            "return",
            "edit",
            "withdraw",
        )
    ),
    ("POST", "/fund-use-plans"),
    ("GET", "/fund-use-plans"),
    ("GET", "/fund-use-plans/{number}"),
    *(
        ("POST", f"/fund-use-plans/{{number}}/{action}")
        for action in (
            "submit",
            "approve",
            "return",
            "exempt",
            "plead",
            "repoint",
            "adjust",
            "edit",
            "withdraw",
        )
    ),
    ("POST", "/payment-loads"),
    ("GET", "/payment-findings"),
    ("GET", "/payment-findings/{number}"),
    *(("POST", f"/payment-findings/{{number}}/{action}") for action in ("explain", "accept", "keep_open")),
    ("GET", "/year-end-worksheets"),
    ("GET", "/year-end-worksheets/{number}"),
    ("GET", "/asset-cards"),
    ("GET", "/asset-cards/{number}"),
    ("POST", "/asset-cards/reports"),
    ("POST", "/orders"),
    ("GET", "/orders"),
    ("GET", "/orders/{number}"),
    ("GET", "/orders/{number}/postings"),
}


def operations(api: Api) -> dict[tuple[str, str], dict]:
    return {
        (method.upper(), path.removeprefix("/api/v1")): operation
        for path, item in api.description.document["paths"].items()
        for method, operation in item.items()
    }


def test_description_names_exactly_these_calls(api: Api) -> None:
    actions = {("POST", f"/orders/{{number}}/{action}") for action in ACTIONS}

    assert set(operations(api)) == PATHS | actions


def test_every_step_of_the_state_table_can_be_taken(api: Api) -> None:
    assert set(ORDER_STATES.actions) - set(INNER_STEPS) <= ACTIONS
    assert set(BODIES) == ACTIONS


def test_every_route_of_the_api_is_described(api: Api, app: Flask) -> None:
    described = {path for _, path in operations(api)}
    served = {
        rule.rule.removeprefix("/api/v1").replace("<number>", "{number}").replace("<action>", "{action}")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api_") and not rule.endpoint.startswith("api_docs.")
    }

    # The one that only says that there is no such action, and the one whose address knows its numbers.
    assert {rule for rule in served if "{action}" not in rule and "<" not in rule} <= described


def test_bodies_of_actions_are_described_field_by_field(api: Api) -> None:
    schemas = api.description.document["components"]["schemas"]

    for action, body in BODIES.items():
        operation = operations(api)["POST", f"/orders/{{number}}/{action}"]
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert set(schemas[name].get("properties", {})) == set(body.model_fields), action
        assert schemas[name]["additionalProperties"] is False, action


def test_every_unsafe_call_but_signing_in_takes_a_key(api: Api) -> None:
    keyed = {
        (method, path)
        for (method, path), operation in operations(api).items()
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
    }

    assert keyed == {call for call in operations(api) if call[0] == "POST"} - {("POST", "/tokens")} - SIGNED


def test_every_call_says_how_to_be_let_in(api: Api) -> None:
    assert api.description.document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    open_calls = {call for call, operation in operations(api).items() if operation.get("security") != [{"bearer": []}]}
    read_by_all = {("POST", "/tokens"), ("GET", "/listings"), ("GET", "/listings/{listing_id}")}

    assert open_calls == read_by_all | SIGNED | SIGNED_AND_KEYED


def test_every_call_of_a_suppliers_system_names_the_headers_of_its_signature(api: Api) -> None:
    wanted = {"Sunmall-Key", "Sunmall-Timestamp", "Sunmall-Nonce", "Sunmall-Signature"}

    for (method, path), operation in operations(api).items():
        if path.startswith("/supplier/"):
            named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"}
            assert wanted <= named, (method, path)


def test_a_batch_describes_its_entries_field_by_field(api: Api) -> None:
    schemas = api.description.document["components"]["schemas"]
    found = {
        name: set(schemas[shape]["properties"][name]["items"]["properties"])
        for shape, name in (("Prices", "prices"), ("Stock", "stock"), ("Shelf", "shelf"))
    }

    assert found == {
        "prices": {"sku", "price_fen", "reason"},
        "stock": {"sku", "stock"},
        "shelf": {"sku", "shelf", "reason"},
    }


def test_every_reference_leads_somewhere_and_names_are_once(api: Api) -> None:
    schemas = api.description.document["components"]["schemas"]
    ids = [operation["operationId"] for operation in operations(api).values()]

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for inner in value.values() for found in references(inner)]
        if isinstance(value, list):
            return [found for inner in value for found in references(inner)]
        return []

    found = {reference.removeprefix("#/components/schemas/") for reference in references(api.description.document)}
    assert found <= set(schemas)
    assert len(ids) == len(set(ids))
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_every_error_is_described_as_a_problem(api: Api) -> None:
    for call, operation in operations(api).items():
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"], (call, status)


def test_page_of_the_description_needs_no_other_machine(app: Flask) -> None:
    client = app.test_client()

    page = client.get("/api/v1/docs")

    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "//" not in text.replace("<!doctype", "")
    assert "<script>" not in text and " style=" not in text and " onload=" not in text
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    for line in text.splitlines():
        for mark in ('src="', 'href="'):
            if mark in line:
                address = line.partition(mark)[2].partition('"')[0]
                assert client.get(address).status_code == 200, address
