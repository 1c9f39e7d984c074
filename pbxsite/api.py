"""What all lists of the REST API share: pages, whitelisted ordering, both forms of a path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import Expression, OrderBy
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.routers import DefaultRouter
from rest_framework.views import APIView

DEFAULT_PAGE_SIZE = 25
MAX_PAGE_SIZE = 1000


class Pagination(PageNumberPagination):
    """`?page=` and `?page_size=`; more than the maximum is cut to it, nonsense is refused."""

    page_size = DEFAULT_PAGE_SIZE
    max_page_size = MAX_PAGE_SIZE
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return DEFAULT_PAGE_SIZE
        if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:
            raise ValidationError({"page_size": "A whole number from 1."}, code="page_size")
        return min(int(text), MAX_PAGE_SIZE)


OrderingFields = Mapping[str, tuple[str | Expression, ...]]


class Ordering(BaseFilterBackend):
    """`?ordering=name,-other` by the view's `ordering_fields`: public name -> columns. Others are refused."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        allowed: OrderingFields = getattr(view, "ordering_fields", {})
        names = [name.strip() for name in request.query_params.get("ordering", "").split(",")]
        columns: list[OrderBy] = []
        for name in filter(None, names):
            wanted = name.removeprefix("-")
            if wanted not in allowed:
                raise ValidationError(
                    {"ordering": f"One of: {', '.join(sorted(allowed)) or 'none'}."}, code="ordering"
                )
            columns.extend(_order_by(column, descends=name != wanted) for column in allowed[wanted])
        return queryset.order_by(*columns) if columns else queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        allowed = sorted(getattr(view, "ordering_fields", {}))
        if not allowed:
            return []
        return [
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "description": f"Comma-separated, `-` for descending: {', '.join(allowed)}.",
                "schema": {"type": "string"},
            }
        ]


class Router(DefaultRouter):
    """Clients disagree about the last slash; both forms are the same resource."""

    include_root_view = False
    include_format_suffixes = False

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"


def _order_by(column: str | Expression, *, descends: bool) -> OrderBy:
    expression = F(column) if isinstance(column, str) else column
    return OrderBy(expression, descending=descends)
