"""The pages of trunks: administrators make and lend them, a tenant sees what was lent to it."""

from __future__ import annotations

from django.contrib.admin import AdminSite

from callmanager.admin.trunk import LentTrunkAdmin, TrunkAdmin
from callmanager.fleet.models import Trunk, TrunkAssignment

TRUNK_ITEM = ("Trunks", "cell_tower", "admin:fleet_trunk_changelist")
LENT_TRUNK_ITEM = ("Trunks", "cell_tower", "admin:fleet_trunkassignment_changelist")


def trunk_register(site: AdminSite) -> None:
    site.register(Trunk, TrunkAdmin)


def lent_trunk_register(site: AdminSite) -> None:
    site.register(TrunkAssignment, LentTrunkAdmin)
