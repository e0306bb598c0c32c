import pytest


@pytest.fixture(autouse=True)
def patient_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is late is waited for."""
    monkeypatch.setattr("gateway.pipeline.s3._TIMEOUT", 60.0)
