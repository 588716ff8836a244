"""Limits of login by code: defaults from docs/reference/limits.md, each a setting, and their limit keys."""

import ipaddress
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field, SecretStr, model_validator

from auto360.core import phone as phones
from auto360.core.errors import DomainError, RateLimited
from auto360.core.refusals.accounts import AddressLimit, CodeTooSoon, PhoneLimit, TemporarilyLimited
from auto360.core.settings import AppProfile, EnvSettings

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# Callers as `private.login_caller` classifies them: a phone without an account; with an account, on a network where
# it never logged in; with an account, on a network where it did.
_NEW, _ELSEWHERE, _OWN = ("new",), ("elsewhere",), ("own",)
_EVERYBODY = (*_NEW, *_ELSEWHERE, *_OWN)

# Wrong codes for a phone in a week: six guesses at 10,000 codes are 0.86 in 10,000 a day (docs/decisions/0103).
_SHOPS_WEEK = {"seconds": 7 * _DAY, "own": 2, "strangers": 4}


def min_code_length(profile: AppProfile) -> int:
    """Digits below which no code is accepted."""
    return 4 if profile == "shops" else 6


class CodePolicy(EnvSettings):
    """Length, life, tries and sending limits of login codes (docs/decisions/0081).

    A reserve is the part of the day's budget, in percent, that is kept from the callers below: `staff` from everybody
    else, `places` from callers in a network in which the phone never logged in, `accounts` from phones without
    an account. The `hourly_share` is the part for unknown callers in an hour: phones without an account one, phones
    requested from another network another.
    `otp_test_numbers` is `+996700000001:123456,…`: fixed codes without SMS, refused in production. Costs are in tyiyn.
    """

    app_env: Literal["local", "test", "staging", "production"] = "production"
    app_profile: AppProfile = "strict"
    otp_code_length: int = Field(6, ge=6, le=8)
    otp_ttl_seconds: int = Field(600, ge=60, le=3600)
    otp_min_life_seconds: int = Field(60, ge=0)
    otp_tries: int = Field(3, ge=1, le=10)
    otp_resend_seconds: int = Field(60, ge=1)
    otp_phone_per_hour: int = Field(3, ge=1)
    otp_phone_per_day: int = Field(10, ge=1)
    otp_address_phone_per_15_minutes: int = Field(5, ge=1)
    otp_strangers_per_hour: int = Field(2, ge=1)
    otp_strangers_per_day: int = Field(5, ge=1)
    otp_address_per_hour: int = Field(60, ge=1)
    otp_network_per_hour: int = Field(300, ge=1)
    otp_ipv4_16_per_hour: int = Field(900, ge=1)
    otp_ipv6_64_per_hour: int = Field(10, ge=1)
    otp_ipv6_56_per_hour: int = Field(20, ge=1)
    otp_ipv6_48_per_hour: int = Field(60, ge=1)
    otp_block_per_hour: int = Field(50, ge=1)
    otp_brake_requests: int = Field(30, ge=1)
    otp_brake_percent: int = Field(10, ge=0, le=100)
    otp_brake_seconds: int = Field(43_200, ge=3600, le=172_800)
    otp_sms_cost_tyiyn: int = Field(200, ge=0)
    otp_daily_budget_tyiyn: int = Field(2_000_000, ge=0)
    otp_hourly_share_percent: int = Field(10, ge=1, le=100)
    otp_reserve_accounts_percent: int = Field(30, ge=0, le=100)
    otp_reserve_places_percent: int = Field(13, ge=0, le=100)
    otp_reserve_staff_percent: int = Field(3, ge=0, le=100)
    otp_test_numbers: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _no_test_numbers_in_production(self) -> "CodePolicy":
        if self.app_env == "production" and self.test_codes:
            raise ValueError("OTP_TEST_NUMBERS must not be set where APP_ENV is production")
        return self

    @property
    def code_length(self) -> int:
        """Digits of a code: four where the app in the shops logs in, whose screen has four boxes."""
        return min_code_length(self.app_profile) if self.app_profile == "shops" else self.otp_code_length

    @property
    def test_codes(self) -> dict[str, str]:
        """Return fixed codes by phone."""
        entries = [entry.partition(":") for entry in self.otp_test_numbers.get_secret_value().split(",") if entry]
        return {phones.normalise(number): code.strip() for number, _, code in entries}

    def rules(self, phone: str, address: str) -> dict[str, Any]:
        """Return the arguments of `login_request_code`: {limits, brake, budget}."""
        return {
            "limits": self.limits(phone, address),
            "brake": {
                # Not the /16: it may be half of a mobile network.
                "keys": [*(key for key, _ in self._networks(address) if not key.endswith("/16")), _block(phone)],
                "seconds": self.otp_brake_seconds,
                "patience_seconds": self.otp_ttl_seconds,
                "requests": self.otp_brake_requests,
                "percent": self.otp_brake_percent,
            },
            "budget": self.budget(),
        }

    def limits(self, phone: str, address: str) -> list[dict[str, Any]]:
        """Return the limits that a request counts against, in locking order."""
        by_phone, strangers = f"phone:{phone}", f"strangers:{phone}"
        own, pair = f"own:{phone}|{network_of(address)}", f"pair:{address}|{phone}"
        return [
            _limit(CodeTooSoon, by_phone, 1, self.otp_resend_seconds, _EVERYBODY),
            _limit(PhoneLimit, by_phone, self.otp_phone_per_hour, _HOUR, _NEW),
            _limit(PhoneLimit, by_phone, self.otp_phone_per_day, _DAY, _NEW),
            _limit(PhoneLimit, own, self.otp_phone_per_hour, _HOUR, _OWN),
            _limit(PhoneLimit, own, self.otp_phone_per_day, _DAY, _OWN),
            _limit(PhoneLimit, strangers, self.otp_strangers_per_hour, _HOUR, _ELSEWHERE),
            _limit(PhoneLimit, strangers, self.otp_strangers_per_day, _DAY, _ELSEWHERE),
            _limit(RateLimited, pair, self.otp_address_phone_per_15_minutes, 15 * _MINUTE, _EVERYBODY),
            *(
                _limit(AddressLimit, key, max_hits, _HOUR, (*_NEW, *_ELSEWHERE))
                for key, max_hits in self._networks(address)
            ),
            _limit(TemporarilyLimited, _block(phone), self.otp_block_per_hour, _HOUR, _NEW),
        ]

    def budget(self) -> dict[str, dict[str, int]]:
        """Return each kind of caller's share of the daily and hourly budget, in tyiyn."""
        day = self.otp_daily_budget_tyiyn
        hour = day * self.otp_hourly_share_percent // 100

        def without(reserve_percent: int) -> int:
            return day * (100 - reserve_percent) // 100

        return {
            "new": {"day": without(self.otp_reserve_accounts_percent), "hour": hour},
            "elsewhere": {"day": without(self.otp_reserve_places_percent), "hour": hour},
            "own": {"day": without(self.otp_reserve_staff_percent)},
            "staff": {"day": day},
        }

    def _networks(self, address: str) -> list[tuple[str, int]]:
        """Return keys and hourly limits of an address and the networks around it, narrowest first."""
        if ipaddress.ip_address(address).version == 4:
            around = [(24, self.otp_network_per_hour), (16, self.otp_ipv4_16_per_hour)]
            found = [(f"address:{address}", self.otp_address_per_hour)]
        else:
            found = []
            around = [(64, self.otp_ipv6_64_per_hour), (56, self.otp_ipv6_56_per_hour), (48, self.otp_ipv6_48_per_hour)]
        return [*found, *((f"network:{_network(address, prefix)}", max_hits) for prefix, max_hits in around)]


