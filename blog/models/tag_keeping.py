"""What admins do to tags, for all posts at once: other names, and one tag where there were two. All of it is kept."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.append_only import AppendOnlyModel, AppendOnlyQuerySet
from accounts.models import User
from blog import permissions
from blog.exceptions import NotPermitted, NotReady, StepUpNeeded, WrongStatus
from blog.slugs import slug_of
from blog.tags import MAX_TAG_LENGTH, tidy_tags

from .hub_ping import HubPing
from .label import MAX_NAME_LENGTH, FormerTagSlug, Tag, Tagging, TagSpelling, free_slug, key_of

TOLD = {"rename": "renamed the tag “{name}” to “{to}”", "merge": "merged the tag “{name}” into “{to}”"}


class TagEntry(AppendOnlyModel):
    """One thing that was done to a tag: who, what, when."""

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20)
    name = models.CharField(max_length=MAX_NAME_LENGTH, help_text="What it was called before.")
    to = models.CharField(max_length=MAX_NAME_LENGTH, help_text="What posts that had it are found under now.")
    post_count = models.PositiveIntegerField(help_text="On how many posts it was, those not yet live among them.")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "tag entries"

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        return f"{self.by.name} {TOLD[self.verb].format(name=self.name, to=self.to)}"


def rename(tag: Tag, *, by: User, to: str) -> Tag:
    """Give the tag another name, and the address that goes with it. The old address and all spellings lead there.

    Raises NotPermitted, StepUpNeeded, NotReady for a name that will not do, and WrongStatus where the tag is no more.
    """
    _check_may(by)
    name = _tidy(to)
    try:
        with transaction.atomic():
            (tag,) = _held(tag)
            if tag.name == name:
                raise NotReady("That is its name already.")
            if TagSpelling.objects.filter(key=key_of(name)).exclude(tag=tag).exists():
                raise NotReady(f"“{name}” leads to another tag. Merge the two instead.")
            _record("rename", tag, by=by, to=name)
            TagSpelling.objects.get_or_create(key=key_of(name), tag=tag)
            _move_to_address_of(name, tag)
            tag.name = name
            tag.save()
            HubPing.objects.ask_of(Tagging.objects.seen_with(tag))
    except IntegrityError as error:  # Somebody approves the first text that has this name at this moment.
        raise WrongStatus(f"“{name}” has just become another tag. Nothing was changed: look at both.") from error
    return tag


def merge(tag: Tag, *, by: User, into: Tag) -> Tag:
    """Have everything that has this tag have the other one. Its addresses and spellings lead there, and it is no more.

    Raises NotPermitted, StepUpNeeded, NotReady, and WrongStatus where one of the two is no more.
    """
    _check_may(by)
    if tag.pk == into.pk:
        raise NotReady("Choose another tag than this one.")
    with transaction.atomic():
        tag, into = _held(tag, into)
        _record("merge", tag, by=by, to=into.name)
        Tagging.objects.filter(tag=tag, revision__in=Tagging.objects.filter(tag=into).values("revision")).delete()
        for rows in (Tagging.objects.filter(tag=tag), tag.spellings.all(), tag.former_slugs.all()):
            rows.update(tag=into)
        slug = tag.slug
        tag.delete()
        FormerTagSlug.objects.create(slug=slug, tag=into)
        HubPing.objects.ask_of(Tagging.objects.seen_with(into))
    return into


def _check_may(by: User) -> None:
    if not permissions.may_manage_tags(by):
        raise NotPermitted("Tags are renamed and merged by admins.")
    if not permissions.may_change_tags(by):
        raise NotPermitted("The sign-in service has not confirmed for a quarter of an hour that you are an admin.")
    if not permissions.has_stepped_up(by):
        raise StepUpNeeded


def _tidy(name: str) -> str:
    tidy = tidy_tags([name])
    if not tidy:
        raise NotReady("Type a name for the tag.")
    if "," in tidy[0]:
        raise NotReady("A comma parts tags, so none has one in its name.")
    if len(tidy[0]) > MAX_TAG_LENGTH:
        raise NotReady(f"A tag may be {MAX_TAG_LENGTH} characters long.")
    return tidy[0]


def _held(*tags: Tag) -> list[Tag]:
    """Return the tags as they are, and keep them so until this transaction ends. Raises WrongStatus for one that is gone.

    By their spellings, which approving a text holds, too: it would else tag something with what is no more.
    """
    TagSpelling.objects.filter(tag__in=tags).held()
    found = {
        tag.pk: tag for tag in Tag.objects.filter(pk__in=[tag.pk for tag in tags]).order_by("pk").select_for_update()
    }
    if len(found) < len(tags):
        gone = WrongStatus("That tag has been merged into another one. Nothing was changed.")
        gone.is_too_late = True
        raise gone
    return [found[tag.pk] for tag in tags]


def _record(verb: str, tag: Tag, *, by: User, to: str) -> None:
    count = Tagging.objects.filter(tag=tag).values("post").distinct().count()
    TagEntry.objects.create(by=by, verb=verb, name=tag.name, to=to, post_count=count)


def _move_to_address_of(name: str, tag: Tag) -> None:
    """An address that was its own before is free for it again."""
    if slug_of(name) == tag.slug:
        return
    former = tag.slug
    others = Tag.objects.exclude(pk=tag.pk), FormerTagSlug.objects.exclude(tag=tag)
    tag.slug = free_slug(name, "tag", others)
    FormerTagSlug.objects.filter(tag=tag, slug=tag.slug).delete()
    if tag.slug != former:
        FormerTagSlug.objects.create(slug=former, tag=tag)
