from django.urls import path

from . import account, portrait_pages, token_pages, views, webhooks

app_name = "accounts"

urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("auth/session", views.start_session, name="start_session"),
    path("auth/error", views.error, name="error"),
    path("account", account.account, name="account"),
    path("account/name", account.rename, name="rename"),
    path("account/picture/fetch", portrait_pages.fetch_picture, name="fetch_picture"),
    path("account/picture/remove", portrait_pages.remove_picture, name="remove_picture"),
    path("people/<str:digest>.webp", portrait_pages.picture, name="picture"),
    path("account/sessions/<int:session_id>/end", account.end_session, name="end_session"),
    path("account/sign-out-everywhere", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("account/tokens", token_pages.tokens, name="tokens"),
    path("account/tokens/create", token_pages.create_token, name="create_token"),
    path("account/tokens/<int:token_id>/revoke", token_pages.revoke_token, name="revoke_token"),
    path("webhooks/descope", webhooks.receive, name="webhook"),
]
