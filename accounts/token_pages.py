"""The page on which somebody makes and revokes their API tokens."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from . import api_tokens, limits
from .api_tokens import Scope
from .http import MemberRequest
from .models import ApiToken

MAX_LIVE_TOKENS = 50

SCOPES_IN_WORDS = {
    Scope.READ: "Read what every member can read",
    Scope.WRITE: "Write: see, edit and submit posts of your own, as far as you may",
    Scope.PUBLISH: "Publish: see all posts, publish and unpublish them, as far as you may",
}
LIFETIMES = {"30": "30 days", "90": "90 days", "365": "A year"}


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=ApiToken.MAX_NAME_LENGTH, help_text="What it is for, so that you know it again: “backup script”."
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(scope.value, words) for scope, words in SCOPES_IN_WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
    )
    lifetime = forms.ChoiceField(
        label="How long it works", choices=list(LIFETIMES.items()), widget=forms.RadioSelect, initial="90"
    )


@require_safe
def tokens(request: MemberRequest) -> HttpResponse:
    """List somebody's tokens, with a form for the next."""
    return _page(request, TokenForm())


@require_POST
@sensitive_variables()
def create_token(request: MemberRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    if request.is_bearer:
        raise PermissionDenied(
            "API tokens are made in a browser: what holds for minutes must not make what holds a year."
        )
    limits.check("TOKEN_LIMIT", str(request.user.pk))
    form = TokenForm(request.POST)
    if request.user.api_tokens.live().count() >= MAX_LIVE_TOKENS:
        form.add_error(None, f"You have {MAX_LIVE_TOKENS} tokens. Revoke one that you no longer need.")
    if not form.is_valid():
        return _page(request, form, status=422)
    token, secret = api_tokens.create(
        request.user,
        name=form.cleaned_data["name"],
        scopes=[Scope(scope) for scope in form.cleaned_data["scopes"]],
        lifetime=timedelta(days=int(form.cleaned_data["lifetime"])),
    )
    return _page(request, TokenForm(), new=token, secret=secret)


@require_POST
def revoke_token(request: MemberRequest, token_id: int) -> HttpResponse:
    """Make a token worthless from the next call on."""
    token = get_object_or_404(request.user.api_tokens.live(), pk=token_id)
    api_tokens.revoke(token)
    messages.success(request, f"The token “{token.name}” is revoked.")
    return redirect("accounts:tokens")


@sensitive_variables()
def _page(
    request: MemberRequest, form: TokenForm, *, new: ApiToken | None = None, secret: str = "", status: int = 200
) -> HttpResponse:
    live = request.user.api_tokens.live().order_by("-created_at", "-pk")
    context = {"form": form, "tokens": live, "new": new, "secret": secret}
    return render(request, "accounts/tokens.html", context, status=status)
