from django.urls import path

from ifa_crm.work.views import jobs

app_name = "work"
urlpatterns = [
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/start/<slug:key>/", jobs.job_start, name="job_start"),
    path("jobs/<slug:ref>/", jobs.job_detail, name="job_detail"),
    path("jobs/<slug:ref>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<slug:ref>/retry/", jobs.job_retry, name="job_retry"),
    path("jobs/<slug:ref>/result/", jobs.job_result, name="job_result"),
]
