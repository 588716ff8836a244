"""Texts of e-mails in Russian, Kyrgyz and English. Placeholders are filled by `str.format`."""

from collections.abc import Mapping

Sentences = Mapping[str, tuple[str, str, str]]

WORDS: Sentences = {
    "verification_title": (
        "Подтвердите адрес электронной почты",
        "Электрондук дарегиңизди ырастаңыз",
        "Confirm your e-mail address",
    ),
    "verification_body": (
        (
            "Кто-то указал этот адрес для аккаунта 360Auto с номером, который заканчивается на {phone_end}.\n"
            "Ваш код: {code}\n"
            "Введите его в приложении или откройте страницу:"
        ),
        (
            "Кимдир бул даректи {phone_end} менен бүткөн номердеги 360Auto аккаунту үчүн көрсөттү.\n"
            "Сиздин код: {code}\n"
            "Аны колдонмого жазыңыз же баракты ачыңыз:"
        ),
        (
            "Somebody entered this address for the 360Auto account whose phone number ends in {phone_end}.\n"
            "Your code: {code}\n"
            "Enter it in the app, or open this page:"
        ),
    ),
    "verification_end": (
        "Код и ссылка действуют один час. Если это не вы, ничего не делайте.",
        "Код жана шилтеме бир саат жарактуу. Бул сиз болбосоңуз, эч нерсе кылбаңыз.",
        "Code and link work for one hour. If it was not you, do nothing.",
    ),
    "login_code_title": ("Код для входа в 360Auto", "360Autoго кирүү коду", "Your 360Auto login code"),
    "login_code_body": (
        "SMS сейчас не доходят, поэтому код для входа пришёл по почте.\nВаш код: {code}",
        "Азыр SMS жетпей жатат, ошондуктан кирүү коду почта менен келди.\nСиздин код: {code}",
        "SMS do not arrive at the moment, so your login code comes by e-mail.\nYour code: {code}",
    ),
    "login_code_end": (
        "Никому не сообщайте код. Если вы не входили в 360Auto, проверьте, кто может читать вашу почту.",
        "Кодду эч кимге айтпаңыз. Эгер 360Autoго кирген жок болсоңуз, почтаңызды ким окуй аларын текшериңиз.",
        "Tell nobody the code. If you did not log in to 360Auto, check who can read your mail.",
    ),
    "address_changed_title": (
        "Адрес почты вашего аккаунта изменён",
        "Аккаунтуңуздун почта дареги өзгөрдү",
        "The e-mail address of your account was changed",
    ),
    "address_changed_body": (
        (
            "Этот адрес больше не связан с аккаунтом 360Auto с номером, который заканчивается на {phone_end}.\n"
            "Если это не вы, верните адрес и завершите все входы в аккаунт:"
        ),
        (
            "Бул дарек {phone_end} менен бүткөн номердеги 360Auto аккаунтуна мындан ары таандык эмес.\n"
            "Бул сиз болбосоңуз, даректи кайтарып, аккаунттун бардык сеанстарын аяктаңыз:"
        ),
        (
            "This address no longer belongs to the 360Auto account whose phone number ends in {phone_end}.\n"
            "If it was not you, restore it and end all sessions of the account:"
        ),
    ),
    "address_changed_end": (
        "Ссылка действует семь дней. Если это вы, ничего не делайте.",
        "Шилтеме жети күн жарактуу. Бул сиз болсоңуз, эч нерсе кылбаңыз.",
        "The link works for seven days. If it was you, do nothing.",
    ),
    "notification_end": (
        "Подробности — в приложении 360Auto.",
        "Толук маалымат 360Auto колдонмосунда.",
        "See the 360Auto app for details.",
    ),
    "unsubscribe": (
        "Не присылать такие письма:",
        "Мындай каттарды жөнөтпөө:",
        "Stop e-mails of this kind:",
    ),
    "security_end": (
        "Письмо о безопасности аккаунта, номер которого заканчивается на {phone_end}. Отказаться от них нельзя.",
        "{phone_end} менен бүткөн номердеги аккаунттун коопсуздугу жөнүндө кат. Мындай каттардан баш тартууга болбойт.",
        "About the security of the account whose phone number ends in {phone_end}. Such mails cannot be switched off.",
    ),
}
_LANGUAGES = ("ru", "ky", "en")


def words(name: str, language: str, **values: str) -> str:
    """Return a text with its values; Russian for an unknown language."""
    place = _LANGUAGES.index(language) if language in _LANGUAGES else 0
    return WORDS[name][place].format(**values)
