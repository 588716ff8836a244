"""Sentences of moderation."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "moderation_outdated": (
        "Объявление изменилось. Обновите страницу и примите решение заново.",
        "Жарыя өзгөрдү. Баракты жаңыртып, кайра чечим кабыл алыңыз.",
        "The listing has changed. Reload it and decide again.",
    ),
    "moderation_decided": (
        "Решение по объявлению уже принято.",
        "Жарыя боюнча чечим кабыл алынган.",
        "This listing was already decided.",
    ),
    "moderation_taken": (
        "Объявление проверяет другой модератор.",
        "Жарыяны башка модератор текшерип жатат.",
        "Another moderator is checking this listing.",
    ),
}
