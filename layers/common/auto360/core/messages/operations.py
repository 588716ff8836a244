"""Sentences of operations: alerts, and the template SMS of staff, one segment each."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "sms_operator_limit": (
        "Достигнут лимит SMS на этот номер или от вас. Попробуйте позже.",
        "Бул номерге же сизден SMS чегине жетти. Кийинчерээк аракет кылыңыз.",
        "The SMS limit for this number or for you is reached. Try again later.",
    ),
}

# A staff member chooses one of these and never writes a text of his own: nothing to fish with goes out under our name.
SMS_TEMPLATES: Sentences = {
    "listing_question": (
        "360Auto: есть вопрос по вашему объявлению. Откройте приложение.",
        "360Auto: жарыяңыз боюнча суроо бар. Колдонмону ачыңыз.",
        "360Auto: we have a question about your listing. Please open the app.",
    ),
    "payment_question": (
        "360Auto: есть вопрос по вашей оплате. Откройте приложение.",
        "360Auto: төлөмүңүз боюнча суроо бар. Колдонмону ачыңыз.",
        "360Auto: we have a question about your payment. Please open the app.",
    ),
    "payment_refunded": (
        "360Auto: деньги за вашу оплату возвращены.",
        "360Auto: төлөмүңүздүн акчасы кайтарылды.",
        "360Auto: your payment has been refunded.",
    ),
    "account_question": (
        "360Auto: напишите в поддержку из приложения, мы ждём ответа.",
        "360Auto: колдонмодон колдоого жазыңыз, жооп күтөбүз.",
        "360Auto: please contact support in the app, we are waiting for your answer.",
    ),
    "test": (
        "360Auto: проверка связи.",
        "360Auto: байланышты текшерүү.",
        "360Auto: a test message.",
    ),
}
