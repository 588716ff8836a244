"""POST /api/auth/request-code on FastAPI, Mangum and supabase-py: same SQL functions, same provider."""
# mypy: disable-error-code="import-not-found,untyped-decorator,misc"

import hashlib
import ipaddress
import os
import secrets
from typing import Any, Literal
from uuid import uuid4
from xml.etree import ElementTree as ET

import httpx
from common import call, check_digest, key_id, keyed, make_app
from fastapi import HTTPException, Request
from mangum import Mangum
from phones import normalise
from pydantic import BaseModel

app = make_app()
sms_client = httpx.Client(timeout=5.0)

CALLERS = ("new", "elsewhere", "own")
HOUR = 3600


class CodeRequest(BaseModel):
    """Phone as typed."""

    phone: str
    platform: Literal["android", "ios", "web"] | None = None


class Code(BaseModel):
    """Response for the app."""

    message: str
    requestId: str  # noqa: N815 - the app's name for it
    codeLength: int  # noqa: N815
    expiresIn: int  # noqa: N815
    resendIn: int  # noqa: N815


class CodeSent(BaseModel):
    """Envelope."""

    success: bool = True
    data: Code


@app.post("/api/auth/request-code")
def request_code(body: CodeRequest, request: Request) -> CodeSent:
    """Send a login code."""
    phone = normalise(body.phone)
    address = request.client.host if request.client else "0.0.0.0"  # noqa: S104
    reserved = reserve(phone, address, request.headers.get("x-request-id", ""))
    if "reason" in reserved:
        raise HTTPException(429, reserved["reason"])
    text = f"360Auto: код {code_of(phone, reserved['nonce'])}. Никому его не говорите."
    parts = send_sms(phone, text, message_id=reserved["sms_id"].replace("-", "")[:12])
    call("login_record_sms", {"p_sms_id": reserved["sms_id"], "p_state": "accepted", "p_supplier": "nikita",
         "p_supplier_message_id": None, "p_parts": parts, "p_cost_tyiyn": 200 * parts, "p_attempts": []})  # fmt: skip
    return CodeSent(data=Code(message="Код отправлен по SMS", requestId=reserved["sms_id"], codeLength=6,
                              expiresIn=reserved["expires_in"], resendIn=60))  # fmt: skip


def code_of(phone: str, nonce: str) -> str:
    """Return the code of a nonce."""
    return str(int.from_bytes(keyed(f"otp:code:v1|{phone}|{nonce}")[:8], "big") % 10**6).zfill(6)


def reserve(phone: str, address: str, request_id: str) -> dict[str, Any]:
    """Reserve a place within the limits."""
    nonce, code_id = secrets.token_hex(16), uuid4()
    digest = hashlib.sha256(code_id.bytes + check_digest(phone, code_of(phone, nonce))).digest()
    network = ipaddress.ip_network(f"{address}/24", strict=False)
    limits = [
        ("otp_too_soon", f"phone:{phone}", 1, 60),
        ("otp_phone_limit", f"phone:{phone}", 3, HOUR),
        ("otp_phone_limit", f"phone:{phone}", 10, 24 * HOUR),
        ("rate_limited", f"pair:{address}|{phone}", 5, HOUR // 4),
        ("otp_address_limit", f"address:{address}", 10, HOUR),
        ("otp_address_limit", f"network:{network}", 100, HOUR),
        ("otp_temporarily_limited", f"block:{phone[:-4]}", 50, HOUR),
    ]
    rules = {
        "limits": [
            dict(zip(("reason", "key", "max_hits", "seconds"), limit, strict=True)) | {"callers": CALLERS}
            for limit in limits
        ],
        "brake": {"keys": [], "seconds": 43200, "patience_seconds": 600, "requests": 30, "percent": 10},
        "budget": {caller: {"day": 2_000_000_000} for caller in (*CALLERS, "staff")},
    }
    arguments: dict[str, Any] = {
        "p_phone": phone, "p_address": address, "p_request_id": request_id,
        "p_rules": rules,
        "p_code_id": str(code_id), "p_nonce": nonce, "p_code_digest": "\\x" + digest.hex(), "p_key_id": key_id(),
        "p_code_length": 6, "p_known_key_ids": [key_id()], "p_tries": 3, "p_ttl_seconds": 600,
        "p_min_life_seconds": 60, "p_cost_tyiyn": 200,
    }  # fmt: skip
    reserved: dict[str, Any] = call("login_request_code", arguments)
    return reserved


def send_sms(phone: str, text: str, *, message_id: str) -> int:
    """Send the SMS through nikita.kg; returns its segments."""
    message = ET.Element("message")
    for name, value in (
        ("login", os.environ["NIKITA_SMS_LOGIN"]),
        ("pwd", os.environ["NIKITA_SMS_PASSWORD"]),
        ("id", message_id),
        ("sender", os.environ["NIKITA_SMS_SENDER"]),
        ("text", text),
    ):
        ET.SubElement(message, name).text = value
    ET.SubElement(ET.SubElement(message, "phones"), "phone").text = phone.lstrip("+")
    document = ET.tostring(message, encoding="UTF-8", xml_declaration=True)
    reply = sms_client.post(
        f"{os.environ['NIKITA_SMS_API_URL']}/api/message", content=document, headers={"Content-Type": "application/xml"}
    )
    leaves = {leaf.tag.rpartition("}")[2]: leaf.text for leaf in ET.fromstring(reply.content).iter()}  # noqa: S314
    if leaves.get("status") != "0":
        raise HTTPException(503, "sms_unavailable")
    return int(leaves.get("smscnt") or 1)


handler = Mangum(app, lifespan="off")
