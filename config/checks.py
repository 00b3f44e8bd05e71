"""What `manage.py check` says of the site's looks."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Warning, register

from . import colours


@register()
def the_accent_can_be_read(**told: Any) -> list[CheckMessage]:
    """Links are written in it, so it needs the contrast of text on both papers."""
    if settings.SITE_COLOUR is None:
        return []
    measured = [
        (theme, colour, paper, colours.contrast(colour, paper))
        for (theme, paper), colour in zip(colours.PAPERS.items(), settings.SITE_COLOUR, strict=True)
    ]
    return [
        Warning(
            f"SITE_COLOUR {colour} has a contrast of {ratio:.1f} to the {theme} paper {paper}; "
            f"people need {colours.READABLE} to read it.",
            id="config.W001",
        )
        for theme, colour, paper, ratio in measured
        if ratio < colours.READABLE
    ]


@register()
def the_logo_is_there(**told: Any) -> list[CheckMessage]:
    if not settings.SITE_LOGO or finders.find(settings.SITE_LOGO):
        return []
    return [
        Warning(
            f"SITE_LOGO is “{settings.SITE_LOGO}”, and neither the theme’s folder static nor {settings.SITE_FILES} "
            "has it; the name of the site stands in its place.",
            id="config.W002",
        )
    ]
