"""Accounts on the console: made, closed and opened, with roles and a second factor."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import authenticates_itself
from accounts.sandbox import people
from accounts.sandbox.exceptions import NoSuchPerson, Refusal

from .page import context


@authenticates_itself
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    email, name, picture = (request.POST.get(field, "").strip() for field in ("email", "name", "picture"))
    try:
        validate_email(email)
        people.create([email], {"email": email, "name": name, "picture": picture})
    except ValidationError:
        return _unmade(request, "That does not look like an e-mail address.")
    except Refusal as refusal:
        return _unmade(request, f"{refusal}.")
    messages.success(request, f"{name or email} has an account now.")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def give_role(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, role: people.add_roles(person, [role]))


@authenticates_itself
@require_POST
def take_role(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, role: people.remove_roles(person, [role]))


@authenticates_itself
@require_POST
def enable(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.set_status(person, "enabled"))


@authenticates_itself
@require_POST
def disable(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.set_status(person, "disabled"))


@authenticates_itself
@require_POST
def ask_for_totp(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.ask_for_totp(person, True))


@authenticates_itself
@require_POST
def spare_totp(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.ask_for_totp(person, False))


@authenticates_itself
@require_POST
def forget_totp(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.forget_totp(person))


def _change(request: HttpRequest, user_id: str, change: Any) -> HttpResponse:
    try:
        change(people.find(user_id=user_id), request.POST.get("role", ""))
    except NoSuchPerson:
        return HttpResponseNotFound("There is no such person.", content_type="text/plain; charset=utf-8")
    except Refusal as refusal:
        messages.error(request, f"{refusal}.")
    return redirect("sandbox:console")


def _unmade(request: HttpRequest, problem: str) -> HttpResponse:
    typed = {field: request.POST.get(field, "") for field in ("email", "name", "picture")}
    return render(request, "sandbox/console.html", context(problem=problem, typed=typed), status=422)
