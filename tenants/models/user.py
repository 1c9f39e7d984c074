"""Who signs in. Three roles with ranks; the constraints refuse what a role cannot be."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from tenants.capabilities import is_permitted, sees_anything_of
from tenants.models.tenant import Tenant, validate_time_zone
from tenants.roles import NO_RANK, Rank, Role


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """`username` is unique everywhere: administrators and tenants choose it (no @ in it), an extension has
    NUMBER@TENANT-NAME. An extension signs in with number and SIP domain, anybody with an e-mail address."""

    Role = Role
    Rank = Rank

    username = models.CharField(max_length=80, unique=True)
    role = models.CharField(max_length=13, choices=Role.choices)
    rank = models.CharField(max_length=7, choices=Rank.choices, blank=True, default=NO_RANK)
    tenant = models.ForeignKey(Tenant, null=True, blank=True, on_delete=models.CASCADE, related_name="users")
    extension_number = models.CharField(max_length=40, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    display_name = models.CharField(max_length=100, blank=True, default="")
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        default="",
        validators=[validate_time_zone],
        help_text="For times in the console. Empty: the tenant's.",
    )
    is_active = models.BooleanField("may sign in", default=True)
    # Somebody else chose the password: nothing works before it is changed.
    must_change_password = models.BooleanField(default=False, editable=False)
    # Part of every session's hash: raising it ends all sessions of this user.
    login_generation = models.PositiveIntegerField(default=0, editable=False)
    # When a sign-in last ended all others: a socket signed in to by password before it goes, too.
    sign_ins_ended_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("username",)
        constraints = [
            models.CheckConstraint(
                condition=Q(role=Role.ADMINISTRATOR, tenant__isnull=True)
                | Q(role__in=[Role.TENANT, Role.EXTENSION], tenant__isnull=False),
                name="user_has_a_tenant_unless_administrator",
            ),
            models.CheckConstraint(
                condition=(Q(role=Role.EXTENSION) & ~Q(extension_number=""))
                | (~Q(role=Role.EXTENSION) & Q(extension_number="")),
                name="user_has_a_number_if_extension",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.EXTENSION, rank=NO_RANK)
                | (~Q(role=Role.EXTENSION) & Q(rank__in=Rank.values)),
                name="user_has_a_rank_unless_extension",
            ),
            models.CheckConstraint(
                condition=Q(username=Lower("username")), name="user_username_is_lower_case"
            ),
            models.UniqueConstraint(
                "tenant",
                "extension_number",
                condition=Q(role=Role.EXTENSION),
                name="user_extension_is_unique",
            ),
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="user_email_is_unique"),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_staff(self) -> bool:
        """Who may use the console."""
        return self.is_active and self.role in (Role.ADMINISTRATOR, Role.TENANT)

    @property
    def is_superuser(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def standing(self) -> str:
        """In words, for lists: `Administrator`, `Owner`, `Extension 101`."""
        if self.role == Role.EXTENSION:
            return f"Extension {self.extension_number}"
        rank = Rank(self.rank).name.capitalize()
        return rank if self.role == Role.TENANT else f"Administrator ({rank.lower()})"

    def has_perm(self, permission: str, obj: object = None) -> bool:
        return self.is_active and is_permitted(Role(self.role), self.rank, permission)

    def has_perms(self, permissions: list[str], obj: object = None) -> bool:
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and sees_anything_of(Role(self.role), self.rank, app_label)

    def get_session_auth_hash(self) -> str:
        """A new password, generation, tenant, role or rank ends the sessions that began under the old one."""
        return salted_hmac(
            "tenants.models.User.get_session_auth_hash",
            f"{self.password}:{self.login_generation}:{self.tenant_id}:{self.role}:{self.rank}",
            algorithm="sha256",
        ).hexdigest()


class Administrator(User):
    """The same people as a subject of their own: who may change a tenant's users may not change administrators."""

    class Meta:
        proxy = True
        verbose_name = "administrator"
