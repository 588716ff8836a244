"""Sentences of refusals that every function may give."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "text_refused": (
        "Текст нарушает правила. Исправьте его и отправьте снова.",
        "Текст эрежелерди бузат. Оңдоп, кайра жөнөтүңүз.",
        "The text breaks the rules. Correct it and send it again.",
    ),
    "internal": (
        "Произошла ошибка на нашей стороне. Попробуйте ещё раз чуть позже.",
        "Биз тарапта ката кетти. Бир аздан кийин кайра аракет кылыңыз.",
        "Something went wrong on our side. Please try again in a minute.",
    ),
    "service_unavailable": (
        "Сервис временно недоступен. Попробуйте через минуту.",
        "Кызмат убактылуу иштебей жатат. Бир мүнөттөн кийин аракет кылыңыз.",
        "The service is temporarily unavailable. Please try again in a minute.",
    ),
    "not_found": (
        "Не найдено. Проверьте адрес или обновите список.",
        "Табылган жок. Даректи текшериңиз же тизмени жаңыртыңыз.",
        "Not found. Check the address or refresh the list.",
    ),
    "method_not_allowed": (
        "Такой запрос не поддерживается. Обновите приложение.",
        "Мындай сурам колдоого алынбайт. Колдонмону жаңыртыңыз.",
        "This request is not supported. Please update the app.",
    ),
    "invalid_json": (
        "Запрос не удалось прочитать. Обновите приложение и попробуйте снова.",
        "Сурамды окуу мүмкүн болбоду. Колдонмону жаңыртып, кайра аракет кылыңыз.",
        "The request could not be read. Update the app and try again.",
    ),
    "validation_failed": (
        "Проверьте заполненные поля.",
        "Толтурулган талааларды текшериңиз.",
        "Please check the fields you filled in.",
    ),
    "payload_too_large": (
        "Слишком большой запрос. Уменьшите объём данных.",
        "Сурам өтө чоң. Маалыматтын көлөмүн азайтыңыз.",
        "The request is too large. Please send less data.",
    ),
    "authentication_required": (
        "Войдите в приложение ещё раз.",
        "Колдонмого кайра кириңиз.",
        "Please log in again.",
    ),
    "forbidden": (
        "У вас нет доступа к этому действию.",
        "Бул аракетке сизде уруксат жок.",
        "You do not have permission to do this.",
    ),
    "rate_limited": (
        "Слишком много запросов. Подождите немного и попробуйте снова.",
        "Сурамдар өтө көп. Бир аз күтүп, кайра аракет кылыңыз.",
        "Too many requests. Wait a moment and try again.",
    ),
    "idempotency_key_reused": (
        "Этот запрос уже был отправлен с другим содержанием. Обновите экран и попробуйте снова.",
        "Бул сурам башка мазмун менен жөнөтүлгөн. Экранды жаңыртып, кайра аракет кылыңыз.",
        "This request was already sent with different content. Refresh the screen and try again.",
    ),
}
