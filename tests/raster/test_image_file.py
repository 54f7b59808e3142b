import numpy as np
import pytest
from PIL import Image

from proxyclip_geo.errors import RasterError
from proxyclip_geo.raster.image_file import read_label_picture, read_picture, resize_picture, scale_shape


def save(path, values, mode=None):
    picture = Image.fromarray(np.asarray(values, np.uint8), mode)
    if mode == "P":
        picture.putpalette([9, 8, 7, 255, 0, 0, 0, 255, 0])
    picture.save(path)
    return path


def test_a_palette_is_applied_to_pictures_and_not_to_labels(tmp_path):
    path = save(tmp_path / "p.png", [[0, 1, 2]], "P")
    np.testing.assert_array_equal(read_picture(path)[:, 0].T, [[9, 8, 7], [255, 0, 0], [0, 255, 0]])
    np.testing.assert_array_equal(read_label_picture(path), [[0, 1, 2]])


def test_grey_and_alpha(tmp_path):
    grey = save(tmp_path / "g.png", [[1, 2]])
    np.testing.assert_array_equal(read_picture(grey), [[[1, 2]]] * 3)
    rgba = save(tmp_path / "a.png", [[[1, 2, 3, 0], [4, 5, 6, 255]]])
    np.testing.assert_array_equal(read_picture(rgba)[:, 0].T, [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(read_label_picture(rgba)[:, 0].T, [[1, 2, 3], [4, 5, 6]])


def test_wide_values_are_no_picture(tmp_path, make_raster):
    with pytest.raises(RasterError, match="8-bit"):
        read_picture(make_raster("wide.tif", dtype="uint16", crs=None))
    assert read_label_picture(make_raster("labels.tif", dtype="uint16", bands=1, crs=None)).dtype == np.uint16
    with pytest.raises(RasterError, match="no labels"):
        read_label_picture(make_raster("float.tif", dtype="float32", bands=1, crs=None))
    with pytest.raises(RasterError):
        read_picture(tmp_path / "missing.png")


@pytest.mark.parametrize(
    ("shape", "limits", "scaled"),
    [
        ((375, 500), (336, 2048), (336, 448)),
        ((500, 333), (336, 2048), (505, 336)),
        ((1024, 2048), (448, 2048), (448, 896)),
        ((60, 3000), (336, 2048), (41, 2048)),
        ((1080, 1280), (448, 448), (378, 448)),
        ((100, 100), (448, 448), (448, 448)),
    ],
)
def test_size_in_pixels(shape, limits, scaled):
    assert scale_shape(shape, short_side=limits[0], long_side=limits[1]) == scaled


def test_resizing_is_that_of_opencv():
    """Values of OpenCV 5.0.0: resize((arange(4 · 5 · 3) · 37 mod 256), (7, 3))."""
    pixels = (np.arange(4 * 5 * 3) * 37 % 256).reshape(4, 5, 3).astype(np.uint8).transpose(2, 0, 1)
    expected = [[7, 70, 137, 186, 113, 132, 195], [65, 128, 134, 31, 110, 134, 125], [122, 185, 191, 88, 167, 137, 54]]
    np.testing.assert_array_equal(resize_picture(pixels, (3, 7))[0], expected)
    assert resize_picture(pixels, (4, 5)) is pixels
    uniform = np.full((3, 13, 17), 201, np.uint8)
    assert (resize_picture(uniform, (29, 8)) == 201).all()
