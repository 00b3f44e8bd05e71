"""Files of pictures that several people bring at the same moment."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts import picture_files

pytestmark = pytest.mark.no_database
FOLDER, DIGEST, CONTENT = "halves", "7" * 64, b"first half, second half"


@pytest.fixture(autouse=True)
def _with_nothing_left() -> Iterator[None]:
    yield
    picture_files.drop(FOLDER, DIGEST)


def kept() -> bytes | None:
    file = picture_files.opened(FOLDER, DIGEST)
    if file is None:
        return None
    with file:
        return file.read()


def test_nobody_sees_half_of_a_file_and_who_brings_the_same_meanwhile_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    whole = ContentFile.chunks

    def in_halves(content: ContentFile[bytes], *given: Any) -> Iterator[bytes]:
        yield CONTENT[:11]
        monkeypatch.setattr(ContentFile, "chunks", whole)
        seen.append(kept())
        picture_files.keep(FOLDER, DIGEST, CONTENT)
        yield CONTENT[11:]

    monkeypatch.setattr(ContentFile, "chunks", in_halves)

    picture_files.keep(FOLDER, DIGEST, CONTENT)

    assert seen == [None]
    assert kept() == CONTENT
    assert default_storage.listdir(FOLDER)[1] == [f"{DIGEST}.webp"]


def test_half_a_file_that_was_left_is_written_anew() -> None:
    default_storage.save(f"{FOLDER}/{DIGEST}.webp", ContentFile(CONTENT[:11]))

    picture_files.keep(FOLDER, DIGEST, CONTENT)

    assert kept() == CONTENT
