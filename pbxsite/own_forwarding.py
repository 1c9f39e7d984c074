"""Whether a person is there, and where its calls go: its own page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from callmanager.admin.extension_forwarding import forwarding_saved
from callmanager.admin.forwarding_form import ForwardingForm
from callmanager.selectors.extension import forward_list
from pbxsite.console.sites import platform_site
from pbxsite.own_person import own_person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_forwarding(request: HttpRequest) -> HttpResponse:
    person = own_person(request)
    if person is None:
        return redirect("sign_in")
    extension = person.extension
    form = ForwardingForm(request.POST or None, extension=extension, rows=forward_list(extension=extension))
    if request.method == "POST" and forwarding_saved(request, extension, form):
        messages.success(request, "Saved. It holds from the next call on.")
        return redirect("own_forwarding")
    context = {
        **platform_site.each_context(request),
        "title": "Status and forwarding",
        "tenant": person.tenant,
        "extension": extension,
        "form": form,
    }
    return render(request, "pbxsite/own_forwarding.html", context, status=400 if form.errors else 200)
