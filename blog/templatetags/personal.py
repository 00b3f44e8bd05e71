"""The personal parts of a page, or the marks that stand for them: blog/personal.py."""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.engine import Engine
from django.utils.html import format_html
from django.utils.safestring import SafeString

from blog.personal import END, FOR, OWN, Whose, mark

register = template.Library()


@register.simple_tag(takes_context=True)
def personal(context: template.RequestContext, name: str) -> SafeString:
    """Show a template that is the person's own, as `person`."""
    person = context["request"].user
    if person.is_anybody:
        return mark(OWN, name)
    with context.push(person=person):
        return Engine.get_default().get_template(name).render(context)


@register.tag
def only_for(parser: Parser, token: Token) -> template.Node:
    """`{% only_for whose %}…{% end_only_for %}`: show it to those for whom it is, a `Whose`."""
    _, whose = token.split_contents()
    inside = parser.parse(("end_only_for",))
    parser.delete_first_token()
    return OnlyFor(parser.compile_filter(whose), inside)


class OnlyFor(template.Node):
    def __init__(self, whose: FilterExpression, inside: NodeList) -> None:
        self.whose, self.inside = whose, inside

    def render(self, context: template.Context) -> SafeString:
        whose: Any = self.whose.resolve(context, ignore_failures=True)
        if not isinstance(whose, Whose) or whose == Whose():
            return SafeString()
        shown = self.inside.render(context)
        if whose.for_all:
            return shown
        return format_html("{}{}{}", mark(FOR, whose.for_one or 0), shown, mark(END))
