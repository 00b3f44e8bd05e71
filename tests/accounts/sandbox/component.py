"""A page with the web component on it, as far as the sandbox can tell: protocol, sections 5 and 6."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.sandbox.models import Mail

PAGE = "http://localhost:8000/sign-in?next=%2Fdesk%3Fa%3D1"


@dataclass
class Tab:
    """A page with the component on it. Tabs of one browser share `nonces`."""

    http: httpx.Client
    name: str = "tab-1"
    nonces: dict[str, str] = field(default_factory=dict)
    flow: str = "sign-up-or-in"
    execution: str = ""
    step: str = ""

    def start(self, email: str, page: str = PAGE, *, by: str = "send", **options: str) -> dict[str, Any]:
        """Press the first button, the one to send a link unless told otherwise."""
        body = {"flowId": self.flow, "interactionId": by, "input": {"email": email}}
        return self._post("start", {**body, "options": {"location": page, **options}})

    def do(self, interaction: str, **given: str) -> dict[str, Any]:
        body = {"executionId": self.execution, "stepId": self.step, "interactionId": interaction, "input": given}
        return self._post("next", body)

    def open(self, link: str) -> dict[str, Any]:
        query = parse_qs(urlsplit(link).query)
        self.execution, _, self.step = query["descope-login-flow"][0].rpartition("_")
        return self.do("submit", token=query["t"][0])

    def arrive(self, tenant: str) -> dict[str, Any]:
        """Open the page for a tenant, where the flow starts by itself."""
        return self._post("start", {"flowId": self.flow, "options": {"location": PAGE, "tenant": tenant}})

    def come_back(self, address: str) -> dict[str, Any]:
        """Follow the address that a provider's page led to."""
        query = parse_qs(urlsplit(address).query)
        self.execution, _, self.step = query["descope-login-flow"][0].rpartition("_")
        outcome = {"code": "exchangeCode", "err": "exchangeError"}
        return self.do("submit", **{outcome[name]: query[name][0] for name in outcome if name in query})

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {
            "Authorization": f"Bearer {settings.DESCOPE_PROJECT_ID}",
            "x-descope-sdk-session-id": self.name,
            "x-descope-flow-nonce": self.nonces.get(self.execution, ""),
        }
        response = self.http.post(f"/_descope/v1/flow/{path}", json=body, headers=headers)
        answer: dict[str, Any] = response.json()
        if response.is_success and answer["action"] != "poll":
            self.execution, self.step = answer["executionId"], answer["stepId"]
            self.nonces[self.execution] = response.headers["x-descope-flow-nonce"]
        return answer


def newest_link() -> str:
    return Mail.objects.all()[0].link


def newest_code() -> str:
    found = re.search(r"\b\d{6}\b", Mail.objects.all()[0].body)
    assert found is not None
    return found[0]


def wait(monkeypatch: pytest.MonkeyPatch, **delay: int) -> None:
    later = timezone.now() + timedelta(**delay)
    monkeypatch.setattr(timezone, "now", lambda: later)


def at_provider(answer: dict[str, Any], press: str = "Allow", **given: str) -> str:
    """Answer the provider's page that the flow, or the API, sends to. Returns the address it leads back to."""
    page = answer["redirect"]["url"] if "redirect" in answer else answer["url"]
    response = Client().post(urlsplit(page).path + ("" if press == "Allow" else "/refuse"), given)
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])
