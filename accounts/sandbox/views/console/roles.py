"""Roles on the console."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import authenticates_itself
from accounts.sandbox import roles
from accounts.sandbox.exceptions import NoSuchRole, Refusal
from accounts.sandbox.models import Role

from .page import context


@authenticates_itself
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    given = {name: request.POST.get(name, "").strip() for name in ("name", "description")}
    try:
        roles.create(given)
    except Refusal as refusal:
        shown = context(role_problem=f"{refusal}.", typed_role=given)
        return render(request, "sandbox/console.html", shown, status=422)
    messages.success(request, f"{given['name']} is a role now.")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponse:
    try:
        roles.delete(roles.named({"name": name}))
    except NoSuchRole:
        return HttpResponseNotFound("There is no such role.", content_type="text/plain; charset=utf-8")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def change(request: HttpRequest, name: str) -> HttpResponse:
    """Ask everybody who has the role for a second factor, or no longer."""
    Role.objects.filter(name=name).update(asks_for_totp=request.POST.get("asks") == "on")
    return redirect("sandbox:console")
