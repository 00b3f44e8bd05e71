"""The mail and messages that would have gone out: for a person with a browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import open_to_visitors
from accounts.sandbox.models import Mail

SHOWN = 50


@open_to_visitors
@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    mails = Mail.objects.all()
    if to := request.GET.get("to", "").strip().lower():
        mails = mails.filter(to__contains=to)
    return render(request, "sandbox/inbox.html", {"mails": mails[:SHOWN], "to": to})
