"""POST /webhooks/payments/{bank} and /webhooks/payments/{bank}/{secret}: banks' payment webhooks.

The secret path is for banks without signatures. Responses have the form of each bank.
"""

from typing import Annotated

from auto360.container import billing
from auto360.http.app import entrypoint, make_app
from auto360.http.params import Path, Response
from auto360.http.requests import CurrentRequest
from auto360.http.webhook_request import BankWebhook, in_the_banks_form, with_secret

app = make_app()
Name = Annotated[str, Path(max_length=40)]


@app.post("/webhooks/payments/<bank>")
def called(bank: Name, call: BankWebhook, request: CurrentRequest) -> Response[str]:
    """Receive a webhook of a bank that signs or authenticates its requests."""
    return in_the_banks_form(billing.bank_webhooks().receive(bank, call, request_id=request.id))


@app.post("/webhooks/payments/<bank>/<secret>")
def called_at_secret_path(
    bank: Name, secret: Annotated[str, Path(max_length=200)], call: BankWebhook, request: CurrentRequest
) -> Response[str]:
    """Receive a webhook of a bank without signatures."""
    return in_the_banks_form(billing.bank_webhooks().receive(bank, with_secret(call, secret), request_id=request.id))


handler = entrypoint(app, body="raw")
