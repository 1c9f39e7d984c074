"""Addresses of the account pages."""

from __future__ import annotations

from django.urls import path

from pbxsite.account import profile

urlpatterns = [
    path("", profile.profile, name="account"),
    path("password/", profile.password, name="account_password"),
]
