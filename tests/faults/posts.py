"""Posts made at a running site, by the people its stand-in knows."""

import time

from .browser import PATIENCE, Answer, Browser


def key_of(title: str) -> str:
    """Return what marks the form of a post that is started under this title, so that it starts one."""
    return title.replace(" ", "-")


def written(author: Browser, title: str, body: str = "Words.", **more: str) -> int:
    """Start a post and return its number."""
    return int(_started(author, title, body, **more).location.split("/")[3])


def submitted(author: Browser, title: str, body: str = "Words.", **more: str) -> int:
    """Start a post and put it in the queue, however busy the renderer is."""
    answer = _started(author, title, body, then="submit", **more)
    post_id = int(answer.location.split("/")[3])
    is_in_queue = not answer.location.endswith("/edit")
    for _ in range(PATIENCE):
        if is_in_queue:
            return post_id
        time.sleep(1)
        is_in_queue = author.post(f"/desk/posts/{post_id}/submit").status == 302
    raise AssertionError(f"it was never submitted: {title}")


def _started(author: Browser, title: str, body: str, **more: str) -> Answer:
    answer = author.post("/write", title=title, body=body, write_key=key_of(title), **more)
    assert answer.status == 302, answer.text
    return answer


def published(author: Browser, admin: Browser, title: str, body: str = "Words.", **more: str) -> int:
    post_id = submitted(author, title, body, **more)
    publish(admin, post_id)
    return post_id


def publish(admin: Browser, post_id: int, revision: int = 1) -> None:
    answer = admin.post(f"/desk/posts/{post_id}/publish", revision=str(revision))
    assert answer.status == 302, answer.text


def unpublish(admin: Browser, post_id: int) -> None:
    answer = admin.post(f"/desk/posts/{post_id}/unpublish")
    assert answer.status == 302, answer.text
