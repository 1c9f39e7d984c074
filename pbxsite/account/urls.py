"""Addresses of the account pages."""

from __future__ import annotations

from django.urls import path

from pbxsite.account import profile, second_factor

urlpatterns = [
    path("", profile.profile, name="account"),
    path("password/", profile.password, name="account_password"),
    path("two-factor/", second_factor.overview, name="account_second_factor"),
    path("two-factor/set-up/", second_factor.set_up, name="account_second_factor_set_up"),
    path("two-factor/codes/", second_factor.new_codes, name="account_second_factor_codes"),
    path("two-factor/off/", second_factor.turn_off, name="account_second_factor_off"),
]
