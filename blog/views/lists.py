"""The lists of the desk, each on a page of its own, and one verb for what is ticked there."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import MemberRequest
from blog.desk.lists import LISTS, DeskList
from blog.desk.many import VERBS, do_to_many
from blog.desk.nav import nav_for
from blog.desk.people import people_to_look_after
from blog.desk.rows import rows_of
from blog.desk.search import Search
from blog.exceptions import NotPermitted, NotReady
from blog.long_lists import LongList
from blog.models import Post
from blog.permissions import may_review

PAGE_SIZE = 50


@dataclass(frozen=True)
class ManyButton:
    label: str
    url: str


@require_safe
def posts(request: MemberRequest, key: str) -> HttpResponse:
    """One list, with what was looked for on it."""
    desk_list = _list_for(request, key)
    Post.objects.settle_due()
    search = Search(desk_list, request.user, request.GET)
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    page = LongList(desk_list.with_rows(search.posts()), PAGE_SIZE, number=number).get_page(asked or 1)
    context = {
        "list": desk_list,
        "search": search,
        "page_obj": page,
        "rows": rows_of(desk_list, page.object_list, request.user),
        "many": [ManyButton(VERBS[verb].label, reverse(f"desk:{key}_{verb}")) for verb in desk_list.many],
        **desk_context(request, key),
    }
    return render(request, "blog/desk/list.html", context)


@require_safe
def people(request: MemberRequest) -> HttpResponse:
    """Who may want a word or a hand."""
    if not may_review(request.user):
        raise NotPermitted("Looking after people is for admins.")
    Post.objects.settle_due()
    return render(request, "blog/desk/people.html", desk_context(request, "people"))


@require_POST
def many(request: MemberRequest, key: str, verb: str) -> HttpResponse:
    """Use one verb on all that was ticked, and tell what came of it."""
    desk_list = _list_for(request, key)
    if verb not in desk_list.many:
        raise Http404
    came = do_to_many(desk_list, verb, _ticked(request), by=request.user)
    back = _back_to(key, request.POST.get("asked", ""))
    if not came.refused:
        messages.success(request, came.sentence)
        return HttpResponseRedirect(back)
    context = {"came": came, "list": desk_list, "back": back, **desk_context(request, key)}
    return render(request, "blog/desk/many.html", context, status=200 if came.done else 409)


def desk_context(request: MemberRequest, key: str) -> dict[str, Any]:
    """What every page of the desk's lists has: its navigation, which of them it is, and the people to look after."""
    people = people_to_look_after() if may_review(request.user) else []
    return {"nav": nav_for(request.user, people), "here": key, "people": people}


def _list_for(request: MemberRequest, key: str) -> DeskList:
    desk_list = LISTS[key]
    if not desk_list.is_for(request.user):
        raise NotPermitted("This list is for editors." if desk_list.is_own else "This list is for admins.")
    return desk_list


def _back_to(key: str, asked: str) -> str:
    """Return the address of a list, narrowed as it was when the button was pressed."""
    return reverse(f"desk:{key}") + (f"?{QueryDict(asked).urlencode()}" if asked else "")


def _ticked(request: MemberRequest) -> list[int]:
    """Return the ids of what was ticked. Raises NotReady where that is nothing, or more than a page holds."""
    sent = request.POST.getlist("post")
    ids = [int(text) for text in sent if text.isascii() and text.isdigit() and len(text) < 10]
    if not ids:
        raise NotReady("Tick what it should be done to, and press again.")
    if len(ids) > PAGE_SIZE:
        raise NotReady(f"At most {PAGE_SIZE} at once, please.")
    return ids
