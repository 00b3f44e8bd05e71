"""Pictures: as readers get them, and on the desk, where editors bring and choose them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from accounts.access import open_where_public
from accounts.http import MemberRequest, PersonRequest, problem, wants_json
from accounts.pictures import NotAPicture
from blog.exceptions import NotPermitted, NotReady
from blog.forms import UploadForm
from blog.middleware import admits
from blog.models import MAX_UPLOAD_BYTES, TOO_HEAVY, Image, Post, Upload
from blog.permissions import may_open_on_desk, may_write

from .lists import desk_context

PICTURES_A_PAGE = 24
FORM_BYTES = 16 * 1024  # What a browser sends around a file.
STANDS_STILL = "The picture moved. Here it stands still: only its first frame is kept."


@require_safe
@open_where_public
def picture(request: PersonRequest, digest: str, width: int | None = None) -> HttpResponseBase:
    """Show a picture, or a smaller copy of it, to whom it may be shown.

    Of one that is hidden the answer is that of one that is not there.
    """
    image = get_object_or_404(Image.objects.visible_to(request.user), digest=digest)
    if width is not None and width not in image.copy_widths:
        raise Http404
    return shown(request, image, width)


def shown(request: HttpRequest, image: Image, width: int | None = None) -> HttpResponseBase:
    """Return a picture that may be shown, or that the browser has it."""
    etag = f'"{image.digest}"' if width is None else f'"{image.digest}-{width}"'
    response = get_conditional_response(request, etag=etag) or _file_of(image, width)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = kept_by = _who_keeps(image)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # What all may see, feed readers show on pages of other sites.
    is_for_all = kept_by.startswith("public")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin" if is_for_all else "same-origin"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@admits(MAX_UPLOAD_BYTES + FORM_BYTES, otherwise=f"{TOO_HEAVY} This one was not read.")
def images(request: MemberRequest) -> HttpResponse:
    """The pictures somebody has brought, newest first; and how they bring another."""
    if not may_write(request.user):
        raise NotPermitted("Pictures are for editors. An admin of this site can make you one.")
    if request.method != "POST":
        return _images_page(request, UploadForm())
    limits.check("UPLOAD_LIMIT", str(request.user.pk))
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            upload = Image.objects.upload(by=request.user, data=form.content, alt=form.cleaned_data["alt"])
        except NotAPicture as lack:
            form.add_error("file", str(lack))
        else:
            return _kept(request, upload)
    if wants_json(request):
        return problem(422, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return _images_page(request, form, status=422)


@require_safe
def image(request: MemberRequest, digest: str) -> HttpResponse:
    """One of them, and what to paste into a text so that it stands there."""
    uploads = request.user.uploads.select_related("image")
    upload = get_object_or_404(uploads, image__digest=digest)
    context = {"upload": upload, "post": _post_led_back_to(request), **desk_context(request, "images")}
    return render(request, "blog/desk/image.html", context)


@require_POST
def delete_image(request: MemberRequest, digest: str) -> HttpResponse:
    """Delete a picture that was brought by mistake, or is of no use any more."""
    get_object_or_404(request.user.uploads, image__digest=digest)
    if not Image.objects.filter(digest=digest).let_go_of(request.user):
        raise NotReady("A text of yours shows it, as it is now or in a revision that is sealed. So it stays.")
    messages.success(request, "The picture is deleted.")
    return redirect("desk:images")


def _file_of(image: Image, width: int | None) -> HttpResponseBase:
    file = image.opened() if width is None else image.opened_copy(width)
    if file is None:
        raise Http404
    return FileResponse(file, content_type="image/webp", filename=f"picture-{image.digest[:12]}.webp")


def _who_keeps(image: Image) -> str:
    """What is shown now may be kept, if it is asked for anew each time: unpublished, it is gone at once."""
    if not image.is_live:
        return "private, no-store"
    return "public, no-cache" if settings.VISIBILITY == "public" else "private, no-cache"


def _kept(request: MemberRequest, upload: Upload) -> HttpResponse:
    note = STANDS_STILL if upload.has_moved else ""
    if wants_json(request):
        told = {"address": upload.image.get_absolute_url(), "markdown": upload.markdown, "alt": upload.alt}
        size = {"width": upload.image.width, "height": upload.image.height}
        return JsonResponse({**told, **size, "note": note}, status=201)
    if note:
        messages.info(request, note)
    post = _post_led_back_to(request)
    address = reverse("desk:image", args=[upload.image.digest])
    return redirect(f"{address}?post={post.pk}" if post else address)


def _images_page(request: MemberRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    uploads = Upload.objects.of(request.user)
    page = Paginator(uploads, PICTURES_A_PAGE).get_page(request.GET.get("page"))
    post = _post_led_back_to(request)
    context: dict[str, Any] = {
        "form": form,
        "page_obj": page,
        "post": post,
        "asked_for": f"post={post.pk}" if post else "",
        **desk_context(request, "images"),
    }
    return render(request, "blog/desk/images.html", context, status=status)


def _post_led_back_to(request: MemberRequest) -> Post | None:
    """Return the post that somebody was writing when they came for a picture, if it is theirs."""
    number = request.POST.get("post") or request.GET.get("post") or ""
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        return None
    post = Post.objects.visible_to(request.user).filter(pk=int(number)).first()
    return post if post is not None and may_open_on_desk(request.user, post) else None
