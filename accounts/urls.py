from django.urls import path

from . import views, webhooks

app_name = "accounts"

urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("auth/session", views.start_session, name="start_session"),
    path("auth/error", views.error, name="error"),
    path("account", views.account, name="account"),
    path("webhooks/descope", webhooks.receive, name="webhook"),
]
