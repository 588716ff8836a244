"""Sentences of payments and subscriptions."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "bank_not_offered": (
        "Этот банк сейчас недоступен для оплаты. Выберите другой.",
        "Бул банк аркылуу азыр төлөөгө болбойт. Башкасын тандаңыз.",
        "This bank is not available for payment right now. Choose another one.",
    ),
    "bank_unavailable": (
        "Банк не отвечает. Попробуйте ещё раз или выберите другой банк. Деньги не списаны.",
        "Банк жооп бербей жатат. Кайра аракет кылыңыз же башка банк тандаңыз. Акча алынган жок.",
        "The bank does not answer. Try again or choose another bank. No money was taken.",
    ),
    "tier_not_for_sale": (
        "Такого тарифа нет в продаже. Обновите список тарифов.",
        "Мындай тариф сатылбайт. Тарифтердин тизмесин жаңыртыңыз.",
        "This plan is not for sale. Refresh the list of plans.",
    ),
    "tier_needs_offer": (
        "Цена этого тарифа договорная. Напишите нам, и мы сделаем предложение.",
        "Бул тарифтин баасы келишим боюнча. Бизге жазыңыз, сунуш жиберебиз.",
        "This plan has an individual price. Contact us for an offer.",
    ),
    "tier_below_current": (
        "У вас тариф выше. Перейти на этот можно, когда закончится оплаченное время.",
        "Сизде андан жогорку тариф бар. Бул тарифке төлөнгөн убакыт бүткөндө өтсө болот.",
        "You have a higher plan. You can switch to this one when the paid period ends.",
    ),
    "tier_not_lower": (
        "Этот тариф не ниже вашего. Чтобы перейти на него, оплатите его.",
        "Бул тариф сиздикинен төмөн эмес. Ага өтүү үчүн төлөңүз.",
        "This plan is not lower than yours. Buy it to switch.",
    ),
    "subscription_none": (
        "У вас нет платного тарифа.",
        "Сизде акылуу тариф жок.",
        "You have no paid plan.",
    ),
    "payment_refused": (
        "Сейчас мы не можем принять этот заказ. Попробуйте позже или напишите в поддержку.",
        "Азыр бул буйрутманы кабыл ала албайбыз. Кийинчерээк аракет кылыңыз же колдоо кызматына жазыңыз.",
        "We cannot accept this order right now. Try again later or contact support.",
    ),
    "payment_being_prepared": (
        "Счёт уже готовится. Подождите несколько секунд.",
        "Эсеп даярдалып жатат. Бир нече секунд күтүңүз.",
        "Your order is being prepared. Wait a few seconds.",
    ),
    "payment_not_open": (
        "Этот платёж уже завершён, отменить его нельзя.",
        "Бул төлөм аяктаган, аны жокко чыгарууга болбойт.",
        "This payment is complete and cannot be cancelled.",
    ),
    "refund_too_large": (
        "Сумма возврата больше того, что осталось от платежа.",
        "Кайтаруу суммасы төлөмдөн калганынан көп.",
        "The refund exceeds the remaining amount of the payment.",
    ),
    "payment_already_decided": (
        "Решение уже принято. Обновите список.",
        "Чечим кабыл алынган. Тизмени жаңыртыңыз.",
        "This was already decided. Refresh the list.",
    ),
    "second_person_required": (
        "Это должен подтвердить другой сотрудник.",
        "Муну башка кызматкер ырасташы керек.",
        "Another staff member must approve this.",
    ),
    "operator_own_money": (
        "О своих деньгах решает другой сотрудник.",
        "Өз акчаңыз жөнүндө башка кызматкер чечет.",
        "Another staff member must decide about your own payments.",
    ),
    "payment_evidence_used": (
        "По этому номеру банка платёж уже учтён.",
        "Бул банк номери боюнча төлөм эсепке алынган.",
        "A payment with this bank number is already recorded.",
    ),
}
