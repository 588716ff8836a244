"""Sentences of e-mail addresses and of the pages behind links in mails."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "email_limit": (
        "Слишком много кодов для электронной почты. Попробуйте позже.",
        "Электрондук почта үчүн код өтө көп. Кийинчерээк аракет кылыңыз.",
        "Too many codes for e-mail addresses. Please try again later.",
    ),
    "email_code_invalid": (
        "Неверный или устаревший код. Проверьте письмо или запросите новый код.",
        "Код туура эмес же эскирген. Катты текшериңиз же жаңы код сураңыз.",
        "The code is wrong or expired. Check the e-mail or request a new code.",
    ),
    "email_in_use": (
        "Этот адрес уже подтверждён в другом аккаунте.",
        "Бул дарек башка аккаунтта ырасталган.",
        "This address is already confirmed in another account.",
    ),
    "email_link_invalid": (
        "Такой ссылки нет. Откройте ссылку из последнего письма.",
        "Мындай шилтеме жок. Акыркы каттагы шилтемени ачыңыз.",
        "There is no such link. Open the one in the latest e-mail.",
    ),
    "email_link_used": (
        "Эта ссылка уже использована.",
        "Бул шилтеме колдонулган.",
        "This link has already been used.",
    ),
    "email_link_replaced": (
        "Эта ссылка больше не действует: позже запросили другую.",
        "Бул шилтеме мындан ары жараксыз: кийин башкасы суралган.",
        "This link no longer works: a later one replaced it.",
    ),
    "email_link_expired": (
        "Срок ссылки истёк. Запросите новую в приложении.",
        "Шилтеменин мөөнөтү бүттү. Колдонмодон жаңысын сураңыз.",
        "This link has expired. Request a new one in the app.",
    ),
    "email_link_other_account": (
        "Эта ссылка для другого аккаунта.",
        "Бул шилтеме башка аккаунт үчүн.",
        "This link belongs to another account.",
    ),
    "email_code_closed": (
        "Код по электронной почте сейчас недоступен. Запросите код по SMS.",
        "Электрондук почта аркылуу код азыр жеткиликсиз. SMS кодун сураңыз.",
        "A code by e-mail is not available now. Request one by SMS.",
    ),
}

TEXTS: Sentences = {
    "email_code_sent": (
        "Если к этому номеру подтверждён адрес электронной почты, код отправлен туда.",
        "Эгер бул номерге электрондук дарек ырасталган болсо, код ошол жакка жөнөтүлдү.",
        "If an e-mail address is confirmed for this number, the code was sent there.",
    ),
    "email_confirm_title": ("Подтвердить адрес?", "Даректи ырастайсызбы?", "Confirm this address?"),
    "email_confirm_text": (
        "{email} станет адресом аккаунта 360Auto с номером, который заканчивается на {phone_end}.",
        "{email} дареги {phone_end} менен бүткөн номердеги 360Auto аккаунтуна таандык болот.",
        "{email} becomes the address of the 360Auto account whose phone number ends in {phone_end}.",
    ),
    "email_confirm_button": ("Подтвердить", "Ырастоо", "Confirm"),
    "email_confirm_done": ("Адрес подтверждён", "Дарек ырасталды", "The address is confirmed"),
    "email_undo_title": (
        "Вернуть адрес и выйти везде?",
        "Даректи кайтарып, бардык жерден чыгасызбы?",
        "Restore the address and log out everywhere?",
    ),
    "email_undo_text": (
        "{email} снова станет адресом аккаунта, номер которого заканчивается на {phone_end}. Все входы завершатся.",
        "{email} кайра {phone_end} менен бүткөн номердеги аккаунттун дареги болот. Анын бардык сеанстары аяктайт.",
        "{email} becomes the address of the account whose phone number ends in {phone_end}. All its sessions end.",
    ),
    "email_undo_button": (
        "Вернуть и выйти везде",
        "Кайтаруу жана бардык жерден чыгуу",
        "Restore and log out everywhere",
    ),
    "email_undo_done": (
        "Адрес возвращён, все входы завершены",
        "Дарек кайтарылды, сеанстар аяктады",
        "The address is restored, all sessions have ended",
    ),
    "email_unsubscribe_title": (
        "Больше не присылать такие письма?",
        "Мындай каттарды мындан ары жөнөтпөйбүзбү?",
        "Stop e-mails of this kind?",
    ),
    "email_unsubscribe_text": (
        "Другие письма будут приходить. Всё настраивается в приложении.",
        "Башка каттар келе берет. Баары колдонмодо жөндөлөт.",
        "Other e-mails keep coming. Everything can be set in the app.",
    ),
    "email_unsubscribe_button": ("Отписаться", "Жазылуудан чыгуу", "Unsubscribe"),
    "email_unsubscribe_done": ("Больше не пришлём", "Мындан ары жөнөтпөйбүз", "We will not send them any more"),
    "email_page_failed": ("Не получилось", "Болгон жок", "That did not work"),
}
