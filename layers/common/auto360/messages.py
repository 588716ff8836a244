"""Every sentence that a person may read, in Russian, Kyrgyz and English, by error code or name."""

from typing import Literal

Language = Literal["ru", "ky", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "ky", "en")

# One row a code: Russian, Kyrgyz, English. Each says what happened and what the person can do.
ERRORS: dict[str, tuple[str, str, str]] = {
    "internal": (
        "Что-то сломалось на нашей стороне. Попробуйте ещё раз чуть позже.",
        "Биз тарапта ката кетти. Бир аздан кийин кайра аракет кылыңыз.",
        "Something broke on our side. Please try again a little later.",
    ),
    "service_unavailable": (
        "Сервис временно недоступен. Попробуйте через минуту.",
        "Кызмат убактылуу иштебей жатат. Бир мүнөттөн кийин аракет кылыңыз.",
        "The service is briefly unavailable. Please try again in a minute.",
    ),
    "not_found": (
        "Не найдено. Проверьте адрес или обновите список.",
        "Табылган жок. Даректи текшериңиз же тизмени жаңыртыңыз.",
        "Not found. Check the address or refresh the list.",
    ),
    "method_not_allowed": (
        "Так этот адрес не вызывается. Обновите приложение.",
        "Бул дарек мындай чакырылбайт. Колдонмону жаңыртыңыз.",
        "This address cannot be called that way. Please update the app.",
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
    "phone_invalid": (
        "Введите номер мобильного телефона Кыргызстана, например +996 555 123 456.",
        "Кыргызстандын мобилдик номерин жазыңыз, мисалы +996 555 123 456.",
        "Enter a Kyrgyz mobile number, for example +996 555 123 456.",
    ),
    "phone_rejected": (
        "Оператор не принимает SMS на этот номер. Проверьте его или войдите с другого номера.",
        "Оператор бул номерге SMS кабыл албайт. Номерди текшериңиз же башкасын колдонуңуз.",
        "The operator does not take SMS for this number. Check it or use another one.",
    ),
    "authentication_required": (
        "Войдите в приложение ещё раз.",
        "Колдонмого кайра кириңиз.",
        "Please log in again.",
    ),
    "forbidden": (
        "У вас нет доступа к этому действию.",
        "Бул аракетке сизде уруксат жок.",
        "You are not allowed to do this.",
    ),
    "rate_limited": (
        "Слишком много запросов. Подождите немного и попробуйте снова.",
        "Сурамдар өтө көп. Бир аз күтүп, кайра аракет кылыңыз.",
        "Too many requests. Wait a little and try again.",
    ),
    "otp_too_soon": (
        "Код уже отправлен. Новый можно запросить через минуту.",
        "Код жөнөтүлгөн. Жаңысын бир мүнөттөн кийин сураса болот.",
        "A code has been sent already. You can ask for another in a minute.",
    ),
    "otp_phone_limit": (
        "На этот номер отправлено слишком много кодов. Попробуйте позже.",
        "Бул номерге өтө көп код жөнөтүлдү. Кийинчерээк аракет кылыңыз.",
        "Too many codes were sent to this number. Please try later.",
    ),
    "otp_address_limit": (
        "Из вашей сети запрошено слишком много кодов. Попробуйте позже или смените сеть.",
        "Сиздин тармактан өтө көп код суралды. Кийинчерээк же башка тармактан аракет кылыңыз.",
        "Too many codes were requested from your network. Try later or from another network.",
    ),
    "otp_temporarily_limited": (
        "Отправка кодов временно ограничена. Попробуйте позже.",
        "Код жөнөтүү убактылуу чектелген. Кийинчерээк аракет кылыңыз.",
        "Sending codes is limited for the moment. Please try later.",
    ),
    "otp_invalid": (
        "Неверный или устаревший код. Проверьте SMS или запросите новый код.",
        "Код туура эмес же эскирген. SMSти текшериңиз же жаңы код сураңыз.",
        "The code is wrong or out of date. Check the SMS or ask for a new code.",
    ),
    "otp_locked": (
        "Слишком много неверных попыток. Вход закрыт на 15 минут.",
        "Туура эмес аракеттер өтө көп. Кирүү 15 мүнөткө жабык.",
        "Too many wrong attempts. Login is closed for 15 minutes.",
    ),
    "sms_unavailable": (
        "SMS сейчас не отправляются. Попробуйте через несколько минут.",
        "Азыр SMS жөнөтүлбөй жатат. Бир нече мүнөттөн кийин аракет кылыңыз.",
        "SMS cannot be sent right now. Please try again in a few minutes.",
    ),
    "account_blocked": (
        "Аккаунт заблокирован. Напишите в поддержку.",
        "Аккаунт бөгөттөлгөн. Колдоо кызматына жазыңыз.",
        "This account is blocked. Please write to support.",
    ),
    "consent_required": (
        "Без согласия с условиями и обработкой данных продолжить нельзя.",
        "Шарттарга жана маалыматты иштетүүгө макулдуксуз улантууга болбойт.",
        "You cannot go on without accepting the terms and the data processing.",
    ),
    "idempotency_key_reused": (
        "Этот запрос уже был отправлен с другим содержанием. Обновите экран и попробуйте снова.",
        "Бул сурам башка мазмун менен жөнөтүлгөн. Экранды жаңыртып, кайра аракет кылыңыз.",
        "This request was sent before with other content. Refresh the screen and try again.",
    ),
    "business_exists": (
        "У вас уже есть бизнес-аккаунт. Измените его или закройте, чтобы открыть новый.",
        "Сизде бизнес-аккаунт бар. Аны өзгөртүңүз же жаңысын ачуу үчүн жабыңыз.",
        "You already own a business account. Change it, or close it to open another.",
    ),
    "business_tax_id_taken": (
        "Бизнес с этим ИНН уже зарегистрирован. Проверьте номер или напишите в поддержку.",
        "Бул ИНН менен бизнес катталган. Номерди текшериңиз же колдоо кызматына жазыңыз.",
        "A business with this tax id is registered already. Check the number or write to support.",
    ),
    "business_member_already": (
        "Этот человек уже в команде.",
        "Бул адам командада бар.",
        "This person is in the team already.",
    ),
    "business_team_full": (
        "В команде больше нет мест. Удалите кого-нибудь или отзовите приглашение.",
        "Командада орун калган жок. Бирөөнү чыгарыңыз же чакырууну артка алыңыз.",
        "The team is full. Remove somebody or take an invitation back.",
    ),
    "business_owner_stays": (
        "Владелец не может выйти. Сначала передайте бизнес другому или закройте его.",
        "Ээси чыга албайт. Адегенде бизнести башкага өткөрүңүз же жабыңыз.",
        "The owner cannot leave. Hand the business over or close it first.",
    ),
    "business_member_required": (
        "Передать бизнес можно только участнику команды. Сначала пригласите его.",
        "Бизнести команданын мүчөсүнө гана өткөрсө болот. Адегенде аны чакырыңыз.",
        "A business can be handed to a member of its team only. Invite the person first.",
    ),
    "business_new_owner_has_one": (
        "У этого участника уже есть свой бизнес-аккаунт. Выберите другого.",
        "Бул мүчөнүн өзүнүн бизнес-аккаунту бар. Башкасын тандаңыз.",
        "This member owns another business account. Choose somebody else.",
    ),
    "chat_own_listing": (
        "Это ваше объявление. Покупатели напишут вам сами.",
        "Бул сиздин жарыяңыз. Сатып алуучулар сизге өздөрү жазышат.",
        "This is your own listing. Buyers will write to you.",
    ),
    "chat_blocked": (
        "Переписка с этим пользователем сейчас недоступна.",
        "Бул колдонуучу менен азыр жазышууга болбойт.",
        "You cannot exchange messages with this person at the moment.",
    ),
    "listing_limit_reached": (
        "Лимит объявлений вашего тарифа на этот месяц исчерпан. Смените тариф или дождитесь следующего месяца.",
        "Тарифиңиз боюнча бул айга жарыялардын чеги бүттү. Тарифти алмаштырыңыз же кийинки айды күтүңүз.",
        "Your plan has no listings left this month. Change the plan or wait for the next month.",
    ),
    "listing_refused": (
        "Объявление нарушает правила. Исправьте текст и отправьте снова.",
        "Жарыя эрежелерди бузат. Текстти оңдоп, кайра жөнөтүңүз.",
        "The listing breaks the rules. Correct the text and send it again.",
    ),
    "listing_not_active": (
        "Изменить или продать можно только активное объявление.",
        "Активдүү жарыяны гана өзгөртүүгө же сатылды деп белгилөөгө болот.",
        "Only an active listing can be changed or marked as sold.",
    ),
    "listing_not_sold": (
        "Вернуть можно только проданное объявление.",
        "Сатылган жарыяны гана кайтарууга болот.",
        "Only a sold listing can be brought back.",
    ),
    "listing_sale_final": (
        "Срок возврата прошёл. Создайте новое объявление.",
        "Кайтаруу мөөнөтү өттү. Жаңы жарыя түзүңүз.",
        "It is too late to bring it back. Please post a new listing.",
    ),
    "video_unavailable": (
        "Это видео нельзя использовать. Загрузите его ещё раз.",
        "Бул видеону колдонууга болбойт. Аны кайра жүктөңүз.",
        "This video cannot be used. Please upload it again.",
    ),
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

# Sentences for single fields in `details`.
FIELDS: dict[str, tuple[str, str, str]] = {
    "missing": ("Обязательное поле", "Милдеттүү талаа", "This field is required"),
    "unknown": ("Неизвестное поле", "Белгисиз талаа", "This field is not known"),
    "type": ("Неверный тип значения", "Маанинин түрү туура эмес", "The value has the wrong type"),
    "value": ("Недопустимое значение", "Жараксыз маани", "The value is not acceptable"),
}

TEXTS: dict[str, tuple[str, str, str]] = {
    "code_sent": ("Код отправлен по SMS", "Код SMS менен жөнөтүлдү", "The code was sent by SMS"),
}


def language_of(accept_language: str | None) -> Language:
    """The first of our languages that an Accept-Language header asks for; Russian without one."""
    for part in (accept_language or "").split(","):
        primary = part.split(";")[0].strip().lower().split("-")[0]
        for language in LANGUAGES:
            if primary == language:
                return language
    return "ru"


def sentence(table: dict[str, tuple[str, str, str]], key: str, language: Language) -> str:
    """The sentence for a key in a language."""
    return table[key][LANGUAGES.index(language)]
