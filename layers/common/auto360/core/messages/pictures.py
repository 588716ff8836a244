"""Sentences of pictures: refusals of requests, and of files that are no pictures."""

from auto360.core.messages.languages import Sentences

ERRORS: Sentences = {
    "picture_limit_reached": (
        "Слишком много фотографий за день. Попробуйте позже.",
        "Бир күндө өтө көп сүрөт. Кийинчерээк аракет кылыңыз.",
        "Too many pictures today. Please try again later.",
    ),
    "picture_too_large": (
        "Фотография больше 15 МБ. Выберите другую.",
        "Сүрөт 15 МБдан чоң. Башкасын тандаңыз.",
        "The picture is larger than 15 MB. Please choose another one.",
    ),
}

TEXTS: Sentences = {
    "picture_too_large": (
        "Фотография больше 15 МБ. Выберите другую.",
        "Сүрөт 15 МБдан чоң. Башкасын тандаңыз.",
        "The picture is larger than 15 MB. Please choose another one.",
    ),
    "picture_not_a_picture": (
        "Фото не распознано. Загрузите файл JPEG, PNG, WebP или HEIC.",
        "Сүрөт таанылган жок. JPEG, PNG, WebP же HEIC файлын жүктөңүз.",
        "This file is not a picture. Please upload JPEG, PNG, WebP or HEIC.",
    ),
    "picture_too_many_pixels": (
        "Фотография больше 50 мегапикселей. Уменьшите её и загрузите снова.",
        "Сүрөт 50 мегапикселден чоң. Кичирейтип, кайра жүктөңүз.",
        "The picture has more than 50 megapixels. Make it smaller and upload it again.",
    ),
    "picture_animated": (
        "Анимация не принимается. Загрузите обычную фотографию.",
        "Анимация кабыл алынбайт. Кадимки сүрөт жүктөңүз.",
        "Animations are not accepted. Please upload a still picture.",
    ),
    "picture_damaged": (
        "Файл повреждён или загружен не полностью. Загрузите его снова.",
        "Файл бузулган же толук жүктөлгөн эмес. Кайра жүктөңүз.",
        "The file is damaged or incomplete. Please upload it again.",
    ),
    "picture_too_heavy": (
        "Не удалось обработать фотографию. Сохраните её в формате JPEG и загрузите снова.",
        "Сүрөттү иштетүү мүмкүн болгон жок. JPEG форматында сактап, кайра жүктөңүз.",
        "The picture could not be processed. Save it as JPEG and upload it again.",
    ),
    "picture_unprocessable": (
        "Не удалось обработать фотографию. Загрузите другую.",
        "Сүрөттү иштетүү мүмкүн болгон жок. Башкасын жүктөңүз.",
        "The picture could not be processed. Please upload another one.",
    ),
}
