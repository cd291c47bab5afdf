"""Says in each answer how many queries it took."""

from collections.abc import Callable
from typing import Any

from django.db import connection


class CountQueries:
    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        asked = 0

        def count(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response["X-Queries"] = str(asked)
        return response
