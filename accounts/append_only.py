"""Rows that are written once: revisions, history and logs. Nobody edits what was sealed or done."""

from typing import Any, Never, TypeVar

from django.db import models


class Sealed(TypeError):
    """Something tried to change or remove a row that is written once."""


M = TypeVar("M", bound=models.Model)


class AppendOnlyQuerySet(models.QuerySet[M]):
    def update(self, **changes: Any) -> Never:
        raise Sealed("these rows are never changed")

    def bulk_update(self, *args: Any, **options: Any) -> Never:
        raise Sealed("these rows are never changed")

    def bulk_create(self, *args: Any, update_conflicts: bool = False, **options: Any) -> list[M]:
        if update_conflicts:
            raise Sealed("these rows are never changed")
        return super().bulk_create(*args, **options)

    def delete(self) -> Never:
        raise Sealed("these rows are never removed")


class AppendOnlyModel(models.Model):
    """A model whose rows can be added and read, and nothing else."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise Sealed("this row is never changed")
        # A new object that brings the key of an old row must not become an UPDATE of it.
        super().save(*args, **{**options, "force_insert": True})

    def delete(self, *args: Any, **options: Any) -> Never:
        raise Sealed("this row is never removed")
