from django.urls import path

from . import account, views, webhooks

app_name = "accounts"

urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("auth/session", views.start_session, name="start_session"),
    path("auth/error", views.error, name="error"),
    path("account", account.account, name="account"),
    path("account/name", account.rename, name="rename"),
    path("account/sessions/<int:session_id>/end", account.end_session, name="end_session"),
    path("account/sign-out-everywhere", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("webhooks/descope", webhooks.receive, name="webhook"),
]
