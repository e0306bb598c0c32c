"""The ASGI interface, as far as a caller of apps needs it."""

import importlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from gateway.errors import ConfigurationError

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

ASGI: Final = {"version": "3.0", "spec_version": "2.4"}


def load_app(name: str) -> AsgiApp:
    """The ASGI app that "package.module:attribute" names.

    Raises:
        ConfigurationError: there is none.
    """
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise ConfigurationError(f'"{name}" is not of the form "package.module:attribute"')
    try:
        found: Any = importlib.import_module(module_name)
        for step in attribute.split("."):
            found = getattr(found, step)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f'The app "{name}" cannot be loaded: {error}') from error
    if not callable(found):
        raise ConfigurationError(f'"{name}" is not an ASGI app')
    return found  # type: ignore[no-any-return]  # what a callable takes cannot be looked up
