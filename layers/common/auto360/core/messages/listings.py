"""Sentences of listings and their videos."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
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
}
