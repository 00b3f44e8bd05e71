"""How many there are, where no more were counted than so many."""

from django import template

from blog import long_lists

register = template.Library()


@register.filter
def counted(count: int) -> str:
    return f"{long_lists.COUNTED_EACH}+" if count > long_lists.COUNTED_EACH else str(count)
