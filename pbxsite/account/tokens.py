"""One's own API tokens: made with scopes and an end, shown once, revoked."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from pbxsite.account.frame import account_page, account_view, user_of
from tenants.audit_trail import audit_request
from tenants.capabilities import TokenScope
from tenants.selectors.api_token import api_token_list
from tenants.services.api_token import api_token_create, api_token_revoke

_DAY_S = 24 * 3600


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="What it is for.")
    days = forms.IntegerField(label="Good for (days)", min_value=1, max_value=366, initial=90)
    scopes = forms.MultipleChoiceField(
        label="What it may be used for",
        choices=TokenScope.choices,
        initial=[TokenScope.READ.value],
        widget=forms.CheckboxSelectMultiple,
        help_text="Never more than you may yourself.",
    )


@account_view
def tokens(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret, status = "", 200
    if request.method == "POST":
        if form.is_valid():
            with transaction.atomic():
                token, secret = api_token_create(
                    user=user,
                    name=form.cleaned_data["name"],
                    lifetime_s=form.cleaned_data["days"] * _DAY_S,
                    scopes=form.cleaned_data["scopes"],
                )
                audit_request(request, action="api_token.create", target=token)
            form = TokenForm()
        else:
            status = 400
    good = api_token_list(user=user).filter(revoked_at=None, expires_at__gt=timezone.now())
    return account_page(
        request,
        "pbxsite/account_tokens.html",
        title="API tokens",
        form=form,
        secret=secret,
        tokens=[{"row": row, "scopes": ", ".join(row.scopes)} for row in good],
        status=status,
    )


@account_view
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    token = api_token_list(user=user_of(request)).filter(pk=token_id).first()
    if token is None:
        raise Http404
    with transaction.atomic():
        api_token_revoke(token=token)
        audit_request(request, action="api_token.revoke", target=token)
    messages.success(request, "Revoked.")
    return redirect("account_tokens")
