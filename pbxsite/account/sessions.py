"""Where somebody is signed in: listed, ended one by one or all at once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from pbxsite.account.frame import account_page, account_view, user_of
from tenants.audit_trail import audit_request
from tenants.services.session import session_list, sessions_end
from tenants.services.user import user_sign_out_everywhere


@account_view
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    rows = [
        {"row": row, "is_current": row.session_key == request.session.session_key}
        for row in session_list(user=user_of(request))
    ]
    return account_page(
        request, "pbxsite/account_sessions.html", title="Where you are signed in", sessions=rows
    )


@account_view
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    mine = session_list(user=user_of(request)).filter(pk=session_id)
    row = mine.first()
    if row is None:
        raise Http404
    with transaction.atomic():
        audit_request(request, action="session.end", target=row)
        sessions_end(mine)
    if row.session_key == request.session.session_key:
        logout(request)
        return redirect("sign_in")
    messages.success(request, "Signed out there.")
    return redirect("account_sessions")


@account_view
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    with transaction.atomic():
        user_sign_out_everywhere(user=user)
        audit_request(request, action="account.sign_out_everywhere", target=user)
    logout(request)
    return redirect("sign_in")
