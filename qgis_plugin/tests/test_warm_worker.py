"""The worker process that waits for the next algorithm."""

import os
import signal

import pytest
from qgis.core import QgsProcessingException, QgsProcessingFeedback

from .conftest import WORKER_PYTHON, wait_until


@pytest.fixture(autouse=True)
def no_idle_worker(set_up):
    from proxyclip_mapper.client.worker_process import close_idle_worker

    close_idle_worker()
    yield
    close_idle_worker()


def use_worker(method="models", params=None):
    """Send a request as an algorithm does; return the id of the process."""
    from proxyclip_mapper.client.blocking import BlockingClient

    with BlockingClient(QgsProcessingFeedback(), interpreter=lambda: WORKER_PYTHON) as client:
        number = client._process.process_id
        client.request(method, params or {})
    return number


def has_ended(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


def test_consecutive_algorithms_share_a_process():
    assert len({use_worker() for _ in range(3)}) == 1


def test_a_failed_request_does_not_end_the_process():
    first = use_worker()
    with pytest.raises(QgsProcessingException, match="missing.tif"):
        use_worker("encode", {"raster": "missing.tif", "out": "a.emb", "model": "demo"})
    assert use_worker() == first


def test_another_environment_gets_a_process_of_its_own(monkeypatch):
    first = use_worker()
    monkeypatch.setenv("PROXYCLIP_GEO_CACHE", os.environ.get("PROXYCLIP_GEO_CACHE", "") + "2")
    assert use_worker() != first
    assert has_ended(first)


def test_a_process_that_died_while_it_was_idle_is_replaced():
    first = use_worker()
    os.kill(first, signal.SIGKILL)
    from proxyclip_mapper.client import worker_process

    [(worker, _)] = worker_process._idle
    wait_until(lambda: not worker.is_running, what="the end of the worker")
    assert use_worker() != first


def test_an_idle_process_ends(monkeypatch):
    from proxyclip_mapper.client import worker_process

    monkeypatch.setattr(worker_process, "IDLE_SECONDS", 0.01)
    number = use_worker()
    wait_until(lambda: has_ended(number), what="the end of the worker")


def test_a_process_that_is_in_use_is_not_shared():
    from proxyclip_mapper.client.blocking import BlockingClient

    with BlockingClient(QgsProcessingFeedback(), interpreter=lambda: WORKER_PYTHON) as client:
        assert use_worker() != client._process.process_id


def test_a_broken_interpreter_is_named(tmp_path):
    from proxyclip_mapper.client.blocking import BlockingClient

    broken = tmp_path / "python"
    broken.write_text("no program")
    broken.chmod(0o755)
    with (
        pytest.raises(QgsProcessingException, match="could not be started with .*python"),
        BlockingClient(QgsProcessingFeedback(), interpreter=lambda: broken),
    ):
        pass
