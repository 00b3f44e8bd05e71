from types import SimpleNamespace

import pytest

from accounts.models import User
from blog.models import Image, Post
from tests.blog.images.files import picture

EVERYTHING = """A claim.[^1] “Quoted” & <em>typed</em>, "straight", it's 1 < 2.

## First

> [!NOTE]
> Mind the gap.

```python title="a.py" hl_lines="1"
def f(): return '<a href="/x">' + " src=\\"/y\\""
```

- [x] done
- [ ] not done

| left | right |
|:-----|------:|
| 1    | 2     |

{picture}

![Elsewhere](https://pictures.example/a.png "A caption")

[Below](#second), [nowhere](#nothing), [here](/about?a=1&b=2), [beside](other), [out](//out.example/), [mail](mailto:a@b.example)

## Second

<details><summary>More</summary>Hidden at first.</details>

[^1]: The proof.
"""


@pytest.fixture
def public(settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "public"


@pytest.fixture
def everything(editor: User, admin: User, settings: SimpleNamespace) -> Post:
    """A post with all that a post can have, and with links that lead nowhere."""
    settings.CHECKS_BLOCKING = []
    upload = Image.objects.upload(by=editor, data=picture(size=(600, 300)), alt='A "red" sheet')
    post, _ = Post.objects.write_once(
        by=editor,
        write_key="",
        title="On <proofs> & presses",
        body=EVERYTHING.replace("{picture}", upload.markdown),
        tags=["craft", "R&D <x>"],
        cover=upload.image.get_absolute_url(),
        cover_alt="The same sheet, as a cover",
        series="Presses",
        corrections="The year was 1452, not 1425.",
    )
    post.submit(by=editor)
    post.publish(by=admin, revision=1)
    return post
