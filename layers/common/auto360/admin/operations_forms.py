"""What the forms of the operations page send."""

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
    """The first step of the sign-in. `then` is the page that was asked for."""

    phone: str = Field(min_length=1, max_length=40)
    then: str = Field("", max_length=200)


class CodeForm(FormBody):
    """The second step."""

    code: LoginCode


class LanguageForm(FormBody):
    """The language of the page, and where to go back to."""

    language: Literal["ru", "en"]
    back: str = Field("", max_length=200)


class DecisionForm(FormBody):
    """The version of the listing that the moderator has looked at, and why, in words for the seller."""

    version: int = Field(ge=1, le=2_147_483_647)
    reason: Annotated[Words | None, Blank] = None

    def reason_of(self, action: str) -> str | None:
        """The reason, where the action has one. Raises ValidationFailed where a rejection lacks it."""
        if action == "reject" and self.reason is None:
            raise ValidationFailed(problems=[Problem("reason", sentence(FIELDS, "missing", "ru"))])
        return self.reason if action in ("reject", "escalate") else None


class SilenceForm(FormBody):
    """For how long an alert is not repeated."""

    minutes: Literal["60", "240", "1440"]


class MigrationForm(FormBody):
    """Which entry or day of the move of videos, and why."""

    entry: Annotated[str, Field(max_length=100)] = ""
    day: Annotated[date | None, Blank] = None
    why: Annotated[str, Field(max_length=200)] = ""

    def chosen(self) -> dict[str, Any]:
        """What is rolled back: an entry, or all of a day. Raises ValidationFailed without exactly one, or a reason."""
        if bool(self.entry) == bool(self.day) or len(self.why) < 3:
            raise ValidationFailed(
                problems=[Problem(name, sentence(FIELDS, "value", "ru")) for name in ("entry", "day", "why")]
            )
        return {"entry": self.entry or None, "day": self.day, "why": self.why}


class AppointmentForm(FormBody):
    """Who gets which role; `user` takes it away."""

    phone: str = Field(min_length=1, max_length=40)
    role: Role | Literal["user"]


# Parameter types with which a route asks for its form.
PhoneSent = Annotated[PhoneForm, form(PhoneForm)]
CodeSent = Annotated[CodeForm, form(CodeForm)]
LanguageSent = Annotated[LanguageForm, form(LanguageForm)]
DecisionSent = Annotated[DecisionForm, form(DecisionForm)]
SilenceSent = Annotated[SilenceForm, form(SilenceForm)]
MigrationSent = Annotated[MigrationForm, form(MigrationForm)]
AppointmentSent = Annotated[AppointmentForm, form(AppointmentForm)]
