"""What Flask calls is no coroutine: it does not look any more."""

from inspect import iscoroutinefunction
from itertools import chain

from flask import Flask


def test_nothing_that_flask_calls_is_a_coroutine(app: Flask) -> None:
    before = chain.from_iterable(app.before_request_funcs.values())
    after = chain.from_iterable(app.after_request_funcs.values())
    last = chain.from_iterable(app.teardown_request_funcs.values())
    handlers = [
        handler for codes in app.error_handler_spec.values() for each in codes.values() for handler in each.values()
    ]
    found = [*app.view_functions.values(), *before, *after, *last, *app.teardown_appcontext_funcs, *handlers]
    assert len(found) > 100
    assert not [each for each in found if iscoroutinefunction(each)]
