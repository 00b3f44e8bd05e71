"""What an author says of themselves, and the address of their page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import MemberRequest
from blog.exceptions import NotPermitted, NotReady
from blog.forms import AuthorPageForm
from blog.models import Author, Post
from blog.permissions import may_write

from .lists import desk_context


@require_http_methods(["GET", "HEAD", "POST"])
def author_page(request: MemberRequest) -> HttpResponse:
    """Show the form, or say when there will be a page."""
    if not may_write(request.user):
        raise NotPermitted("A page of their own is for those who write here.")
    author = Author.objects.filter(user=request.user).first()
    if author is None:
        return _page(request, None, None, status=200 if request.method != "POST" else 409)
    told = {"handle": author.slug, "bio": author.bio, "website": author.website}
    if request.method != "POST":
        return _page(request, author, AuthorPageForm(initial=told))
    form = AuthorPageForm(request.POST)
    if not form.is_valid():
        return _page(request, author, form, status=422)
    try:
        author.describe(by=request.user, **form.cleaned_data)
    except NotReady as lack:
        form.add_error(None, str(lack))
        author.refresh_from_db()
        return _page(request, author, form, status=422)
    messages.success(request, "Saved. Readers see it now.")
    return redirect("desk:author_page")


def _page(
    request: MemberRequest, author: Author | None, form: AuthorPageForm | None, status: int = 200
) -> HttpResponse:
    shown = Post.objects.live().visible_to(request.user).by_author(request.user)
    context = {"author": author, "form": form, "is_shown": shown.exists(), **desk_context(request, "author_page")}
    return render(request, "blog/desk/author_page.html", context, status=status)
