"""Decorators of views: which act a page needs."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from ifa_crm.staff.roles import Act

if TYPE_CHECKING:
    from ifa_crm.staff.models import User

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of somebody who is signed in: what every view of ours receives."""

    user: "User"
    htmx: HtmxDetails


View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


def requires(act: Act) -> Callable[[View[P]], View[P]]:
    """Answer 403 to those whose roles do not allow ``act``.

    Whose a record is (*own*) is decided with the record in hand, by ``investors.permissions``
    or by the service.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: StaffRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.may(act):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_act = act  # type: ignore[attr-defined]  # read by the URL x role test
        return cast(View[P], guarded)

    return decorate
