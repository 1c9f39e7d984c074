"""Addresses of the account pages."""

from __future__ import annotations

from django.urls import path

from pbxsite.account import profile, second_factor, sessions, tokens

urlpatterns = [
    path("", profile.profile, name="account"),
    path("password/", profile.password, name="account_password"),
    path("two-factor/", second_factor.overview, name="account_second_factor"),
    path("two-factor/set-up/", second_factor.set_up, name="account_second_factor_set_up"),
    path("two-factor/codes/", second_factor.new_codes, name="account_second_factor_codes"),
    path("two-factor/off/", second_factor.turn_off, name="account_second_factor_off"),
    path("sessions/", sessions.sessions, name="account_sessions"),
    path("sessions/<int:session_id>/end/", sessions.end_session, name="account_session_end"),
    path("sessions/end-all/", sessions.sign_out_everywhere, name="account_sign_out_everywhere"),
    path("tokens/", tokens.tokens, name="account_tokens"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="account_token_revoke"),
]
