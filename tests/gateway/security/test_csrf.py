import pytest

from gateway.config.http import Csrf
from gateway.security.csrf import is_preflighted, refuse_unpreflighted

SIMPLE = [
    b"text/plain",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x",
    b"",
]


@pytest.mark.parametrize("content_type", SIMPLE)
def test_what_a_form_can_send_is_not_preflighted(content_type):
    assert not is_preflighted({b"content-type": content_type}, Csrf())


def test_a_request_without_headers_is_not_preflighted():
    assert not is_preflighted({}, Csrf())


@pytest.mark.parametrize("content_type", [b"application/json", b"Application/JSON; charset=utf-8"])
def test_json_is_preflighted(content_type):
    assert is_preflighted({b"content-type": content_type}, Csrf())


@pytest.mark.parametrize("name", Csrf().required_headers)
def test_any_of_the_agreed_headers_is_enough(name):
    assert is_preflighted({name.encode(): b""}, Csrf())


def test_our_own_pages_need_no_preflight():
    assert is_preflighted({b"sec-fetch-site": b"same-origin"}, Csrf())
    assert not is_preflighted({b"sec-fetch-site": b"same-site"}, Csrf())
    assert not is_preflighted({b"sec-fetch-site": b"cross-site"}, Csrf())


def test_allowed_origins_need_no_preflight():
    allowed = ("https://shop.example",)
    assert is_preflighted({b"origin": b"https://shop.example"}, Csrf(), allowed)
    assert not is_preflighted({b"origin": b"https://shop.example.evil"}, Csrf(), allowed)
    assert not is_preflighted({b"origin": b"https://evil.example"}, Csrf(), ("*",))


def test_the_guard_can_be_switched_off():
    assert is_preflighted({}, Csrf(enabled=False))


def test_the_refusal_says_what_to_send():
    error = refuse_unpreflighted(Csrf(required_headers=("x-shop",)))
    assert "x-shop" in error.message
    assert error.extensions["code"] == "CSRF_PREFLIGHT_REQUIRED"
