"""A program of somebody's own: it has Descope's SDK, an HTTP client and what sandbox.env says, nothing of Galley.

It makes three people, signs each in by a magic link, and takes a post from its author through an admin to
a reader. It prints what it saw as JSON.
"""

import json
import os
import sys

import httpx
from descope import DeliveryMethod, DescopeClient


def main() -> dict[str, object]:
    base_uri = os.environ["DESCOPE_BASE_URI"]
    descope = DescopeClient(
        os.environ["DESCOPE_PROJECT_ID"],
        management_key=os.environ["DESCOPE_MANAGEMENT_KEY"],
        base_url=base_uri,
    )
    site = httpx.Client(base_url=base_uri.removesuffix("/_descope"), timeout=20)
    writer, admin, reader = (
        {"Authorization": f"Bearer {session_token(descope, name, roles)}"}
        for name, roles in (("writer", ["editor"]), ("chief", ["admin"]), ("reader", []))
    )

    text = {"title": "From a program", "content": "Sent by *bearer*."}
    refused = site.post("/api/posts/create", json=text, headers=reader)
    created = site.post("/api/posts/create", json=text, headers=writer)
    post_id = created.json()["data"]["id"]
    hidden = site.get(f"/api/posts/{post_id}", headers=reader)
    published = site.put("/api/posts/toggleStatus", json={"postId": post_id}, headers=admin)
    read = site.get(f"/api/posts/{post_id}", headers=reader)
    steps = {"refused": refused, "created": created, "hidden": hidden, "published": published, "read": read}
    return {**{step: answer.status_code for step, answer in steps.items()}, "post": read.json()["data"]}


def session_token(descope: DescopeClient, name: str, roles: list[str]) -> str:
    """Make a test user with these roles, and sign them in by a magic link."""
    email = f"{name}@test.example"
    descope.mgmt.user.create_test_user(email, email=email, display_name=name.title(), verified_email=True)
    if roles:
        descope.mgmt.user.add_roles(email, roles)
    link = descope.mgmt.user.generate_magic_link_for_test_user(
        DeliveryMethod.EMAIL, email, uri="https://elsewhere.example/back"
    )
    token = link["link"].partition("t=")[2]
    return str(descope.magiclink.verify(token)["sessionToken"]["jwt"])


if __name__ == "__main__":
    json.dump(main(), sys.stdout)
