from accounts.models import User
from blog.models import Post
from tests.conftest import signed_in


def test_the_proof_offers_to_submit_only_what_is_new(submitted: Post, editor: User) -> None:
    browser = signed_in(editor)
    button = f'action="/desk/posts/{submitted.pk}/submit"'

    unchanged = browser.get(f"/desk/posts/{submitted.pk}").content.decode()
    submitted.edit(by=editor, version=submitted.version, title=submitted.title, body="Read it three times.")
    changed = browser.get(f"/desk/posts/{submitted.pk}").content.decode()

    assert button not in unchanged
    assert button in changed
