from django.urls import URLPattern, URLResolver, include, path, register_converter

from . import api
from .desk.lists import LISTS
from .feed_formats import FORMATS
from .feeds.addresses import KINDS, name_of, route_of
from .icons import ICONS
from .slugs import MonthConverter, SlugConverter, YearConverter
from .views import (
    about,
    author_page,
    browsing,
    desk,
    explain,
    feeds,
    history,
    images,
    leave,
    lists,
    machines,
    moves,
    my_data,
    notifications,
    private_feeds,
    reading,
    record,
    search,
    sharing,
    tags,
    team,
)
from .views.addresses import at_one_address
from .workflow import MOVES

register_converter(SlugConverter, "address")
register_converter(YearConverter, "year")
register_converter(MonthConverter, "month")

desk_urlpatterns = [
    path("write", desk.write, name="write"),
    path("desk", desk.home, name="home"),
    *(path(f"desk/{key}", lists.posts, {"key": key}, name=key) for key in LISTS),
    *(
        path(f"desk/{key}/{verb}", lists.many, {"key": key, "verb": verb}, name=f"{key}_{verb}")
        for key, one in LISTS.items()
        for verb in one.many
    ),
    path("desk/people", lists.people, name="people"),
    path("desk/posts/<int:post_id>", desk.post, name="post"),
    path("desk/posts/<int:post_id>/edit", desk.edit, name="edit"),
    path("desk/posts/<int:post_id>/review", desk.review, name="review"),
    path("desk/posts/<int:post_id>/history", history.history, name="history"),
    path("desk/posts/<int:post_id>/links", sharing.links, name="links"),
    path("desk/posts/<int:post_id>/explain", explain.explain, name="explain"),
    *(
        path(f"desk/posts/<int:post_id>/{verb.replace('_', '-')}", getattr(moves, verb), name=verb)
        for verb in MOVES
        if verb != "edit"
    ),
    path("desk/images", images.images, name="images"),
    path("desk/images/<str:digest>", images.image, name="image"),
    path("desk/images/<str:digest>/delete", images.delete_image, name="delete_image"),
    path("desk/notifications", notifications.notifications, name="notifications"),
    path("desk/notifications/read", notifications.read_all_notifications, name="read_all_notifications"),
    path("desk/notifications/<int:notification_id>/read", notifications.read_notification, name="read_notification"),
    path("desk/history.csv", record.as_csv, name="record_csv"),
    path("desk/history.json", record.as_json, name="record_json"),
    path("desk/author-page", author_page.author_page, name="author_page"),
    path("desk/tags", tags.tags, name="tags"),
    path("desk/tags/<int:tag_id>", tags.tag, name="tag"),
    path("desk/tags/<int:tag_id>/rename", tags.rename, name="rename_tag"),
    path("desk/tags/<int:tag_id>/merge", tags.merge, name="merge_tag"),
    path("desk/team", team.home, name="team"),
    path("desk/team/invite", team.invite, name="team_invite"),
    path("desk/team/<str:subject>/give-role", team.give_role, name="team_give_role"),
    path("desk/team/<str:subject>/take-role", team.take_role, name="team_take_role"),
    path("desk/team/<str:subject>/sign-out-everywhere", team.sign_out_everywhere, name="team_sign_out_everywhere"),
    path("desk/team/<str:subject>/disable", team.disable, name="team_disable"),
    path("desk/team/<str:subject>/enable", team.enable, name="team_enable"),
]

feed_urlpatterns = [
    path(
        route_of(kind, key, is_private=is_private),
        private_feeds.feed if is_private else feeds.feed,
        {"kind": kind, "key": key},
        name=name_of(kind, key, is_private=is_private),
    )
    for is_private in (False, True)
    for kind in KINDS
    for key in FORMATS
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", browsing.home, name="home"),
    path("about", at_one_address(about.about), name="about"),
    path("privacy", at_one_address(about.privacy), name="privacy"),
    path("search", search.search, name="search"),
    path("tags", browsing.tags, name="tags"),
    path("tags/<address:slug>", browsing.tag, name="tag"),
    path("authors", browsing.authors, name="authors"),
    path("authors/<address:handle>", browsing.author, name="author"),
    path("series", browsing.all_series, name="all_series"),
    path("series/<address:slug>", browsing.series, name="series"),
    path("archive", browsing.archive, name="archive"),
    path("archive/<year:year>", browsing.archive_year, name="archive_year"),
    path("archive/<year:year>/<month:month>", browsing.archive_month, name="archive_month"),
    path("posts/<int:post_id>", reading.post_by_id, name="post_by_id"),
    path("posts/<address:slug>.md", machines.twin, name="twin"),
    path("posts/<address:slug>", reading.post, name="post"),
    path("p/<int:post_id>", reading.post_by_id, name="short"),
    path("posts/<address:slug>/card-<str:digest>.png", machines.card, name="card"),
    path("card-<str:digest>.png", machines.site_card, name="site_card"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap_index, name="sitemap"),
    path("sitemap-<str:name>.xml", machines.sitemap, name="sitemap_part"),
    path("favicon.ico", machines.favicon, name="favicon"),
    path("manifest.webmanifest", machines.manifest, name="manifest"),
    *(path(name, machines.icon, {"name": name}, name=name) for name in ICONS),
    path("media/<str:digest>-<int:width>.webp", images.picture, name="picture_copy"),
    path("media/<str:digest>.webp", images.picture, name="picture"),
    path("feeds", feeds.feeds, name="feeds"),
    *feed_urlpatterns,
    path("feeds/pictures/<int:feed_id>-<str:seal>/<str:digest>.webp", private_feeds.picture, name="private_picture"),
    path("account/feeds", private_feeds.private_feed, name="private_feed"),
    path("account/feeds/renew", private_feeds.renew_private_feed, name="renew_private_feed"),
    path("account/feeds/revoke", private_feeds.revoke_private_feed, name="revoke_private_feed"),
    path("shared/<str:token>", sharing.shared, name="shared"),
    path("", include((desk_urlpatterns, "desk"))),
    path("account/notifications", notifications.notification_wishes, name="notification_wishes"),
    path("notifications/unsubscribe/<str:token>", notifications.unsubscribe, name="unsubscribe"),
    path("account/data", my_data.my_data, name="my_data"),
    path("account/delete", leave.leave, name="leave"),
    path("api/", api.urls),
]
