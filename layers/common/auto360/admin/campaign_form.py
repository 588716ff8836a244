"""Form of a campaign: texts in three languages, audience, cap."""

from typing import Annotated, Any

from pydantic import Field

from auto360.admin.forms import Blank, FormBody, form
from auto360.core.text import Line, Paragraph

Title = Annotated[Line, Field(min_length=3, max_length=100)]
Words = Annotated[Paragraph, Field(min_length=3, max_length=240)]


class CampaignForm(FormBody):
    """Texts of a campaign, the address that it opens, its city, and its cap on users."""

    title_ru: Title
    title_ky: Title
    title_en: Title
    message_ru: Words
    message_ky: Words
    message_en: Words
    action_url: Annotated[
        Annotated[str, Field(max_length=500, pattern=r"^(app360|https)://\S{1,490}$")] | None, Blank
    ] = None
    city: Annotated[Annotated[Line, Field(max_length=100)] | None, Blank] = None
    max_recipients: int = Field(ge=1, le=1_000_000)

    def campaign(self) -> dict[str, Any]:
        """Return the campaign in the database's terms."""
        return {
            "title": [self.title_ru, self.title_ky, self.title_en],
            "message": [self.message_ru, self.message_ky, self.message_en],
            "action_url": self.action_url,
            "city": self.city,
            "max_recipients": self.max_recipients,
        }


CampaignSent = Annotated[CampaignForm, form(CampaignForm)]
