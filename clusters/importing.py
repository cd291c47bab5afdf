"""Organisations and leaders from a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import LeaderRole, OrganisationKind
from clusters.models import Cluster, Leader, Organisation
from clusters.services.archiving import restore
from clusters.services.clusters import save_leader
from clusters.services.ties import save_organisation
from ifa_crm.imports.nouns import Column, Line, Noun, Twin, register_noun
from ifa_crm.imports.records import RecordImporter
from ifa_crm.imports.values import Choice, Country, Email, Named, Phone, Text, Value, Website
from ifa_crm.imports.words import choice_words, key_of, record_words
from ifa_crm.staff.roles import Act

ORGANISATIONS: Final[tuple[Column, ...]] = (
    Column(
        "name",
        gettext_lazy("name"),
        "",
        ("organisation", "organization", "company", "nom", "entreprise", "organisme"),
        required=True,
    ),
    Column(
        "kind",
        gettext_lazy("kind"),
        "",
        ("organisation.kind", "type", "nature", "category", "catégorie"),
    ),
    Column(
        "country",
        gettext_lazy("country"),
        "",
        (
            "organisation.country",
            "pays",
        ),
    ),
    Column("city", gettext_lazy("city"), "", ("organisation.city", "ville", "town")),
    Column("website", gettext_lazy("website"), "", ("web", "url", "site web", "site internet")),
    Column("summary", gettext_lazy("summary"), "", ("description", "résumé", "notes")),
    Column("source", gettext_lazy("source"), "", ("origine",)),
    Column(
        "ref",
        gettext_lazy("reference"),
        "",
        ("organisation.ref", "organisation reference", "référence"),
    ),
)
LEADERS: Final[tuple[Column, ...]] = (
    Column(
        "name", gettext_lazy("name"), "", ("leader", "nom", "person", "responsable"), required=True
    ),
    Column("cluster", gettext_lazy("cluster"), "", ("pôle", "pole", "cluster name"), required=True),
    Column("role", gettext_lazy("role"), "", ("fonction", "rôle", "position", "function")),
    Column("languages", gettext_lazy("languages"), "", ("langues", "language", "langue")),
    Column("email", gettext_lazy("e-mail"), "", ("email", "mail", "courriel", "adresse e-mail")),
    Column("phone", gettext_lazy("phone"), "", ("téléphone", "telephone", "tel", "tél")),
    Column("assistant", gettext_lazy("assistant"), "", ("assistante", "secretary", "secrétariat")),
    Column("ref", gettext_lazy("reference"), "", ("leader reference", "référence")),
)


def _text(model: Any, name: str) -> Text:
    return Text(most=model._meta.get_field(name).max_length or 0)


class OrganisationImporter(RecordImporter):
    columns = ORGANISATIONS

    def readers(self) -> Mapping[str, Value]:
        return {
            **{name: _text(Organisation, name) for name in ("name", "city", "source")},
            "kind": Choice(choice_words(OrganisationKind.choices)),
            "country": Country(),
            "website": Website(most=200),
            "summary": Text(lines=True),
            "ref": Text(),
        }

    def identify(self, lines: Iterable[Line]) -> None:
        for line in lines:
            line.key = line.values.get("ref") or key_of(line.values.get("name", ""))[:300]

    def known(self, lines: Sequence[Line]) -> dict[int, Organisation]:
        seen = Organisation.objects.visible_to(self.user).live()
        return by_reference(seen, lines, _("There is no such organisation."))

    def alike(self, lines: Sequence[Line]) -> dict[int, list[Twin]]:
        """Of the same folded name, among those that the person sees."""
        names = {key_of(line.values.get("name", "")) for line in lines}
        spelt = {line.values.get("name", "") for line in lines}
        lowered = {v for name in spelt for v in (name.lower(), ascii_lower(name))}
        seen = Organisation.objects.visible_to(self.user)
        rows = seen.alias(lower=Lower("name")).filter(lower__in=lowered)
        found: dict[str, list[Twin]] = {}
        for row in rows.order_by("archived_at", "pk"):
            kind = "archived" if row.is_archived else "name"
            twin = Twin(kind, row.ref, str(row), _("same name"))
            found.setdefault(key_of(row.name), []).append(twin)
        found = {key: twins for key, twins in found.items() if key in names}
        by_line = {line.number: found.get(key_of(line.values.get("name", ""))) for line in lines}
        return {number: twins for number, twins in by_line.items() if twins}

    def chosen(self, refs: Iterable[str]) -> dict[str, Any]:
        rows = Organisation.objects.visible_to(self.user).filter(ref__in=list(refs))
        return {row.ref: row for row in rows}

    def fresh(self, line: Line) -> Organisation:
        if not line.says("name"):
            line.refuse("name", _("Say which organisation it is."))
        fields = {name: value for name, value in line.values.items() if name != "ref"}
        return Organisation(**{"kind": OrganisationKind.COMPANY} | fields)

    def save(self, row: Organisation, line: Line) -> Organisation:
        return save_organisation(actor=self.user, organisation=row)

    def restore(self, row: Organisation) -> Organisation:
        return restore(actor=self.user, record=row)


class LeaderImporter(RecordImporter):
    columns = LEADERS

    def readers(self) -> Mapping[str, Value]:
        clusters = Cluster.objects.live()
        names = ("name", "languages", "assistant")
        return {
            **{name: _text(Leader, name) for name in names},
            "cluster": Named(lambda: record_words(clusters, "name", "slug", "official_name_fr")),
            "role": Choice(choice_words(LeaderRole.choices)),
            "email": Email(),
            "phone": Phone(most=40),
            "ref": Text(),
        }

    def identify(self, lines: Iterable[Line]) -> None:
        for line in lines:
            cluster = line.values.get("cluster")
            name = key_of(line.values.get("name", ""))
            line.key = line.values.get("ref") or f"{name[:250]}|{cluster.pk if cluster else ''}"

    def known(self, lines: Sequence[Line]) -> dict[int, Leader]:
        """By reference; else the same name, or the same e-mail address, at the same cluster."""
        every = Leader.objects.select_related("cluster")
        found = by_reference(every, lines, _("There is no such leader."))
        clusters = [line.values["cluster"] for line in lines if line.says("cluster")]
        there: dict[tuple[int, str], Leader] = {}
        for row in every.filter(cluster__in=clusters):
            for word in (row.name, row.email):
                if word:
                    there[row.cluster_id, key_of(word)] = row
        for line in lines:
            cluster = line.values.get("cluster")
            for word in ("email", "name"):
                key = (cluster.pk if cluster else 0, key_of(line.values.get(word, "")))
                if key in there and not line.says("ref"):
                    found.setdefault(line.number, there[key])
        return found

    def fresh(self, line: Line) -> Leader:
        if not line.says("name"):
            line.refuse("name", _("Say who that is."))
        if not line.says("cluster") and not any(key == "cluster" for key, _why in line.errors):
            line.refuse("cluster", _("Say which cluster they lead."))
        fields = {name: value for name, value in line.values.items() if name != "ref"}
        return Leader(**{"role": LeaderRole.DIRECTOR} | fields)

    def save(self, row: Leader, line: Line) -> Leader:
        return save_leader(actor=self.user, leader=row)


def by_reference(rows: Any, lines: Sequence[Line], unknown: str) -> dict[int, Any]:
    """By line, the record whose reference stands in it."""
    asked = {line.number: line.values["ref"] for line in lines if line.says("ref")}
    found = {row.ref: row for row in rows.filter(ref__in=asked.values())}
    for line in lines:
        if line.number in asked and asked[line.number] not in found:
            line.refuse("ref", unknown)
    return {number: found[ref] for number, ref in asked.items() if ref in found}


def ascii_lower(text: str) -> str:
    """What SQLite's LOWER makes of a text."""
    return "".join(c.lower() if c.isascii() else c for c in text)


def register() -> None:
    register_noun(
        Noun(
            key="organisations",
            label=gettext_lazy("Organisations"),
            explanation=gettext_lazy("One row is an organisation."),
            act=Act.EDIT_CLUSTERS,
            columns=lambda: ORGANISATIONS,
            importer=OrganisationImporter,
        )
    )
    register_noun(
        Noun(
            key="leaders",
            label=gettext_lazy("Leaders of clusters"),
            explanation=gettext_lazy("One row is a person who leads a cluster on record."),
            act=Act.EDIT_CLUSTERS,
            columns=lambda: LEADERS,
            importer=LeaderImporter,
        )
    )
