"""What becomes of somebody's posts and all else here when they delete their account: the setting LETS_GO."""

from accounts.models import User

from .models import Author, Image, Letter, Notification, Post, PrivateFeed, Wish


def let_go(person: User, *, keeps_posts: bool) -> None:
    """Take their posts down unless these are to stay; delete their page, what they were told, and pictures that are in no text."""
    if not keeps_posts:
        Post.objects.take_down_all_of(person)
    Author.objects.let_go_of(person)
    Image.objects.let_go_of(person)
    for told in (Notification, Letter, Wish):
        told.objects.filter(person=person).delete()
    PrivateFeed.objects.filter(user=person).delete()
