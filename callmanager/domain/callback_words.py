"""What a voice tells callers of the key by which they are called back, in each language of prompts. Pure."""

from __future__ import annotations

from collections.abc import Mapping

_SENTENCES: Mapping[str, str] = {
    "en": "If you would rather be called back than wait, press {key}. You keep your place.",
    "es": "Si prefiere que le devolvamos la llamada en lugar de esperar, pulse {key}. Conservará su lugar.",
    "fr": "Si vous préférez être rappelé plutôt que d'attendre, appuyez sur {key}. Vous gardez votre place.",
    "it": "Se preferisce essere richiamato invece di attendere, prema {key}. Manterrà il suo posto.",
    "ru": "Если вы хотите, чтобы вам перезвонили, нажмите {key}. Ваше место в очереди сохранится.",
}
_KEYS: Mapping[str, Mapping[str, str]] = {
    "en": {"*": "star", "#": "pound"},
    "es": {"*": "asterisco", "#": "numeral"},
    "fr": {"*": "étoile", "#": "dièse"},
    "it": {"*": "asterisco", "#": "cancelletto"},
    "ru": {"*": "звёздочку", "#": "решётку"},
}


def callback_sentence(language: str, key: str) -> str:
    """English where there is none of the language."""
    known = language if language in _SENTENCES else "en"
    return _SENTENCES[known].format(key=_KEYS[known].get(key, key))
