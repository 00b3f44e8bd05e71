"""The pictures that the sandbox's people have, and the buttons that give and take them."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.access import authenticates_itself
from accounts.sandbox import faces, people
from accounts.sandbox.exceptions import NoSuchPerson


@require_safe
@authenticates_itself
def face(request: HttpRequest, seed: str) -> HttpResponse:
    return HttpResponse(faces.drawn(seed), content_type="image/png")


@require_POST
@authenticates_itself
def change_face(request: HttpRequest, user_id: str) -> HttpResponse:
    """Give the person a picture of their own, or take away the one they have."""
    try:
        person = people.find(user_id=user_id)
    except NoSuchPerson:
        return HttpResponseNotFound("There is no such person.", content_type="text/plain; charset=utf-8")
    people.change(person, {"picture": "" if person.picture else faces.face_of(person)})
    return redirect("sandbox:console")
