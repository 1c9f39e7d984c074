"""Background jobs: a list, and a page per job that follows it without a reload."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.views.decorators.http import require_POST, require_safe
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from tenants.audit_trail import audit_request
from tenants.confirmation import CONFIRMED_FIELD, is_confirmed
from tenants.models import Job, JobState
from tenants.selectors.job import job_list
from tenants.services.job import NotRepeatable, is_repeatable, job_repeat

STATE_LABELS = {"Waiting": "info", "Running": "info", "Done": "success", "Failed": "danger"}
# Results that are jobs which this one has begun.
_FOLLOWING_JOBS = ("welcome_jobs",)
# Results that have a place of their own on the page.
_SHOWN_APART = (*_FOLLOWING_JOBS, "needs_confirmation", "broken")
STATE_CLASSES = {"queued": "td-info", "running": "td-info", "done": "td-good", "failed": "td-bad"}


class JobAdmin(ModelAdmin):
    list_display = ("title", "state_label", "rows", "started_by", "moment")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_filter_submit = True
    search_fields = ("title", "started_by")
    list_fullwidth = True
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return job_list()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:job_id>/progress/", view(require_safe(self.progress_view)), name="job_progress"),
            path("<int:job_id>/repeat/", view(require_POST(self.repeat_view)), name="job_repeat"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        job = self.get_object(request, object_id)
        if job is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": job.title,
            "opts": self.opts,
            "job": job,
            "state_class": STATE_CLASSES[job.state],
            "is_repeatable": is_repeatable(job),
            "result": [
                (name.replace("_", " "), value)
                for name, value in job.result.items()
                if name not in _SHOWN_APART
            ],
            "broken": job.result.get("broken", ()),
            "confirmed_field": CONFIRMED_FIELD,
            "following": [one for name in _FOLLOWING_JOBS for one in job.result.get(name, ())],
            "unshown_errors": job.error_count - len(job.errors),
        }
        return render(request, "pbxsite/job.html", context)

    def progress_view(self, request: HttpRequest, job_id: int) -> JsonResponse:
        job = self._job(job_id)
        return JsonResponse(
            {
                "state": job.state,
                "state_words": job.get_state_display(),
                "percent": job.percent,
                "rows_done": job.rows_done,
                "rows_total": job.rows_total,
                "is_over": job.is_over,
            }
        )

    def repeat_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        job = self._job(job_id)
        try:
            with transaction.atomic():
                job = job_repeat(job=job, is_confirmed=is_confirmed(request))
                audit_request(request, action="job.repeat", target=job)
        except NotRepeatable:
            messages.error(request, "Only a failed job can be repeated, and only while its file is kept.")
        return redirect(reverse("admin:tenants_job_change", args=[job_id]))

    def _job(self, job_id: int) -> Job:
        job = job_list().filter(pk=job_id).first()
        if job is None:
            raise Http404
        return job

    @display(description="State", label=STATE_LABELS, ordering="state")  # type: ignore[untyped-decorator, unused-ignore]
    def state_label(self, job: Job) -> str:
        return JobState(job.state).label

    @admin.display(description="Rows", ordering="rows_done")
    def rows(self, job: Job) -> str:
        return f"{job.rows_done:,} of {job.rows_total:,}" if job.rows_total else "–"

    @admin.display(description="Begun", ordering="created_at")
    def moment(self, job: Job) -> str:
        return formats.date_format(timezone.localtime(job.created_at), "j M Y, H:i:s")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
