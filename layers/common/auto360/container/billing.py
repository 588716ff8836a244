"""Wiring of billing: payments, webhooks, subscriptions, timers. Each builder imports its parts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database

if TYPE_CHECKING:
    from auto360.core.encrypted_fields import StoredSecrets
    from auto360.domains.billing.notifications import Notices
    from auto360.domains.billing.operations import Operations
    from auto360.domains.billing.orders import Orders
    from auto360.domains.billing.plans import Plans
    from auto360.domains.billing.provider_registry import BankDirectory
    from auto360.domains.billing.reconciliation import Reconciler
    from auto360.domains.billing.refunds import Refunding
    from auto360.domains.billing.renewals import Renewals
    from auto360.domains.billing.search import PaymentSearch
    from auto360.domains.billing.settlement import Settlement
    from auto360.domains.billing.token_renewal import TokenRenewal
    from auto360.domains.billing.webhooks import BankWebhooks


@cache
def bank_directory() -> BankDirectory:
    """Build the registry of banks under contract; each is loaded on first use."""
    from auto360.container.payments import bank, connected_banks, offered_banks
    from auto360.domains.billing.provider_registry import BankDirectory

    return BankDirectory(bank, connected=connected_banks(), offered=offered_banks())


@cache
def stored_secrets() -> StoredSecrets:
    """Build the keys for stored tokens and for digests of phones and devices."""
    from auto360.core.encrypted_fields import StoredSecretSettings

    return StoredSecretSettings.load().secrets()


@cache
def settlement() -> Settlement:
    from auto360.core.settings import AppSettings
    from auto360.domains.billing.settlement import Settlement, SettlementPolicy

    takes_test_money = AppSettings.load().app_env != "production"
    return Settlement(
        database(), bank_directory(), stored_secrets(), SettlementPolicy.load(), takes_test_money=takes_test_money
    )


@cache
def orders() -> Orders:
    from auto360.domains.billing.orders import OrderPolicy, Orders, PaymentAddresses
    from auto360.domains.billing.risk import RiskPolicy

    return Orders(database(), settlement(), PaymentAddresses.load(), OrderPolicy.load(), RiskPolicy.load())


@cache
def plans() -> Plans:
    from auto360.domains.billing.plans import Plans

    return Plans(database(), bank_directory())


@cache
def bank_webhooks() -> BankWebhooks:
    """Build the receiver of bank webhooks."""
    from auto360.domains.billing.webhooks import BankWebhooks

    return BankWebhooks(database(), settlement(), stored_secrets())


@cache
def reconciler() -> Reconciler:
    """Build the timer that polls banks."""
    from auto360.domains.billing.reconciliation import Reconciler

    return Reconciler(database(), settlement(), bank_webhooks(), refunding(), notices())


@cache
def refunding() -> Refunding:
    """Build refunds through the banks' APIs."""
    from auto360.domains.billing.refunds import Refunding

    return Refunding(database(), settlement())


@cache
def notices() -> Notices:
    """Build notifications that also go out by SMS."""
    from auto360.container.sms import deliver_sms
    from auto360.domains.billing.notifications import NoticePolicy, Notices

    return Notices(database(), deliver_sms, NoticePolicy.load())


@cache
def operations() -> Operations:
    """Build staff decisions about money."""
    from auto360.domains.billing.operations import Operations, OperationsPolicy

    return Operations(database(), settlement(), refunding(), OperationsPolicy.load())


@cache
def payment_search() -> PaymentSearch:
    """Build the payment search for staff."""
    from auto360.domains.billing.search import PaymentSearch

    return PaymentSearch(database())


@cache
def renewals() -> Renewals:
    """Build the timer that renews subscriptions."""
    from auto360.domains.billing.orders import PaymentAddresses
    from auto360.domains.billing.renewals import RenewalPolicy, Renewals

    return Renewals(database(), bank_directory(), stored_secrets(), PaymentAddresses.load(), RenewalPolicy.load())


@cache
def token_renewal() -> TokenRenewal:
    """Build the re-encryption of stored tokens under the current key."""
    from auto360.domains.billing.token_renewal import TokenRenewal

    return TokenRenewal(database(), stored_secrets())
