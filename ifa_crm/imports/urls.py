from django.urls import path

from ifa_crm.imports.views import acts, pages

app_name = "imports"
urlpatterns = [
    path("imports/", pages.import_list, name="import_list"),
    path("imports/new/<slug:key>/", acts.import_new, name="import_new"),
    path("imports/<slug:ref>/", pages.import_detail, name="import_detail"),
    path("imports/<slug:ref>/columns/", acts.import_columns, name="import_columns"),
    path("imports/<slug:ref>/cells/", acts.import_cells, name="import_cells"),
    path("imports/<slug:ref>/reading/", acts.import_reading, name="import_reading"),
    path("imports/<slug:ref>/rows/<int:line>/", acts.import_decide, name="import_decide"),
    path("imports/<slug:ref>/decide/", acts.import_decide_all, name="import_decide_all"),
    path("imports/<slug:ref>/write/", acts.import_write, name="import_write"),
    path("imports/<slug:ref>/report/", pages.import_report, name="import_report"),
    path("imports/<slug:ref>/put-aside/", acts.import_put_aside, name="import_put_aside"),
]
