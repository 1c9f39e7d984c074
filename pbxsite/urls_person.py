"""The same addresses with the console of extensions at /admin/, for those whose groups allow it."""

from __future__ import annotations

from django.urls import path

from pbxsite.console.sites import person_site
from pbxsite.urls import handler400 as handler400
from pbxsite.urls import handler500 as handler500
from pbxsite.urls import shared_urlpatterns

urlpatterns = [path("admin/", person_site.urls), *shared_urlpatterns]
