from django.urls import path

from ifa_crm.work.views import jobs, outbox, undo

app_name = "work"
urlpatterns = [
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/start/<slug:key>/", jobs.job_start, name="job_start"),
    path("jobs/<slug:ref>/", jobs.job_detail, name="job_detail"),
    path("jobs/<slug:ref>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<slug:ref>/retry/", jobs.job_retry, name="job_retry"),
    path("jobs/<slug:ref>/result/", jobs.job_result, name="job_result"),
    path("changes/", undo.batch_list, name="batch_list"),
    path("changes/<slug:ref>/", undo.batch_detail, name="batch_detail"),
    path("changes/<slug:ref>/undo/", undo.batch_undo, name="batch_undo"),
    path("outbox/", outbox.mail_list, name="mail_list"),
    path("outbox/<slug:ref>/", outbox.mail_detail, name="mail_detail"),
    path("outbox/<slug:ref>/part/<int:number>/", outbox.mail_part, name="mail_part"),
    path("outbox/<slug:ref>/send-again/", outbox.mail_send_again, name="mail_send_again"),
    path("outbox/<slug:ref>/arrived/", outbox.mail_arrived, name="mail_arrived"),
    path("outbox/<slug:ref>/give-up/", outbox.mail_give_up, name="mail_give_up"),
]
