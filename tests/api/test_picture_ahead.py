import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from proxyclip_geo.api.picture_ahead import read_picture_ahead
from proxyclip_geo.errors import Cancelled, RasterError


class TestReadPictureAhead:
    def test_reads_in_a_thread(self) -> None:
        picture = np.ones((3, 4, 5), np.uint8)
        source = SimpleNamespace(thumbnail=lambda side, stopped: SimpleNamespace(rgb=picture))
        with read_picture_ahead(source) as read:  # type: ignore[arg-type]
            assert read() is picture

    def test_errors_come_when_the_picture_is_asked_for(self) -> None:
        def fail(side: int, stopped: Any) -> Any:
            raise RasterError("damaged")

        with read_picture_ahead(SimpleNamespace(thumbnail=fail)) as read:  # type: ignore[arg-type]
            time.sleep(0.01)
            with pytest.raises(RasterError, match="damaged"):
                read()

    def test_a_run_that_ends_early_stops_reading(self) -> None:
        def read_for_ever(side: int, stopped: Callable[[], bool]) -> Any:
            started = time.monotonic()
            while not stopped():
                assert time.monotonic() < started + 60
                time.sleep(0.001)
            raise Cancelled("stopped")

        source = SimpleNamespace(thumbnail=read_for_ever)
        with pytest.raises(ValueError, match="another error"), read_picture_ahead(source):  # type: ignore[arg-type]
            raise ValueError("another error")
