"""Addresses of the public form, of its enquiries, and of the rules that give them away."""

from django.urls import path, register_converter

from investors.views import enquiry, mail, rules


class LanguageConverter:
    """A language of the public form."""

    regex = "en|fr"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        if value not in {"en", "fr"}:
            raise ValueError(value)
        return value


register_converter(LanguageConverter, "language")

urlpatterns = [
    path("enquiry/", enquiry.enquiry_start, name="enquiry_start"),
    path("enquiry/<language:language>/", enquiry.enquiry, name="enquiry"),
    path(
        "enquiry/<language:language>/received/", enquiry.enquiry_received, name="enquiry_received"
    ),
    path("enquiry/<language:language>/privacy/", enquiry.enquiry_privacy, name="enquiry_privacy"),
    path("enquiries/", enquiry.enquiry_list, name="enquiry_list"),
    path("enquiries/<slug:ref>/settle/", enquiry.enquiry_settle, name="enquiry_settle"),
    path("e-mails/paste/", mail.mail_paste, name="mail_paste"),
    path("e-mails/save/", mail.mail_save, name="mail_save"),
    path("rules/", rules.rule_list, name="rule_list"),
    path("rules/new/", rules.rule_create, name="rule_create"),
    path("rules/<int:pk>/edit/", rules.rule_edit, name="rule_edit"),
    path("rules/<int:pk>/up/", rules.rule_up, name="rule_up"),
    path("rules/<int:pk>/down/", rules.rule_down, name="rule_down"),
    path("rules/<int:pk>/remove/", rules.rule_remove, name="rule_remove"),
]
