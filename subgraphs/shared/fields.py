"""Typed decorators for resolvers: Strawberry's own hide a method's type from the type checker.

Each takes the field's description first, because every exported field has one.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import strawberry
from strawberry.federation.schema_directives import Authenticated, RequiresScopes, Tag

F = TypeVar("F", bound=Callable[..., Any])


def resolved(
    description: str,
    *,
    tags: Sequence[str] = (),
    authenticated: bool = False,
    scopes: Sequence[Sequence[str]] = (),
    directives: Sequence[object] = (),
) -> Callable[[F], F]:
    """A field (or mutation) answered by the method below.

    `scopes` is an OR of ANDs, as in `@requiresScopes`. The directives tell the gateway; the method
    itself checks again by `Context.require_viewer` or `Context.require_scopes`.
    """
    return _decorator(description, _directives(tags, authenticated, scopes, directives), False)


def subscribed(
    description: str,
    *,
    tags: Sequence[str] = (),
    authenticated: bool = False,
    directives: Sequence[object] = (),
) -> Callable[[F], F]:
    """A subscription field; see `served_by_gateway`."""
    return _decorator(description, _directives(tags, authenticated, (), directives), True)


def _decorator(
    description: str, directives: list[object], is_subscription: bool
) -> Callable[[F], F]:
    def decorate(method: F) -> F:
        field = strawberry.field(
            method,
            description=description,
            directives=directives,
            is_subscription=is_subscription,
        )
        return cast("F", field)

    return decorate


def _directives(
    tags: Sequence[str],
    authenticated: bool,
    scopes: Sequence[Sequence[str]],
    others: Sequence[object],
) -> list[object]:
    found: list[object] = [Tag(name=tag) for tag in tags]
    if authenticated:
        found.append(Authenticated())
    if scopes:
        found.append(RequiresScopes(scopes=[list(group) for group in scopes]))
    return [*found, *others]
