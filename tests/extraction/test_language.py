"""Languages: English is read, however oddly it is written; nothing else is."""

from __future__ import annotations

import pytest

from api.extraction.language import detect

ENGLISH = [
    "They met.",
    "NATO",
    "Putin",
    "Zelenskyy, Lavrov, Blinken",
    "12345 67.8 %",
    "🎉🎉",
    "",
    "THE MINISTER SAID THAT TALKS WOULD GO ON.",
    "The minister (וזיר) spoke of “der Rechtsstaat” on Monday, and of the état de droit, as he put it.",
    "• Why it matters: Poll shows wealthy voters abandon the party.",
]
OTHERS = {
    "fr": "Les ministres se sont rencontrés lundi à Genève, a déclaré un responsable.",
    "de": "Der Minister sagte am Montag, dass die Truppen abziehen würden.",
    "es": "El ministro dijo el lunes que las tropas se retirarían de la región.",
    "uk": "Україна отримала допомогу від Сполучених Штатів, сказав міністр.",
    "ar": "قال الرئيس أمس",
    "zh": "北京消息：習近平說",
}


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_english(text: str) -> None:
    assert detect(text) == "en"


@pytest.mark.parametrize("language, text", OTHERS.items(), ids=list(OTHERS))
def test_another_language_is_named(language: str, text: str) -> None:
    assert detect(text) == language
