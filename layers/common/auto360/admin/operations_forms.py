"""Forms of the operations page."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from auto360.admin.forms import Blank, FormBody, form
from auto360.core.errors import Problem, ValidationFailed
from auto360.core.messages import FIELDS, sentence
from auto360.core.text import Paragraph
from auto360.domains.staff.sessions import Role
from auto360.http.schemas.common import LoginCode

Words = Annotated[Paragraph, Field(min_length=3, max_length=1000)]


class PhoneForm(FormBody):
    """First step of the sign-in; `then` is the requested page."""

    phone: str = Field(min_length=1, max_length=40)
    then: str = Field("", max_length=200)


class CodeForm(FormBody):
    """Second step of the sign-in."""

    code: LoginCode


class LanguageForm(FormBody):
    """Language of the page, and the page to return to."""

    language: Literal["ru", "en"]
    back: str = Field("", max_length=200)


class DecisionForm(FormBody):
    """Moderation decision on a version of the listing, with a reason in words for the seller."""

    version: int = Field(ge=1, le=2_147_483_647)
    reason: Annotated[Words | None, Blank] = None

    def reason_of(self, action: str) -> str | None:
        """Return the reason, where the action has one. Raises ValidationFailed for a rejection without it."""
        if action == "reject" and self.reason is None:
            raise ValidationFailed(problems=[Problem("reason", sentence(FIELDS, "missing", "ru"))])
        return self.reason if action in ("reject", "escalate") else None


class SilenceForm(FormBody):
    """Minutes without repetitions of an alert."""

    minutes: Literal["60", "240", "1440"]


class MigrationForm(FormBody):
    """Entry or day of the video transfer, and the reason."""

    entry: Annotated[str, Field(max_length=100)] = ""
    day: Annotated[date | None, Blank] = None
    why: Annotated[str, Field(max_length=200)] = ""

    def chosen(self) -> dict[str, Any]:
        """Return the entry or the day to roll back. Raises ValidationFailed without exactly one, or a reason."""
        if bool(self.entry) == bool(self.day) or len(self.why) < 3:
            raise ValidationFailed(
                problems=[Problem(name, sentence(FIELDS, "value", "ru")) for name in ("entry", "day", "why")]
            )
        return {"entry": self.entry or None, "day": self.day, "why": self.why}


class AppointmentForm(FormBody):
    """Phone and role; `user` revokes it."""

    phone: str = Field(min_length=1, max_length=40)
    role: Role | Literal["user"]


# Parameter types by which routes receive their forms.
PhoneSent = Annotated[PhoneForm, form(PhoneForm)]
CodeSent = Annotated[CodeForm, form(CodeForm)]
LanguageSent = Annotated[LanguageForm, form(LanguageForm)]
DecisionSent = Annotated[DecisionForm, form(DecisionForm)]
SilenceSent = Annotated[SilenceForm, form(SilenceForm)]
MigrationSent = Annotated[MigrationForm, form(MigrationForm)]
AppointmentSent = Annotated[AppointmentForm, form(AppointmentForm)]
