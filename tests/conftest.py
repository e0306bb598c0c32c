"""Fixtures for all tests."""

from hypothesis import HealthCheck, settings

# How long an example takes tells of the machine, which may stall, not of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

pytest_plugins = ["tests.support.postgres"]
