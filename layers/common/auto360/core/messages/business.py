"""Sentences of business accounts and their teams."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "business_exists": (
        "У вас уже есть бизнес-аккаунт. Измените его или закройте, чтобы открыть новый.",
        "Сизде бизнес-аккаунт бар. Аны өзгөртүңүз же жаңысын ачуу үчүн жабыңыз.",
        "You already own a business account. Change it, or close it to open another.",
    ),
    "business_tax_id_taken": (
        "Бизнес с этим ИНН уже зарегистрирован. Проверьте номер или напишите в поддержку.",
        "Бул ИНН менен бизнес катталган. Номерди текшериңиз же колдоо кызматына жазыңыз.",
        "A business with this tax id is already registered. Check the number or contact support.",
    ),
    "business_member_already": (
        "Этот человек уже в команде.",
        "Бул адам командада бар.",
        "This person is already in the team.",
    ),
    "business_team_full": (
        "В команде больше нет мест. Удалите кого-нибудь или отзовите приглашение.",
        "Командада орун калган жок. Бирөөнү чыгарыңыз же чакырууну артка алыңыз.",
        "The team is full. Remove a member or withdraw an invitation.",
    ),
    "business_owner_stays": (
        "Владелец не может выйти. Сначала передайте бизнес другому или закройте его.",
        "Ээси чыга албайт. Адегенде бизнести башкага өткөрүңүз же жабыңыз.",
        "The owner cannot leave. Transfer the business or close it first.",
    ),
    "business_member_required": (
        "Передать бизнес можно только участнику команды. Сначала пригласите его.",
        "Бизнести команданын мүчөсүнө гана өткөрсө болот. Адегенде аны чакырыңыз.",
        "You can transfer a business only to a team member. Invite the person first.",
    ),
    "business_new_owner_has_one": (
        "У этого участника уже есть свой бизнес-аккаунт. Выберите другого.",
        "Бул мүчөнүн өзүнүн бизнес-аккаунту бар. Башкасын тандаңыз.",
        "This member already owns a business account. Choose another member.",
    ),
}
