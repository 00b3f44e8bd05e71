"""What somebody is told of: the list, how they want to hear of it, and the link that ends a mail."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import open_to_visitors
from accounts.http import MemberRequest
from blog.exceptions import NotPermitted
from blog.models import Notification, Wish
from blog.notifications import mail, unsubscribing
from blog.notifications.kinds import Cadence, Kind, kinds_for
from blog.permissions import may_use_desk

PAGE_SIZE = 30


class WishForm(forms.Form):
    """How to hear of one kind of news."""

    is_listed = forms.BooleanField(required=False, label="On my list here")
    mail = forms.ChoiceField(choices=Cadence.choices, label="By mail", widget=forms.RadioSelect)

    def __init__(self, wish: Wish, data: QueryDict | None = None) -> None:
        initial = {"is_listed": wish.is_listed, "mail": wish.mail}
        super().__init__(data, prefix=wish.kind, initial=initial)
        self.wish = wish
        if not settings.SENDS_MAIL:
            del self.fields["mail"]


@dataclass(frozen=True)
class Line:
    """One notification in the list."""

    notification: Notification
    sentence: str
    quote: str
    url: str


@require_safe
def notifications(request: MemberRequest) -> HttpResponse:
    """List what somebody was told of, newest first."""
    _check_has_desk(request)
    page = Paginator(Notification.objects.list_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [_line(request, notification) for notification in page]
    context = {
        "page_obj": page,
        "lines": lines,
        "newest": lines[0].notification.pk if lines else 0,
        "has_unread": any(line.notification.read_at is None for line in lines),
    }
    return render(request, "blog/notifications/list.html", context)


@require_POST
def read_notification(request: MemberRequest, notification_id: int) -> HttpResponse:
    _check_has_desk(request)
    notification = get_object_or_404(Notification.objects.list_of(request.user), pk=notification_id)
    Notification.objects.filter(pk=notification.pk).mark_read()
    return _back_to_list(request)


@require_POST
def read_all_notifications(request: MemberRequest) -> HttpResponse:
    """Mark all as read that were there when the page was."""
    _check_has_desk(request)
    newest = request.POST.get("newest", "")
    if newest.isascii() and newest.isdigit() and len(newest) < 19:
        request.user.notifications.filter(pk__lte=int(newest)).mark_read()
    return _back_to_list(request)


@require_http_methods(["GET", "HEAD", "POST"])
def notification_wishes(request: MemberRequest) -> HttpResponse:
    """Let somebody choose what they hear of, and how."""
    wishes = Wish.objects.of_one(request.user, kinds_for(request.user))
    if request.method != "POST":
        return _wishes_page(request, [WishForm(wish) for wish in wishes])
    _check_has_desk(request)
    sent = [WishForm(wish, request.POST) for wish in wishes]
    if not all(form.is_valid() for form in sent):
        return _wishes_page(request, sent, status=422)
    for form in sent:
        Wish.objects.say(request.user, Kind(form.wish.kind), **form.cleaned_data)
    messages.success(request, "Saved.")
    return redirect("notification_wishes")


@csrf_exempt  # The token in the address says who asks. A mail program posts here by itself: RFC 8058.
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@open_to_visitors
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether a sort of mail is to end, since some programs open every link they see; and end it."""
    unsubscription = unsubscribing.read(token)
    if unsubscription is None:
        raise Http404
    if request.method == "POST":
        Wish.objects.end_mail(unsubscription)
    context = {"unsubscription": unsubscription, "is_done": request.method == "POST"}
    return render(request, "blog/notifications/unsubscribe.html", context)


def _check_has_desk(request: MemberRequest) -> None:
    if not may_use_desk(request.user):
        raise NotPermitted("Notifications are for those who write or review here.")


def _line(request: MemberRequest, notification: Notification) -> Line:
    entry = notification.entry
    return Line(
        notification,
        sentence=mail.sentence(entry),
        quote=mail.quote(entry),
        url=mail.path(entry, request.user),
    )


def _back_to_list(request: MemberRequest) -> HttpResponse:
    page = request.POST.get("page", "")
    is_number = page.isascii() and page.isdigit() and len(page) < 7 and page != "1"
    return HttpResponseRedirect(reverse("desk:notifications") + (f"?page={page}" if is_number else ""))


def _wishes_page(request: MemberRequest, sent: list[WishForm], status: int = 200) -> HttpResponse:
    context = {"wish_forms": sent, "sends_mail": settings.SENDS_MAIL, "daily_at": "08:00"}
    return render(request, "blog/notifications/wishes.html", context, status=status)
