import threading
import time
from collections.abc import Iterator

import pytest
import torch

from proxyclip_geo.engine.parallel import CorePool, run_on_cores

CPU = torch.device("cpu")


@pytest.fixture
def three_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def threads_of_a_new_thread() -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.usefixtures("three_threads")
class TestCores:
    def test_work_is_shared_among_threads_that_compute_alone(self) -> None:
        seen: list[tuple[int, int]] = []

        def work(item: int) -> None:
            time.sleep(0.01)
            seen.append((threading.get_ident(), torch.get_num_threads()))

        run_on_cores(work, range(30), device=CPU)
        assert len(seen) == 30
        assert {count for _, count in seen} == {1}
        assert len({thread for thread, _ in seen}) == 3
        assert threading.get_ident() in {thread for thread, _ in seen}

    def test_others_compute_as_before_afterwards(self) -> None:
        run_on_cores(lambda item: None, range(5), device=CPU)
        assert (torch.get_num_threads(), threads_of_a_new_thread()) == (3, 3)
        with pytest.raises(ZeroDivisionError):
            run_on_cores(lambda item: 1 // item, range(5), device=CPU)
        assert (torch.get_num_threads(), threads_of_a_new_thread()) == (3, 3)

    def test_the_caller_may_compute_alone_for_a_while(self) -> None:
        with CorePool(CPU) as cores:
            with cores.single_threaded():
                assert torch.get_num_threads() == 1
            assert torch.get_num_threads() == 3

    @pytest.mark.parametrize("inference", [False, True])
    def test_threads_are_in_the_mode_of_the_caller(self, inference: bool) -> None:
        with torch.inference_mode(inference):
            values = torch.zeros(4)
            run_on_cores(lambda item: values[item].add_(1), range(4), device=CPU)
        assert values.tolist() == [1, 1, 1, 1]
        assert values.is_inference() == inference

    def test_waiting_raises_what_work_raised_and_then_goes_on(self) -> None:
        done: list[int] = []
        with CorePool(CPU) as cores:
            cores.submit(lambda item: 1 // item, [0])
            with pytest.raises(ZeroDivisionError):
                cores.wait()
            cores.submit(done.append, [1, 2])
        assert sorted(done) == [1, 2]

    def test_an_error_of_the_caller_is_not_hidden(self) -> None:
        def fail() -> None:
            with CorePool(CPU) as cores:
                cores.submit(lambda item: 1 // item, [0])
                raise KeyError

        with pytest.raises(KeyError):
            fail()

    def test_what_is_not_on_the_processor_is_done_in_turn(self) -> None:
        seen: list[int] = []
        with CorePool(torch.device("meta")) as cores:
            cores.submit(lambda item: seen.append(threading.get_ident()), range(3))
            assert seen == [threading.get_ident()] * 3
            with cores.single_threaded():
                assert torch.get_num_threads() == 3
