"""Sentences for people in Russian, Kyrgyz and English, by error code or name; one file per area."""

from auto360.core.messages import (
    accounts,
    billing,
    business,
    chat,
    emails,
    general,
    listings,
    moderation,
    operations,
    pictures,
    staff,
    video,
)
from auto360.core.messages.languages import LANGUAGES, Language, Sentences, language_of, sentence

__all__ = ["ERRORS", "FIELDS", "LANGUAGES", "TEXTS", "Language", "Sentences", "language_of", "sentence"]

ERRORS: Sentences = {
    **general.ERRORS,
    **accounts.ERRORS,
    **billing.ERRORS,
    **business.ERRORS,
    **chat.ERRORS,
    **emails.ERRORS,
    **listings.ERRORS,
    **moderation.ERRORS,
    **pictures.ERRORS,
    **video.ERRORS,
    **operations.ERRORS,
    **staff.ERRORS,
}

# Sentences for single fields in `details`.
FIELDS: Sentences = {
    "missing": ("Обязательное поле", "Милдеттүү талаа", "This field is required"),
    "unknown": ("Неизвестное поле", "Белгисиз талаа", "This field is not known"),
    "type": ("Неверный тип значения", "Маанинин түрү туура эмес", "The value has the wrong type"),
    "value": ("Недопустимое значение", "Жараксыз маани", "The value is not acceptable"),
}

TEXTS: Sentences = {
    **pictures.TEXTS,
    **emails.TEXTS,
    "code_sent": ("Код отправлен по SMS", "Код SMS менен жөнөтүлдү", "The code was sent by SMS"),
}
