"""Text of the login SMS: one segment, in the caller's language, in the form for autofill.

Android's SMS Retriever needs the app's 11-character hash on the last line, iOS and WebOTP need `@domain #code`
(docs/reference/sms-login.md, section 5.5), so the request's platform decides. Cyrillic allows 70 characters in a
segment; the warning is left out where a long domain would not fit.
"""

from typing import Literal

from pydantic import Field

from auto360.core.messages import Language
from auto360.core.settings import EnvSettings
from auto360.providers.sms.segments import segments_of

Platform = Literal["android", "ios", "web"]

_CODE: dict[Language, str] = {
    "ru": "360Auto: код {code}.",
    "ky": "360Auto: код {code}.",
    "en": "360Auto: code {code}.",
}
_WARNING: dict[Language, str] = {
    "ru": " Никому его не говорите.",
    "ky": " Эч кимге айтпаңыз.",
    "en": " Do not share it.",
}


class AutofillSettings(EnvSettings):
    """`APP_DOMAIN` for iOS and web, `ANDROID_APP_HASH` for Android; without them the plain text is sent."""

    app_domain: str = Field("", pattern=r"^[a-z0-9.\-]{0,40}$")
    android_app_hash: str = Field("", pattern=r"^([A-Za-z0-9+/]{11})?$")


def code_text(code: str, *, language: Language, platform: Platform | None, autofill: AutofillSettings) -> str:
    """Return the SMS for a code; always one segment."""
    last_line = ""
    if platform == "android" and autofill.android_app_hash:
        last_line = f"\n{autofill.android_app_hash}"
    elif platform in ("ios", "web") and autofill.app_domain:
        last_line = f"\n@{autofill.app_domain} #{code}"
    short = _CODE[language].format(code=code)
    whole = short + _WARNING[language] + last_line
    return whole if segments_of(whole) == 1 else short + last_line
