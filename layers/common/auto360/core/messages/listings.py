"""Sentences of listings and their videos."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "listing_limit_reached": (
        "Лимит объявлений вашего тарифа на этот месяц исчерпан. Смените тариф или дождитесь следующего месяца.",
        "Тарифиңиз боюнча бул айга жарыялардын чеги бүттү. Тарифти алмаштырыңыз же кийинки айды күтүңүз.",
        "You have used all listings of your plan this month. Change the plan or wait until next month.",
    ),
    "listing_refused": (
        "Объявление нарушает правила. Исправьте текст и отправьте снова.",
        "Жарыя эрежелерди бузат. Текстти оңдоп, кайра жөнөтүңүз.",
        "The listing breaks the rules. Correct the text and send it again.",
    ),
    "listing_not_active": (
        "Изменить или отметить проданным можно только активное объявление.",
        "Активдүү жарыяны гана өзгөртүүгө же сатылды деп белгилөөгө болот.",
        "Only an active listing can be changed or marked as sold.",
    ),
    "listing_not_sold": (
        "Восстановить можно только проданное объявление.",
        "Сатылган жарыяны гана калыбына келтирүүгө болот.",
        "Only a sold listing can be reactivated.",
    ),
    "listing_sale_final": (
        "Срок восстановления истёк. Создайте новое объявление.",
        "Калыбына келтирүү мөөнөтү өттү. Жаңы жарыя түзүңүз.",
        "It is too late to reactivate this listing. Please post a new one.",
    ),
    "saved_search_limit_reached": (
        "Можно сохранить не больше 20 поисков. Удалите ненужный и попробуйте снова.",
        "20дан ашык издөөнү сактоого болбойт. Кереги жогун өчүрүп, кайра аракет кылыңыз.",
        "You can save up to 20 searches. Delete one that you no longer need and try again.",
    ),
    "saved_search_too_broad": (
        (
            "Поиск слишком широкий для мгновенных уведомлений. Уточните марку, породу или тип недвижимости с городом "
            "либо выберите сводку за день."
        ),
        (
            "Издөө дароо билдирүү үчүн өтө кең. Марканы, тукумду же кыймылсыз мүлктүн түрүн шаары менен тактаңыз "
            "же күндүк жыйынтыкты тандаңыз."
        ),
        (
            "The search is too broad for instant notifications. Add a make, a breed, or a property type with a city, "
            "or choose a daily summary."
        ),
    ),
    "video_unavailable": (
        "Это видео нельзя использовать. Загрузите его ещё раз.",
        "Бул видеону колдонууга болбойт. Аны кайра жүктөңүз.",
        "This video cannot be used. Please upload it again.",
    ),
}
