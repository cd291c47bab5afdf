"""Django's way to send mail, led into the outbox: what anybody sends waits for the worker."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from ifa_crm.work.services.outbox import queue_mail


class OutboxBackend(BaseEmailBackend):
    """For mail of libraries, such as a forgotten password: secret, ordered by recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(queue_mail(message=message) is not None for message in email_messages)
