"""Nobody is without a group, the default group stays, and what groups give is in the snapshot."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from callmanager.domain.rights import Right, effective_rights
from callmanager.models import Extension, ExtensionGroup, GroupMembership
from callmanager.selectors.extension import extension_get
from callmanager.selectors.extension_group import (
    extension_group_get_default,
    extension_group_list,
    membership_list,
)
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.extension import extension_create, extension_delete
from callmanager.services.extension_group import (
    extension_group_create,
    extension_group_delete,
    extension_group_update,
    extension_set_groups,
    group_members_add,
    group_members_remove,
    group_monitors_add,
)
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.conftest import TenantMaker, sip_password


def groups_of(number: str) -> set[str]:
    return {membership.group_name for membership in membership_list(number=number)}


def check_constraints() -> None:
    """What the end of the transaction would do."""
    with transaction.atomic():
        connection.check_constraints()


def test_every_tenant_has_the_default_group_and_new_extensions_are_in_it(acme_scope: Tenant) -> None:
    default = extension_group_get_default()
    assert default.name == "DEFAULT"
    assert default.rights == {Right.PAGE, Right.CALL_EXTERNAL}
    extension_create(number="103", sip_password=sip_password("Carol"))
    Extension.objects.bulk_create(
        Extension(number=str(number), sip_password=sip_password("Many")) for number in range(500, 520)
    )
    for number in ("101", "103", "519"):
        assert groups_of(number) == {"DEFAULT"}
    check_constraints()


def test_a_tenant_made_from_the_template_has_its_own_default_group(
    make_committed_tenant: TenantMaker,
) -> None:
    with tenant_scope(make_committed_tenant("grouped")):
        extension_create(number="101", sip_password=sip_password("Only"))
        assert groups_of("101") == {"DEFAULT"}
        extension_group_create(name="Sales")
        assert [group.name for group in extension_group_list()] == ["DEFAULT", "Sales"]


def test_the_database_refuses_an_extension_without_a_group(acme_scope: Tenant) -> None:
    GroupMembership.objects.filter(extension__number="101").delete()
    with pytest.raises(DatabaseError, match="at least one group"):
        check_constraints()
    extension_set_groups(extension=extension_get(number="101"), groups=[extension_group_get_default()])


def test_an_extension_takes_its_places_along_when_it_goes(acme_scope: Tenant) -> None:
    extension_delete(extension=extension_get(number="102"))
    check_constraints()
    assert GroupMembership.objects.count() == 1


@pytest.mark.parametrize("change", [{"name": "Everybody"}, {"is_default": False}])
def test_the_database_keeps_the_default_group_as_it_is(acme_scope: Tenant, change: dict[str, object]) -> None:
    with pytest.raises(DatabaseError, match="neither deleted nor renamed"), transaction.atomic():
        ExtensionGroup.objects.filter(is_default=True).update(**change)
    delete = "DELETE FROM callmanager_extensiongroup WHERE is_default"
    with (
        pytest.raises(DatabaseError, match="neither deleted nor renamed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(delete)


def test_the_services_say_so_before_the_database_does(acme_scope: Tenant) -> None:
    default = extension_group_get_default()
    with pytest.raises(ValidationError) as renamed:
        extension_group_update(group=default, name="Everybody")
    assert renamed.value.error_dict["name"][0].code == "default_group"
    with pytest.raises(ValidationError, match="can't be deleted"):
        extension_group_delete(group=extension_group_get_default())
    with pytest.raises(ValidationError, match="would belong to no group"):
        group_members_remove(group=default, extensions=Extension.objects.all())
    extension_group_update(group=default, may_use_console=True)
    assert Right.USE_CONSOLE in extension_group_get_default().rights


def test_names_are_unique_whatever_their_case(acme_scope: Tenant, globex: Tenant) -> None:
    extension_group_create(name="Sales")
    with pytest.raises(ValidationError, match="exists"):
        extension_group_create(name=" sales ")
    with tenant_scope(globex):
        extension_group_create(name="Sales")


@pytest.mark.parametrize("name", ["", "   ", "two\nlines", "x" * 65])
def test_a_name_that_is_none_is_refused(acme_scope: Tenant, name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        extension_group_create(name=name)
    assert "name" in refusal.value.error_dict


def test_rights_of_several_groups_add_up_for_the_worker_too(acme: Tenant) -> None:
    with tenant_scope(acme):
        alice, bob = Extension.objects.all()
        sales = extension_group_create(
            name="Sales", may_see_members=True, is_monitoring_allowed=True, monitor_scope="members"
        )
        group_members_add(group=sales, extensions=[alice])
        group_monitors_add(group=sales, extensions=[bob, bob])
        assert effective_rights(membership_list(number="101")) == {
            Right.SEE_MEMBERS,
            Right.PAGE,
            Right.CALL_EXTERNAL,
        }
    snapshot = snapshot_get(tenant=acme)
    assert snapshot.rights_of("101") == {Right.SEE_MEMBERS, Right.PAGE, Right.CALL_EXTERNAL}
    assert snapshot.rights_of("102") == {Right.PAGE, Right.CALL_EXTERNAL}
    assert snapshot.rights_of("999") == frozenset()
    assert [(group.name, group.monitors) for group in snapshot.groups] == [
        ("DEFAULT", frozenset()),
        ("Sales", {"102"}),
    ]
    assert type(snapshot).from_json(snapshot.to_json()) == snapshot


def test_monitors_are_kept_but_unknown_to_the_worker_while_monitoring_is_not_allowed(acme: Tenant) -> None:
    with tenant_scope(acme):
        sales = extension_group_create(name="Sales")
        group_monitors_add(group=sales, extensions=Extension.objects.all())
        assert sales.monitors.count() == 2
    assert [group.monitors for group in snapshot_get(tenant=acme).groups] == [frozenset(), frozenset()]


def test_who_leaves_the_last_group_goes_to_the_default_group(acme_scope: Tenant) -> None:
    alice, bob = Extension.objects.all()
    sales, support = extension_group_create(name="Sales"), extension_group_create(name="Support")
    extension_set_groups(extension=alice, groups=[sales])
    extension_set_groups(extension=bob, groups=[sales, support])
    assert (groups_of("101"), groups_of("102")) == ({"Sales"}, {"Sales", "Support"})
    group_members_remove(group=sales, extensions=[alice, bob])
    assert (groups_of("101"), groups_of("102")) == ({"DEFAULT"}, {"Support"})
    extension_group_delete(group=support)
    assert groups_of("102") == {"DEFAULT"}
    check_constraints()


def test_an_extension_is_not_set_to_no_group(acme_scope: Tenant) -> None:
    with pytest.raises(ValidationError, match="at least one group"):
        extension_set_groups(extension=extension_get(number="101"), groups=[])


def test_a_manager_stays_one_until_told_otherwise(acme_scope: Tenant) -> None:
    alice = extension_get(number="101")
    sales = extension_group_create(name="Sales")
    group_members_add(group=sales, extensions=[alice], is_manager=True)
    group_members_add(group=sales, extensions=[alice])
    assert [one.is_manager for one in membership_list(number="101") if one.group_name == "Sales"] == [True]
    group_members_add(group=sales, extensions=[alice], is_manager=False)
    assert [one.is_manager for one in membership_list(number="101") if one.group_name == "Sales"] == [False]


def test_a_change_of_members_or_rights_is_one_revision(acme_scope: Tenant) -> None:
    def revision() -> int:
        return Tenant.objects.get(pk=acme_scope.pk).config_rev

    sales = extension_group_create(name="Sales")
    before = revision()
    group_members_add(group=sales, extensions=Extension.objects.all())
    assert revision() == before + 1
    extension_group_update(group=sales, may_page=True)
    assert revision() == before + 2


def test_the_number_of_queries_does_not_grow_with_the_members(
    acme_scope: Tenant, django_assert_num_queries: object
) -> None:
    sales = extension_group_create(name="Sales")
    Extension.objects.bulk_create(
        Extension(number=str(number), sip_password=sip_password("Many")) for number in range(500, 600)
    )
    everybody = list(Extension.objects.all())
    assert callable(django_assert_num_queries)
    with django_assert_num_queries(3):
        group_members_add(group=sales, extensions=everybody)
    with django_assert_num_queries(1):
        assert [group.member_count for group in extension_group_list()] == [102, 102]  # type: ignore[attr-defined]
