"""The form of a trunk: begun from a provider's template, saved by services."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pycountry
from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from callmanager.fleet.models import Trunk, TrunkCodec
from callmanager.selectors.trunk_template import TrunkTemplate, trunk_template_list
from callmanager.services.trunk import TRUNK_FIELDS, trunk_check

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Trunk]
else:
    _ModelForm = forms.ModelForm

GENERIC = "Generic"
# What of a template goes into which field.
FILLED = ("host", "port", "transport", "authentication", "srtp", "reregister_interval_s", "website")


class BrandSelect(UnfoldAdminSelectWidget):
    """Each brand with its country and its facts, for the script that fills in the form."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        template = next((one for one in trunk_template_list() if one.key == value), None)
        if template is not None:
            facts = {field: getattr(template, field) for field in FILLED}
            option["attrs"]["data-country"] = template.country
            option["attrs"]["data-facts"] = json.dumps({**facts, "addresses": "\n".join(template.addresses)})
        return option


def _lines(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=help_text,
    )


class TrunkForm(_ModelForm):
    country = forms.ChoiceField(label="Country", required=False, widget=UnfoldAdminSelectWidget)
    brand = forms.ChoiceField(label="Provider brand", widget=BrandSelect)
    password = forms.CharField(
        label="Password",
        required=False,
        max_length=256,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )
    addresses = _lines(
        "Associated addresses",
        "More addresses that calls of this provider come from, one a line, such as 192.0.2.7 or 192.0.2.0/24.",
    )
    codecs = forms.CharField(
        label="Codecs",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=f"In order of preference, such as PCMA, G722. Of {', '.join(TrunkCodec.values)}. "
        "Empty: as this PBX offers them.",
    )

    class Meta:
        model = Trunk
        fields = TRUNK_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "brand" not in self.fields:
            return
        templates = trunk_template_list()
        countries = sorted({one.country for one in templates if one.country}, key=country_name)
        self.fields["country"].choices = [  # type: ignore[attr-defined] # declared above
            ("", GENERIC),
            *_with_present(self.instance.country, [(code, country_name(code)) for code in countries]),
        ]
        self.fields["brand"].choices = _with_present(  # type: ignore[attr-defined] # declared above
            self.instance.brand, [(one.key, one.name) for one in templates]
        )
        self.initial["addresses"] = "\n".join(self.initial.get("addresses") or [])
        self.initial["codecs"] = ", ".join(self.initial.get("codecs") or [])
        self.initial["password"] = ""
        self.fields["ca_certificates"].widget.attrs |= {"rows": 4, "spellcheck": "false"}
        if self.instance.pk and self.instance.password:
            self.fields["password"].help_text = "Empty: the one before stays."

    def clean_addresses(self) -> list[str]:
        return list(dict.fromkeys(self.cleaned_data["addresses"].replace(",", " ").replace(";", " ").split()))

    def clean_codecs(self) -> list[str]:
        known = {name.lower(): name for name in TrunkCodec.values}
        names = list(dict.fromkeys(self.cleaned_data["codecs"].replace(",", " ").replace(";", " ").split()))
        if unknown := [name for name in names if name.lower() not in known]:
            raise ValidationError(
                f"{unknown[0][:40]} is no codec of {', '.join(TrunkCodec.values)}.", code="codec"
            )
        return [known[name.lower()] for name in names]

    def clean_password(self) -> str:
        return self.cleaned_data["password"] or self.instance.password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self._ask_service(cleaned)
        return cleaned

    def _ask_service(self, cleaned: dict[str, Any]) -> None:
        """Everything that the service would refuse, beside its field."""
        try:
            trunk_check(trunk_id=self.instance.pk, **{name: cleaned[name] for name in TRUNK_FIELDS})
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                self.add_error(name if name in self.fields else None, problems)

    def _post_clean(self) -> None:
        """The service has been asked."""


def _with_present(value: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Also what stands in the row already, though no template names it any more."""
    return choices if not value or value in dict(choices) else [*choices, (value, value)]


def country_name(code: str) -> str:
    country = pycountry.countries.get(alpha_2=code)
    return str(country.name) if country is not None else code


def template_initial(template: TrunkTemplate) -> dict[str, Any]:
    facts = asdict(template)
    return {
        **{field: facts[field] for field in FILLED},
        "country": template.country,
        "brand": template.key,
        "addresses": list(template.addresses),
    }
