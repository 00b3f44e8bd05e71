"""What becomes of somebody's posts when they delete their account and take them along: the setting TAKES_POSTS_ALONG."""

from accounts.models import User

from .models import Post


def take_posts_along(person: User) -> None:
    Post.objects.take_down_all_of(person)
