"""How Open Graph names a language: always with a country."""

# Where most who write it live, for tags that name no country (CLDR, likely subtags). Others are left unsaid.
LIKELY = {
    "ar": "EG", "bg": "BG", "bn": "BD", "ca": "ES", "cs": "CZ", "cy": "GB", "da": "DK", "de": "DE", "el": "GR",
    "en": "US", "es": "ES", "et": "EE", "eu": "ES", "fa": "IR", "fi": "FI", "fr": "FR", "ga": "IE", "gl": "ES",
    "he": "IL", "hi": "IN", "hr": "HR", "hu": "HU", "id": "ID", "is": "IS", "it": "IT", "ja": "JP", "ko": "KR",
    "lt": "LT", "lv": "LV", "ms": "MY", "nb": "NO", "nl": "NL", "nn": "NO", "pl": "PL", "pt": "BR", "ro": "RO",
    "ru": "RU", "sk": "SK", "sl": "SI", "sq": "AL", "sr": "RS", "sv": "SE", "sw": "TZ", "ta": "IN", "th": "TH",
    "tr": "TR", "uk": "UA", "ur": "PK", "vi": "VN", "zh": "CN",
}  # fmt: skip


def locale_of(language: str) -> str:
    """Return a BCP 47 tag as `en_GB`; empty where no country is named or likely."""
    first, *more = language.split("-")
    countries = [part.upper() for part in more if len(part) == 2 and part.isalpha()]
    country = countries[0] if countries else LIKELY.get(first.lower(), "")
    return f"{first.lower()}_{country}" if country else ""
