import pytest

from gateway.server.negotiate import Form, negotiate


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, Form.JSON),
        ("", Form.JSON),
        ("*/*", Form.JSON),
        ("application/*", Form.JSON),
        ("application/json", Form.JSON),
        ("application/graphql-response+json", Form.GRAPHQL_RESPONSE),
        ("text/event-stream", Form.EVENT_STREAM),
        ("application/graphql-response+json, application/json", Form.GRAPHQL_RESPONSE),
        ("application/json, application/graphql-response+json", Form.JSON),
        ("application/json;q=0.5, application/graphql-response+json", Form.GRAPHQL_RESPONSE),
        ("text/html, */*;q=0.8", Form.JSON),
        ("Application/JSON; charset=utf-8", Form.JSON),
        ("application/json;q=0, text/event-stream", Form.EVENT_STREAM),
        ("application/json;q=high, text/event-stream;q=0.1", Form.EVENT_STREAM),
        ("application/json;q=0, */*", Form.GRAPHQL_RESPONSE),
        ("application/json;q=0.1, */*;q=0.5", Form.GRAPHQL_RESPONSE),
        ("*/*;q=0.1, application/json;q=0", Form.GRAPHQL_RESPONSE),
        ("*/*, application/graphql-response+json", Form.GRAPHQL_RESPONSE),
        ("*/*, application/graphql-response+json;q=0.5", Form.JSON),
        ("application/json;q=0, application/graphql-response+json;q=0, */*", None),
        ("application/*;q=0.2, */*;q=0.9, text/event-stream;q=0.5", Form.EVENT_STREAM),
        ("application/json;q=0, application/json", Form.JSON),
        ("text/html", None),
        ("text/*", None),
        ("application/json;q=0", None),
        (",", None),
    ],
)
def test_an_accept_header_names_the_form_of_the_answer(accept, form):
    assert negotiate(accept) is form
