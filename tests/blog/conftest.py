from collections.abc import Iterator
from typing import Any, Never

import pytest

from blog.markup import Busy
from blog.rendering.process import Pool


@pytest.fixture
def busy() -> Iterator[pytest.MonkeyPatch]:
    """Keep the renderer busy until the test is over, or calls `undo()` on what this gives it."""

    def refuse(self: Pool, seconds: float, **request: Any) -> Never:
        raise Busy

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pool, "ask", refuse)
        yield patch
