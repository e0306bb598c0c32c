"""Fixtures for all tests."""

from hypothesis import HealthCheck, settings

# How long an example takes tells of the machine, which may stall, not of what is tested; and what
# fails on one machine fails on all. `--hypothesis-profile=default` looks for new examples.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

pytest_plugins = ["tests.support.postgres"]