class LockPolicy(EnvSettings):
    """Lockout after failed guesses, and the window for repeated logins.

    The app repeats a POST up to three times within 67 seconds (docs/reference/app-contract.md, section 1.2).
    """

    app_profile: AppProfile = "strict"
    otp_lock_failures: int = Field(5, ge=1)
    otp_lock_address_failures: int = Field(100, ge=1)
    otp_lock_seconds: int = Field(900, ge=1)
    otp_replay_seconds: int = Field(75, ge=0)

    def lock(self) -> dict[str, Any]:
        """Return the lockout arguments of `login_verify_code`."""
        return {
            **({"week": _SHOPS_WEEK} if self.app_profile == "shops" else {}),
            "min_length": min_code_length(self.app_profile),
            "failures": self.otp_lock_failures,
            "address_failures": self.otp_lock_address_failures,
            "seconds": self.otp_lock_seconds,
            "replay_seconds": self.otp_replay_seconds,
        }


def _limit(
    refusal: type[DomainError], key: str, max_hits: int, seconds: int, callers: tuple[str, ...]
) -> dict[str, Any]:
    return {"reason": refusal.code, "key": key, "max_hits": max_hits, "seconds": seconds, "callers": callers}


def _block(phone: str) -> str:
    return f"block:{phones.number_block(phone)}"


def network_of(address: str) -> str:
    """Return the network that separates known from unknown places, as `private.network_of` does: /24 or /56."""
    return _network(address, 24 if ipaddress.ip_address(address).version == 4 else 56)


@lru_cache(maxsize=256)
def _network(address: str, prefix: int) -> str:
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))
