import torch

from proxyclip_geo.engine.pixel_table import softmax


class TestSoftmax:
    def test_a_pixel_does_not_depend_on_its_place(self) -> None:
        """Torch's own may differ in the last bit for the last numbers, which do not fill a vector."""
        entries = torch.randn(8, 1001, generator=torch.Generator().manual_seed(1)) * 4
        whole = softmax(entries)
        for count in range(1, 200):
            assert torch.equal(softmax(entries[:, :count].contiguous()), whole[:, :count])
            assert torch.equal(softmax(entries[:, -count:].contiguous()), whole[:, -count:])

    def test_shape_and_sums(self) -> None:
        found = softmax(torch.zeros(4, 3, 5))
        assert found.shape == (4, 3, 5)
        assert (found == 0.25).all()
