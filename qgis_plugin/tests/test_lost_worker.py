"""A worker that crashes in the middle of a request, as GDAL does on some damaged files."""

import os
import signal

import pytest
from qgis.core import QgsProcessingException, QgsProcessingFeedback

from .conftest import WORKER_PYTHON, command_line, wait_until


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Return a scene that takes seconds to encode."""
    folder = tmp_path_factory.mktemp("large")
    command_line("sample", "large.tif", "--size", 1024, "--quiet", cwd=folder)
    return folder / "large.tif"


@pytest.fixture
def client(set_up):
    from proxyclip_mapper.client.client import WorkerClient

    made = WorkerClient(interpreter=lambda: WORKER_PYTHON)
    yield made
    made.stop()


def encode(client, raster, out, failures):
    """Send a request and return it when it runs; failures go to a list."""
    running = []
    request = client.request("encode", {"raster": str(raster), "out": str(out), "model": "demo"})
    request.progressed.connect(running.append)
    request.failed.connect(failures.append)
    wait_until(lambda: running, what="progress")
    return request


def crash(client):
    os.kill(client.process_id, signal.SIGSEGV)


def test_crash_names_the_file_and_waiting_requests_go_to_a_new_worker(client, large, tmp_path):
    failures, results = [], []
    encode(client, large, tmp_path / "a.emb", failures)
    waiting = client.request("models")
    waiting.succeeded.connect(results.append)
    waiting.failed.connect(failures.append)
    first = client.process_id
    crash(client)
    wait_until(lambda: results, what="the models from a new worker")
    assert client.process_id != first
    (error,) = failures
    assert f"(code {signal.SIGSEGV.value}) while it worked on “{large}”" in str(error)
    assert not error.was_cancelled


def test_worker_that_crashes_again_and_again_is_not_started_again(client, large, tmp_path):
    failures = []
    for count in range(1, 4):
        encode(client, large, tmp_path / "a.emb", failures)
        crash(client)
        wait_until(lambda count=count: len(failures) == count, what="the failure")
    refused = client.request("models")
    refused.failed.connect(failures.append)
    wait_until(lambda: len(failures) == 4, what="the refusal")
    assert "3 times in a row" in str(failures[-1])
    assert failures[-1].needs_environment
    assert client.process_id == 0
    # “Environment…” stops the client and starts it again.
    client.stop()
    results = []
    client.request("models").succeeded.connect(results.append)
    wait_until(lambda: results, what="the models")


def test_cancelled_request_that_does_not_end_is_killed(client, large, tmp_path, monkeypatch):
    from proxyclip_mapper.client import client as module

    monkeypatch.setattr(module, "CANCEL_TIMEOUT", 300)
    failures, results = [], []
    request = encode(client, large, tmp_path / "a.emb", failures)
    os.kill(client.process_id, signal.SIGSTOP)
    client.cancel(request)
    wait_until(lambda: failures, what="the cancellation")
    assert failures[0].was_cancelled
    client.request("models").succeeded.connect(results.append)
    wait_until(lambda: results, what="the models from a new worker")


def test_crash_under_an_algorithm_names_the_file(set_up, large, tmp_path):
    from proxyclip_mapper.client.blocking import BlockingClient

    class Feedback(QgsProcessingFeedback):
        def setProgress(self, value):
            os.kill(client._process.process_id, signal.SIGSEGV)

    params = {"raster": str(large), "out": str(tmp_path / "a.emb"), "model": "demo"}
    with (
        pytest.raises(QgsProcessingException, match=r"while it worked on “.*large\.tif”"),
        BlockingClient(Feedback(), interpreter=lambda: WORKER_PYTHON) as client,
    ):
        client.request("encode", params)
