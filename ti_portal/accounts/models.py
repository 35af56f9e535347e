"""People who sign in. What they may do comes from dated mandates (`territories`) and from `is_staff` (délégation)."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def delegation(self):
        return self.active().filter(is_staff=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    use_in_migrations = False

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        # The whole address is folded, not the domain alone: nobody has two accounts that differ by case.
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(email=self.normalize_email(username))


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail address. `is_staff` means: member of the délégation."""

    email = models.EmailField(
        "adresse électronique",
        max_length=254,
        unique=True,
        error_messages={"unique": "Un compte existe déjà avec cette adresse."},
    )
    first_name = models.CharField("prénom", max_length=100, blank=True)
    last_name = models.CharField("nom", max_length=100, blank=True)
    is_active = models.BooleanField("compte ouvert", default=True)
    is_staff = models.BooleanField(
        "membre de la délégation", default=False, help_text="Donne accès à l’administration du portail."
    )
    date_joined = models.DateTimeField("inscription le", default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_is_lower_case",
                violation_error_message="L’adresse s’écrit en minuscules.",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = type(self).objects.normalize_email(self.email)

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.email


class PastAddress(models.Model):
    """An address that a person used here before: what was sent there is theirs too, to take away and to forget."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="past_addresses", verbose_name="compte")
    email = models.EmailField("adresse électronique", max_length=254)

    class Meta:
        verbose_name = "adresse précédente"
        verbose_name_plural = "adresses précédentes"
        constraints = [models.UniqueConstraint(fields=["user", "email"], name="past_address_once")]

    def __str__(self) -> str:
        return f"adresse précédente du compte {self.user_id}"
