"""A Strawberry schema that the configuration names by its import string."""

from strawberry import Schema

from gateway.config.imports import import_attribute
from gateway.errors import ConfigurationError


def load_python_schema(name: str) -> Schema:
    """The schema that "package.module:attribute" names; its module is run for it.

    Raises:
        ConfigurationError: It cannot be imported, or is something else.
    """
    found = import_attribute(name)
    if not isinstance(found, Schema):
        raise ConfigurationError(f"{name}: is no Strawberry schema, but {type(found).__name__}")
    return found
