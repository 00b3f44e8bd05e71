"""What becomes of somebody's posts and pictures when they delete their account: the setting LETS_GO."""

from accounts.models import User

from .models import Image, Post


def let_go(person: User, *, keeps_posts: bool) -> None:
    """Take their posts down unless these are to stay, and delete the pictures that are in no text."""
    if not keeps_posts:
        Post.objects.take_down_all_of(person)
    Image.objects.let_go_of(person)
