"""The page on which somebody deletes their account. Here, because accounts knows nothing of posts."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import leaving
from accounts.account import NameField
from accounts.exceptions import Declined, ProviderUnavailable
from accounts.http import MemberRequest, sign_in_url
from accounts.models import User, Visitor
from accounts.views import forget_browser
from blog.models import HistoryEntry, Post

KEEP, TAKE_DOWN = "keep", "take-down"


class LeaveForm(forms.Form):
    """What somebody chooses, and that they mean it."""

    posts = forms.ChoiceField(
        label="Your posts",
        choices=[(KEEP, "stay, under another name"), (TAKE_DOWN, "go with me")],
        initial=KEEP,
        widget=forms.RadioSelect,
    )
    name = NameField(
        label="The name they stay under",
        required=False,
        initial=leaving.FORMER_AUTHOR,
        help_text="Readers see it in place of yours. Only if they stay.",
    )
    confirmation = forms.CharField(
        label="To confirm, type your e-mail address or the word delete",
        max_length=254,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, person: User, has_posts: bool) -> None:
        super().__init__(*args)
        self._person = person
        if not has_posts:
            del self.fields["posts"], self.fields["name"]

    def clean_confirmation(self) -> str:
        typed = str(self.cleaned_data["confirmation"])
        if not leaving.confirms(self._person, typed):
            raise forms.ValidationError("That is neither your e-mail address nor the word delete.")
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("posts") == KEEP and "name" in cleaned and not cleaned["name"]:
            self.add_error("name", "Write the name they are to stay under.")
        return cleaned

    @property
    def choice(self) -> dict[str, Any]:
        """What the verb takes."""
        keeps_posts = self.cleaned_data.get("posts") == KEEP
        name = self.cleaned_data["name"] if keeps_posts else ""
        return {"keeps_posts": keeps_posts, "name": name, "confirmation": self.cleaned_data["confirmation"]}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def leave(request: MemberRequest) -> HttpResponse:
    """Say what deleting an account means, and do it."""
    if request.session is None:
        raise PermissionDenied("An account is deleted on its own page, in a browser.")
    has_posts = _posts_of(request.user).exists()
    form = LeaveForm(*([request.POST] if request.method == "POST" else []), person=request.user, has_posts=has_posts)
    if request.method != "POST":
        return _page(request, form)
    if not leaving.has_just_signed_in(request.user):
        return _page(request, form, status=403)
    if not form.is_valid():
        return _page(request, form, status=422)
    return _left(request, form)


def _left(request: MemberRequest, form: LeaveForm) -> HttpResponse:
    try:
        is_gone_at_descope = leaving.leave(by=request.user, **form.choice)
    except Declined as lack:
        form.add_error(None, str(lack))
        return _page(request, form, status=422)
    except ProviderUnavailable:
        form.add_error(None, NO_ANSWER)
        response = _page(request, form, status=503)
        response.headers["Retry-After"] = "30"
        return response
    request.user, request.session = Visitor(), None  # type: ignore[assignment]  # Nobody is signed in any more.
    context = {"is_gone_at_descope": is_gone_at_descope, **form.choice}
    return forget_browser(render(request, "accounts/left.html", context))


def _page(request: MemberRequest, form: LeaveForm, status: int = 200) -> HttpResponse:
    posts = _posts_of(request.user)
    context = {
        "form": form,
        "person": request.user,
        "post_count": posts.count(),
        "live_count": posts.live().count(),
        "has_deeds": HistoryEntry.objects.filter(by=request.user).exists(),
        "has_key": bool(settings.DESCOPE_MANAGEMENT_KEY),
        "has_just_signed_in": leaving.has_just_signed_in(request.user),
        "minutes": int(settings.RECENT_SIGN_IN.total_seconds() // 60),
        "sign_in_url": sign_in_url(request, again="1"),
    }
    return render(request, "accounts/leave.html", context, status=status)


def _posts_of(person: User) -> Any:
    return Post.objects.filter(author=person, deleted_at=None)


NO_ANSWER = (
    "The sign-in service does not answer, so your account is as it was. Press again in a minute. "
    "Should the service have deleted it all the same, the rest follows by itself."
)
