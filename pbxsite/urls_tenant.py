"""The same addresses with a tenant's console at /admin/, for who acts in a tenant."""

from __future__ import annotations

from django.urls import path

from pbxsite.console.sites import tenant_site
from pbxsite.urls import handler400 as handler400
from pbxsite.urls import handler500 as handler500
from pbxsite.urls import shared_urlpatterns

urlpatterns = [path("admin/", tenant_site.urls), *shared_urlpatterns]
