"""Sentences of conversations."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "chat_own_listing": (
        "Это ваше объявление. Покупатели напишут вам сами.",
        "Бул сиздин жарыяңыз. Сатып алуучулар сизге өздөрү жазышат.",
        "This is your own listing. Buyers will write to you.",
    ),
    "chat_blocked": (
        "Переписка с этим пользователем сейчас недоступна.",
        "Бул колдонуучу менен азыр жазышууга болбойт.",
        "You cannot message this person right now.",
    ),
}
