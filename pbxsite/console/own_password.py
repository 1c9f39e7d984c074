"""Changing one's own password: by the service, so that other sessions and tokens end."""

from __future__ import annotations

from typing import Any

from unfold.forms import AdminOwnPasswordChangeForm

from tenants.services.user import user_set_password


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    def save(self, commit: bool = True) -> Any:
        return user_set_password(user=self.user, password=self.cleaned_data["new_password1"])
