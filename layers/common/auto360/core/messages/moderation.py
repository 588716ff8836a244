"""Sentences of moderation."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "moderation_outdated": (
        "Объявление изменилось. Откройте его заново и решите снова.",
        "Жарыя өзгөрдү. Аны кайра ачып, кайра чечиңиз.",
        "The listing has changed. Open it anew and decide again.",
    ),
    "moderation_decided": (
        "Решение уже принято.",
        "Чечим кабыл алынган.",
        "It has been decided already.",
    ),
    "moderation_taken": (
        "Объявление проверяет другой модератор.",
        "Жарыяны башка модератор текшерип жатат.",
        "Another moderator is checking this listing.",
    ),
}
