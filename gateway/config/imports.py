"""What the configuration names in Python: `package.module:attribute`."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from gateway.errors import ConfigurationError


def find_modules_here() -> None:
    """Let modules be found in the working directory too, as by `python -m`."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)


def import_attribute(name: str) -> Any:
    """What "package.module:attribute" names.

    Raises:
        ConfigurationError: It cannot be imported. A module may fail in any way while it is run.
    """
    module, _, attribute = name.partition(":")
    find_modules_here()
    try:
        found = import_module(module)
        for step in attribute.split("."):
            found = getattr(found, step)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"{name}: cannot be imported: {reason}") from error
    return found
