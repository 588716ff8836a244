"""Worked examples of docs/reference/payments.md: our signatures are those of the banks, byte for byte."""

import json

from auto360.providers.payments.elqr import checksum, parse, require_payable
from auto360.providers.payments.freedom_pay_signature import is_signed, sign
from auto360.providers.payments.http_client import compact_json
from auto360.providers.payments.odengi_signature import callback_hash, signed_request

ELQR = (
    "00020101021232580011c2b.demo.kg010210101099600000001107pay7f3a1202121302125204731153034175405100005907360AUTO"
    "63041e1b"
)


def test_odengi_signs_a_request_over_its_raw_cyrillic() -> None:
    envelope = {
        "cmd": "createInvoice",
        "version": 1005,
        "sid": "1234567890",
        "lang": "ru",
        "mktime": "1760000000",
        "data": {
            "order_id": "pay_7f3a",
            "desc": "Тариф Basic",
            "amount": 10000,
            "currency": "KGS",
            "test": 1,
            "long_term": 0,
            "result_url": "https://api.example.kg/pay/hook/odengi",
        },
    }
    body = signed_request(envelope, "demo-password")
    sent = json.loads(body)
    assert sent.pop("hash") == "af16c9be8ac012332ce29b1d584549e2"
    assert sent == envelope
    assert body.startswith(compact_json(envelope)[:-1])
    assert "Тариф Basic".encode() in body


def test_odengi_signs_its_calls_over_values_joined_by_colons() -> None:
    call = {
        "trans_id": "555001",
        "status_pay": 3,
        "site_id": "1234567890",
        "order_id": "pay_7f3a",
        "amount": 10000,
        "currency": "KGS",
        "mktime": "1760000100",
        "test": 1,
        "mobile": "not signed",
    }
    assert callback_hash(call, "demo-password") == "652390bf658dd10bc77310d9fdd24a2b"


def test_freedom_pay_signs_values_in_the_order_of_their_names() -> None:
    fields = {
        "pg_merchant_id": "100",
        "pg_salt": "abc",
        "pg_order_id": "pay_7f3a",
        "pg_amount": "100.00",
        "pg_currency": "KGS",
        "pg_description": "Basic",
    }
    expected = "143b363f3447b221f66b12f5d7599dc6"
    assert sign("init_payment.php", fields, "demo-secret") == expected
    assert is_signed("init_payment.php", {**fields, "pg_sig": expected.upper()}, "demo-secret")
    assert not is_signed("init_payment.php", {**fields, "pg_amount": "1.00", "pg_sig": expected}, "demo-secret")
    assert not is_signed("get_status3.php", {**fields, "pg_sig": expected}, "demo-secret")


def test_the_national_qr_sums_up_by_sha_256() -> None:
    assert checksum(ELQR[:-8]) == "1e1b"
    code = parse(ELQR)
    assert (code.is_dynamic, code.is_editable, code.amount_tyiyn, code.currency) == (True, False, 10000, "417")
    assert (code.provider, code.transaction_id, code.payee) == ("c2b.demo.kg", "pay7f3a", "360AUTO")
    assert require_payable(ELQR, amount_tyiyn=10000) == ELQR
