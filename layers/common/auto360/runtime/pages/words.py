"""Codes of the database as words for operators, in Russian and English. A code without a word is shown as it is."""

_WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "role": {
        "user": ("без роли", "no role"),
        "moderator": ("модератор", "moderator"),
        "finance": ("финансы", "finance"),
        "admin": ("администратор", "administrator"),
    },
    "severity": {
        "critical": ("критическая", "critical"),
        "warning": ("предупреждение", "warning"),
        "info": ("сведения", "info"),
    },
    "priority": {
        "urgent": ("срочно", "urgent"),
        "high": ("высокий", "high"),
        "normal": ("обычный", "normal"),
        "low": ("низкий", "low"),
    },
    "moderation": {
        "pending": ("ждёт", "waiting"),
        "in_review": ("проверяется", "in review"),
        "escalated": ("у администратора", "with an administrator"),
        "approved": ("одобрено", "approved"),
        "rejected": ("отклонено", "rejected"),
    },
    "moderation_event": {
        "submit": ("подано", "submitted"),
        "auto_flag": ("отмечено правилом", "flagged by a rule"),
        "assign": ("взято в работу", "taken"),
        "release": ("возвращено в очередь", "given back"),
        "approve": ("одобрено", "approved"),
        "reject": ("отклонено", "rejected"),
        "escalate": ("передано администратору", "escalated"),
        "report": ("жалоба", "reported"),
        "hide": ("скрыто", "hidden"),
        "restore": ("показано снова", "shown again"),
    },
    "category": {
        "car": ("автомобиль", "car"),
        "horse": ("лошадь", "horse"),
        "real_estate": ("недвижимость", "real estate"),
    },
    "report": {
        "spam": ("спам", "spam"),
        "fraud": ("обман", "fraud"),
        "sold": ("уже продано", "already sold"),
        "wrong_category": ("не та категория", "wrong category"),
        "offensive": ("оскорбление", "offensive"),
        "duplicate": ("повтор", "duplicate"),
        "other": ("другое", "other"),
    },
    "backup": {
        "database_daily": ("База, ежедневно", "Database, daily"),
        "database_weekly": ("База, еженедельно", "Database, weekly"),
        "videos": ("Видео", "Videos"),
        "storage": ("Файлы пользователей", "Users' files"),
        "verification": ("Проверка копий", "Verification"),
        "restore_drill": ("Учебное восстановление", "Restore drill"),
        "video": ("Видео", "Videos"),
        "running": ("идёт", "running"),
        "uploaded": ("загружено", "uploaded"),
        "verified": ("проверено", "verified"),
        "failed": ("ошибка", "failed"),
        "swept": ("удалено по сроку", "swept"),
    },
    "dependency": {
        "database": ("База данных", "Database"),
        "redis": ("Redis", "Redis"),
        "sms_nikita": ("SMS: nikita.kg", "SMS: nikita.kg"),
        "sms_smsc": ("SMS: SMSC", "SMS: SMSC"),
    },
    "area": {
        "operator": ("доступ", "access"),
        "moderation": ("модерация", "moderation"),
        "alert": ("тревоги", "alerts"),
        "sms": ("SMS", "SMS"),
        "payment": ("платежи", "payments"),
        "refund": ("возвраты", "refunds"),
        "migration": ("перенос видео", "migration"),
    },
    "action": {
        "operator.sign_in": ("вход", "signed in"),
        "operator.sign_out": ("выход", "signed out"),
        "operator.refused": ("вход отклонён: нет роли", "sign-in refused: no role"),
        "operator.appoint": ("роль изменена", "role changed"),
        "moderation.assign": ("взял объявление", "took a listing"),
        "moderation.release": ("вернул объявление в очередь", "gave a listing back"),
        "moderation.approve": ("одобрил объявление", "approved a listing"),
        "moderation.reject": ("отклонил объявление", "rejected a listing"),
        "moderation.escalate": ("передал администратору", "escalated a listing"),
        "alert.silence": ("приглушил тревогу", "silenced an alert"),
        "sms.send": ("отправил SMS", "sent an SMS"),
        "refresh_token_reused": ("повтор токена приложения", "app token used twice"),
    },
    "done": {
        "approve": ("Объявление одобрено.", "The listing is approved."),
        "reject": ("Объявление отклонено, продавец увидит причину.", "The listing is rejected; the seller sees why."),
        "escalate": ("Передано администратору.", "Passed on to an administrator."),
        "assign": ("Объявление закреплено за вами.", "The listing is yours to check."),
        "release": ("Объявление снова в очереди.", "The listing is back in the queue."),
        "silenced": ("Повторы этой тревоги приглушены.", "Repetitions of this alert are silenced."),
        "appointed": ("Роль изменена.", "The role is changed."),
        "signed_out": ("Вы вышли.", "You are signed out."),
    },
}


def word(kind: str, code: str, language: str) -> str:
    """The word for a code of a kind."""
    russian, english = _WORDS.get(kind, {}).get(code, (code, code))
    return english if language == "en" else russian
