"""Payment forms. Amounts are typed in som and become whole tyiyn."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from auto360.admin.forms import Blank, FormBody, form
from auto360.core.errors import Problem, ValidationFailed
from auto360.core.messages import FIELDS, sentence
from auto360.core.money import tyiyn_of_som

# A billion som: above any payment, below the range of the database.
_MAX_TYIYN = 10**11
Reason = Annotated[str, Field(min_length=3, max_length=500)]
BankNumber = Annotated[str, Field(max_length=100)]


class FindForm(FormBody):
    """Search term: a phone, our number or a bank's number."""

    text: str = Field(min_length=1, max_length=100, pattern=r"^[\w+\-() .]+$")


class PaymentForm(FormBody):
    """Decision about a payment. `evidence` says where the money was seen; `amount_som` is for a refund."""

    reason: Reason
    evidence: BankNumber = ""
    amount_som: str = Field("", max_length=20)
    form_key: Annotated[UUID | None, Blank] = None

    def key(self) -> UUID:
        """Return the idempotency key of the form. Raises ValidationFailed."""
        if self.form_key is None:
            raise _missing("form_key")
        return self.form_key

    def amount(self) -> int:
        """Return the amount in tyiyn. Raises ValidationFailed."""
        return _tyiyn(self.amount_som)


class RefundForm(FormBody):
    """Bank's number of a refund that was made in its cabinet."""

    bank_number: BankNumber = ""

    def number(self) -> str:
        """Return the number. Raises ValidationFailed without one."""
        if not self.bank_number:
            raise _missing("bank_number")
        return self.bank_number


class OrphanForm(FormBody):
    """Resolution of money without an order, and the payment that it belongs to."""

    resolution: Reason
    payment_id: Annotated[UUID | None, Blank] = None


class ByHandForm(FormBody):
    """Customer, tier, money and evidence; without amount and days those of the tier count."""

    phone: str = Field(min_length=1, max_length=40)
    tier: str = Field(pattern=r"^[a-z][a-z_]{1,29}$")
    amount_som: str = Field("", max_length=20)
    period_days: Annotated[Annotated[int, Field(ge=1, le=3660)] | None, Blank] = None
    evidence: Annotated[str, Field(min_length=3, max_length=100)]
    reason: Reason

    def amount_tyiyn(self) -> int | None:
        """Return the amount, or None for the tier's price."""
        return _tyiyn(self.amount_som) if self.amount_som else None


def _tyiyn(text: str) -> int:
    try:
        amount = tyiyn_of_som(text.replace(" ", "").replace("\u00a0", "").replace(",", "."))
    except ValueError:
        amount = 0
    if not 0 < amount <= _MAX_TYIYN:
        raise _missing("amount_som")
    return amount


def _missing(field: str) -> ValidationFailed:
    return ValidationFailed(problems=[Problem(field, sentence(FIELDS, "value", "ru"))])


# Parameter types by which routes receive their forms.
FindSent = Annotated[FindForm, form(FindForm)]
PaymentSent = Annotated[PaymentForm, form(PaymentForm)]
RefundSent = Annotated[RefundForm, form(RefundForm)]
OrphanSent = Annotated[OrphanForm, form(OrphanForm)]
ByHandSent = Annotated[ByHandForm, form(ByHandForm)]
