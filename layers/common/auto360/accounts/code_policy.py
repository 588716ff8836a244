"""The figures of login by code: the audit's limits as defaults, each a setting, and how they become limit keys."""

import ipaddress
from typing import Any, Literal

from pydantic import Field, SecretStr, model_validator

from auto360 import phone as phones
from auto360.settings import EnvSettings

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


class CodePolicy(EnvSettings):
    """Length, life, tries and sending limits of login codes (audit §3.2 and §5.3; facts on SMS login, §5.4).

    `otp_test_numbers` is `+996700000001:123456,…`: fixed codes without SMS, refused in production. Costs are in tyiyn.
    """

    app_env: Literal["local", "test", "staging", "production"] = "production"
    otp_code_length: int = Field(6, ge=4, le=8)
    otp_ttl_seconds: int = Field(600, ge=60, le=3600)
    otp_least_life_seconds: int = Field(60, ge=0)
    otp_tries: int = Field(3, ge=1, le=10)
    otp_resend_seconds: int = Field(60, ge=1)
    otp_phone_per_hour: int = Field(3, ge=1)
    otp_phone_per_day: int = Field(10, ge=1)
    otp_address_phone_per_15_minutes: int = Field(5, ge=1)
    otp_address_per_hour: int = Field(10, ge=1)
    otp_network_per_hour: int = Field(100, ge=1)
    otp_block_per_hour: int = Field(50, ge=1)
    otp_sms_cost_tyiyn: int = Field(200, ge=0)
    otp_daily_budget_tyiyn: int = Field(2_000_000, ge=0)
    otp_test_numbers: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _no_test_numbers_in_production(self) -> "CodePolicy":
        if self.app_env == "production" and self.test_codes:
            raise ValueError("OTP_TEST_NUMBERS must not be set where APP_ENV is production")
        return self

    @property
    def test_codes(self) -> dict[str, str]:
        """Fixed codes by phone."""
        entries = [entry.partition(":") for entry in self.otp_test_numbers.get_secret_value().split(",") if entry]
        return {phones.normalise(number): code.strip() for number, _, code in entries}

    def limits(self, phone: str, address: str) -> list[dict[str, Any]]:
        """The limits that one request counts against, in the order in which they are locked and told."""
        by_phone = f"phone:{phone}"
        by_address = f"address:{address}"
        return [
            _limit("otp_too_soon", by_phone, 1, self.otp_resend_seconds),
            _limit("otp_phone_limit", by_phone, self.otp_phone_per_hour, _HOUR),
            _limit("otp_phone_limit", by_phone, self.otp_phone_per_day, _DAY),
            _limit("rate_limited", f"pair:{address}|{phone}", self.otp_address_phone_per_15_minutes, 15 * _MINUTE),
            _limit("otp_address_limit", by_address, self.otp_address_per_hour, _HOUR),
            _limit("otp_address_limit", f"network:{network_of(address)}", self.otp_network_per_hour, _HOUR),
            _limit("otp_temporarily_limited", f"block:{phones.number_block(phone)}", self.otp_block_per_hour, _HOUR),
        ]


class LockPolicy(EnvSettings):
    """When guessing is locked and for how long (audit §1.4), and for how long a repeated login is answered.

    The app repeats a POST up to three times within 67 seconds (mobile contract, §1.2).
    """

    otp_lock_failures: int = Field(5, ge=1)
    otp_lock_seconds: int = Field(900, ge=1)
    otp_replay_seconds: int = Field(75, ge=0)


def _limit(reason: str, key: str, most: int, seconds: int) -> dict[str, Any]:
    return {"reason": reason, "key": key, "most": most, "seconds": seconds}


def network_of(address: str) -> str:
    """The /24 (IPv4) or /64 (IPv6) that an address belongs to."""
    prefix = 24 if ipaddress.ip_address(address).version == 4 else 64
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))
