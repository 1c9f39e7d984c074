"""Signing out, by POST only: a link can't do it to somebody."""

from __future__ import annotations

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from pbxsite.branding import sign_in_address_of


@require_POST
@csrf_protect
def sign_out(request: HttpRequest) -> HttpResponse:
    address = sign_in_address_of(request)
    logout(request)
    return redirect(address)
