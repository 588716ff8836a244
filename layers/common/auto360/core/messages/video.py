"""Sentences of uploads and videos."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "upload_ticket_over": (
        "Время загрузки истекло. Начните загрузку видео заново.",
        "Жүктөө убактысы бүттү. Видеону кайрадан жүктөй баштаңыз.",
        "The upload time has expired. Please start the upload again.",
    ),
    "upload_too_large": (
        "Видео слишком большое или длинное. Сократите его и загрузите снова.",
        "Видео өтө чоң же узун. Кыскартып, кайра жүктөңүз.",
        "The video is too large or too long. Shorten it and upload it again.",
    ),
    "video_not_ready": (
        "Видео ещё обрабатывается. Подождите немного.",
        "Видео иштетилип жатат. Бир аз күтүңүз.",
        "The video is still being processed. Please wait a moment.",
    ),
    "video_service_unavailable": (
        "Видеосервис временно недоступен. Попробуйте через минуту.",
        "Видео кызматы убактылуу иштебейт. Бир мүнөттөн кийин аракет кылыңыз.",
        "The video service is temporarily unavailable. Please try again in a minute.",
    ),
}
