"""Sentences of login, sessions and consents."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "phone_invalid": (
        "Введите номер мобильного телефона Кыргызстана, например +996 555 123 456.",
        "Кыргызстандын мобилдик номерин жазыңыз, мисалы +996 555 123 456.",
        "Enter a Kyrgyz mobile number, for example +996 555 123 456.",
    ),
    "phone_rejected": (
        "Оператор не принимает SMS на этот номер. Проверьте его или войдите с другого номера.",
        "Оператор бул номерге SMS кабыл албайт. Номерди текшериңиз же башкасын колдонуңуз.",
        "The mobile network rejects SMS to this number. Check the number or use another one.",
    ),
    "otp_too_soon": (
        "Код уже отправлен. Новый можно запросить через минуту.",
        "Код жөнөтүлгөн. Жаңысын бир мүнөттөн кийин сураса болот.",
        "A code was already sent. You can request another in a minute.",
    ),
    "otp_phone_limit": (
        "На этот номер отправлено слишком много кодов. Попробуйте позже.",
        "Бул номерге өтө көп код жөнөтүлдү. Кийинчерээк аракет кылыңыз.",
        "Too many codes were sent to this number. Please try again later.",
    ),
    "otp_address_limit": (
        "Из вашей сети запрошено слишком много кодов. Попробуйте позже или смените сеть.",
        "Сиздин тармактан өтө көп код суралды. Кийинчерээк же башка тармактан аракет кылыңыз.",
        "Too many codes were requested from your network. Try later or from another network.",
    ),
    "otp_temporarily_limited": (
        "Отправка кодов временно ограничена. Попробуйте позже.",
        "Код жөнөтүү убактылуу чектелген. Кийинчерээк аракет кылыңыз.",
        "Sending codes is temporarily limited. Please try again later.",
    ),
    "otp_invalid": (
        "Неверный или устаревший код. Проверьте SMS или запросите новый код.",
        "Код туура эмес же эскирген. SMSти текшериңиз же жаңы код сураңыз.",
        "The code is wrong or expired. Check the SMS or request a new code.",
    ),
    "otp_locked": (
        "Слишком много неверных попыток. Вход закрыт на 15 минут.",
        "Туура эмес аракеттер өтө көп. Кирүү 15 мүнөткө жабык.",
        "Too many wrong attempts. Login is locked for 15 minutes.",
    ),
    "sms_unavailable": (
        "SMS сейчас не отправляются. Попробуйте через несколько минут.",
        "Азыр SMS жөнөтүлбөй жатат. Бир нече мүнөттөн кийин аракет кылыңыз.",
        "SMS cannot be sent right now. Please try again in a few minutes.",
    ),
    "account_blocked": (
        "Аккаунт заблокирован. Напишите в поддержку.",
        "Аккаунт бөгөттөлгөн. Колдоо кызматына жазыңыз.",
        "This account is blocked. Please contact support.",
    ),
    "consent_required": (
        "Без согласия с условиями и обработкой данных продолжить нельзя.",
        "Шарттарга жана маалыматты иштетүүгө макулдуксуз улантууга болбойт.",
        "To continue, accept the terms and the data processing.",
    ),
}
