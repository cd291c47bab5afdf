"""The vocabulary of topics, and the topics of a cluster."""

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clusters.columns import TOPIC_COLUMNS
from clusters.filters import TopicFilter
from clusters.forms.topics import ClusterTopicForm, TopicForm
from clusters.models import Cluster, ClusterTopic, Topic, TopicSector
from clusters.services import topics as services
from clusters.views.archiving import archive_page, restore_page
from clusters.views.frame import address_of, clusters_of
from ifa_crm.shared.editing import confirm_page, form_page, locked, options
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.shared.history import changes_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of


def _shown(rows: "QuerySet[Topic]") -> "QuerySet[Topic]":
    return rows.with_counts().select_related("broader").prefetch_related("sectors")  # type: ignore[attr-defined]


def topic_page(request: StaffRequest) -> ListPage:
    return ListPage(
        request,
        rows=Topic.objects.visible_to(request.user),
        filterset=TopicFilter,
        sorts={"name": (Lower("name_en").asc(),), "french": (Lower("name_fr").asc(),)},
        default_sort="name",
        show=_shown,
        default_size=100,
        columns=TOPIC_COLUMNS,
        export=reverse("clusters:topic_export"),
    )


topic_export = export_of(topic_page, gettext_lazy("Topics"), name="topics")


@require_safe
@requires(Act.READ)
def topic_list(request: StaffRequest) -> HttpResponseBase:
    return topic_page(request).answer(
        "clusters/topic_list.html",
        title=_("Topics"),
        lead=_("The technologies and markets that texts speak of and clusters work on."),
        may_edit=request.user.may(Act.EDIT_CLUSTERS),
    )


@require_safe
@requires(Act.READ)
def topic_detail(request: StaffRequest, slug: str) -> HttpResponseBase:
    rows = Topic.objects.visible_to(request.user).select_related("broader", "archived_by")
    topic = get_object_or_404(rows, key=slug)
    may_edit = request.user.may(Act.EDIT_CLUSTERS)
    links = topic.cluster_links.of_live_clusters().strongest_first()
    context = {
        "title": str(topic),
        "topic": topic,
        "sectors": TopicSector.objects.filter(topic=topic).select_related("sector"),
        "narrower": topic.narrower.live(),
        "words": topic.words.all(),
        "links": links.select_related("cluster"),
        "leads_address": address_of("investors:lead_list"),
        "may_edit": may_edit and not topic.is_archived,
        "may_restore": may_edit and topic.is_archived,
    }
    context["changes"] = changes_of(request.user, [topic], before=request.GET.get("before"))
    return TemplateResponse(request, "clusters/topic_detail.html", context)


@requires(Act.EDIT_CLUSTERS)
def topic_create(request: StaffRequest) -> HttpResponseBase:
    form = TopicForm(request.POST or None)
    if form.carry_out(lambda: _saved(request, form)):
        messages.success(request, _("The topic is on record."))
        return redirect(form.result)
    return form_page(
        request, form, title=_("New topic"), back="clusters:topic_list", submit=_("Record it")
    )


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def topic_edit(request: StaffRequest, slug: str) -> HttpResponseBase:
    topic = locked(request, Topic.objects.visible_to(request.user).live(), key=slug)
    title, back = _("Edit %s") % topic, topic.get_absolute_url()
    form = TopicForm(request.POST or None, instance=topic)
    if form.carry_out(lambda: _saved(request, form)):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form, title=title, back=back)


def _saved(request: StaffRequest, form: TopicForm) -> Topic:
    return services.save_topic(
        actor=request.user,
        topic=form.save(commit=False),
        sectors=list(form.cleaned_data["sectors"]),
        words=form.words,
    )


@requires(Act.EDIT_CLUSTERS)
def topic_archive(request: StaffRequest, slug: str) -> HttpResponseBase:
    topic = get_object_or_404(Topic.objects.visible_to(request.user).live(), key=slug)
    consequence = _("Texts are no longer searched for it. Leads that have it keep it.")
    return archive_page(request, topic, consequence)


@requires(Act.EDIT_CLUSTERS)
def topic_restore(request: StaffRequest, slug: str) -> HttpResponseBase:
    topic = get_object_or_404(Topic.objects.visible_to(request.user).archived(), key=slug)
    return restore_page(request, topic)


@require_safe
@requires(Act.READ)
def topic_options(request: StaffRequest) -> HttpResponse:
    rows = Topic.objects.visible_to(request.user).live().select_related("broader")
    return options(request, rows, note=lambda row: str(row.broader or ""), key="key")


# --- On a cluster ------------------------------------------------------------------------


def _cluster(request: StaffRequest, slug: str) -> Cluster:
    return get_object_or_404(clusters_of(request).live(), slug=slug)


def _links(slug: str) -> "QuerySet[ClusterTopic]":
    rows = ClusterTopic.objects.filter(cluster__slug=slug, cluster__archived_at__isnull=True)
    return rows.select_related("cluster", "topic")


@requires(Act.EDIT_CLUSTERS)
def cluster_topic_create(request: StaffRequest, slug: str) -> HttpResponseBase:
    cluster = _cluster(request, slug)
    form = ClusterTopicForm(request.POST or None, instance=ClusterTopic(cluster=cluster))
    if form.carry_out(lambda: _link_saved(request, form)):
        messages.success(request, _("The topic is on record."))
        return redirect(cluster)
    title = _("New topic of %s") % cluster
    return form_page(request, form, title=title, back=cluster, submit=_("Record it"))


def _link_saved(request: StaffRequest, form: ClusterTopicForm) -> ClusterTopic:
    return services.save_cluster_topic(actor=request.user, link=form.save(commit=False))


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def cluster_topic_edit(request: StaffRequest, slug: str, topic: str) -> HttpResponseBase:
    link = locked(request, _links(slug), topic__key=topic)
    form = ClusterTopicForm(request.POST or None, instance=link)
    if form.carry_out(lambda: _link_saved(request, form)):
        messages.success(request, _("Saved."))
        return redirect(link.cluster)
    title = _("%(topic)s at %(cluster)s") % {"topic": link.topic, "cluster": link.cluster}
    return form_page(request, form, title=title, back=link.cluster)


@requires(Act.EDIT_CLUSTERS)
def cluster_topic_remove(request: StaffRequest, slug: str, topic: str) -> HttpResponseBase:
    link = get_object_or_404(_links(slug), topic__key=topic)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: services.remove_cluster_topic(actor=request.user, link=link)):
        messages.success(request, _("The topic is taken away."))
        return redirect(form.result)
    words = {"topic": link.topic, "cluster": link.cluster}
    return confirm_page(
        request,
        form,
        title=_("Take “%(topic)s” away from %(cluster)s?") % words,
        intro=_("The cluster is no longer proposed for it."),
        submit=_("Take away"),
        back=link.cluster,
        danger=True,
    )
