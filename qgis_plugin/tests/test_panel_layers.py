"""The panel with web layers, geographic CRS, rotated rasters and nodata."""

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QDockWidget, QMainWindow, QMessageBox, QWidget

from .conftest import read, wait_until


def test_a_web_layer_is_saved_first_after_a_warning(dock, tmp_path, monkeypatch, scene):
    # A real XYZ layer of QGIS's own provider; its tiles lie on disk.
    make_tiles(scene, tmp_path / "tiles")
    uri = f"type=xyz&url=file://{tmp_path}/tiles/{{z}}/{{x}}/{{y}}.png&zmin=16&zmax=16"
    layer = QgsRasterLayer(uri, "web", "wms")
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    dock.source_panel.layers.setLayer(layer)
    from proxyclip_mapper.rasters import transform_extent

    original = QgsRasterLayer(str(scene), "scene", "gdal")
    area = transform_extent(original.extent(), original.crs(), layer.crs())
    dock.source_panel.extent.setOutputExtentFromUser(area, layer.crs())
    dock.source_panel.resolution.setValue(1.0)
    questions = []

    def refuse(*arguments):
        questions.append(arguments[2])
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", refuse)
    dock.encode_button.click()
    assert not dock.jobs.is_busy
    assert "terms" in questions[0]
    assert "MB" in questions[0]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    dock.encode_button.click()
    assert dock.jobs.is_busy
    wait_until(lambda: dock.mapping.live.layer is not None, what="the map in view")
    saved = next(iter((dock.source_panel.source().embedding_path().parent).glob("web-*.tif")))
    assert read(saved)[:3].std() > 5


def make_tiles(scene, folder, zoom=16):
    """Cut a raster into XYZ tiles of one zoom level."""
    merged = gdal.Warp("", str(scene), format="MEM", dstSRS="EPSG:3857")
    west, width, _, north, _, height = merged.GetGeoTransform()
    world = 20037508.342789244
    side = 2 * world / 2**zoom
    east, south = west + width * merged.RasterXSize, north + height * merged.RasterYSize
    for x in range(int((west + world) // side), int((east + world) // side) + 1):
        for y in range(int((world - north) // side), int((world - south) // side) + 1):
            bounds = (x * side - world, world - (y + 1) * side, (x + 1) * side - world, world - y * side)
            tile = gdal.Warp("", merged, format="MEM", outputBounds=bounds, width=256, height=256)
            path = folder / str(zoom) / str(x) / f"{y}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            gdal.Translate(str(path), tile, format="PNG")


@pytest.mark.parametrize("kind", ["degrees", "rotated", "nodata"])
def test_rasters_of_all_kinds(dock, scene, tmp_path, kind, qgis_canvas):
    path = tmp_path / f"{kind}.tif"
    if kind == "degrees":
        gdal.Warp(str(path), str(scene), dstSRS="EPSG:4326", srcNodata=0, dstNodata=0)
    elif kind == "rotated":
        made = gdal.Translate(str(path), str(scene))
        west, _, _, north, _, _ = made.GetGeoTransform()
        made.SetGeoTransform((west, 0.4, 0.3, north, 0.3, -0.4))
        made = None
    else:
        made = gdal.Translate(str(path), str(scene), noData=0)
        band = made.ReadAsArray()
        band[:, :150] = 0
        made.WriteArray(band)
        made = None
    layer = QgsRasterLayer(str(path), kind, "gdal")
    QgsProject.instance().addMapLayer(layer)
    dock.source_panel.layers.setLayer(layer)
    qgis_canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:25832"))
    from proxyclip_mapper.rasters import transform_extent

    area = transform_extent(layer.extent(), layer.crs(), QgsCoordinateReferenceSystem("EPSG:25832"))
    qgis_canvas.setExtent(area)
    # The area is given in the canvas's CRS: its lower half.
    area.setYMaximum(area.center().y())
    dock.source_panel.extent.setOutputExtentFromUser(
        transform_extent(area, QgsCoordinateReferenceSystem("EPSG:25832"), layer.crs()), layer.crs()
    )
    dock.encode_button.click()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the map in view")
    embedding = dock.mapping.live.embedding
    # Of a rotated raster the pixels that meet the area span more than the area.
    assert embedding.extent.height() < (0.99 if kind == "rotated" else 0.8) * layer.extent().height()
    labels = read(dock.mapping.live.layer.source())
    assert ((labels >= 1) & (labels <= 7)).any()
    if kind != "rotated":
        assert dock.mapping.live.layer.extent().intersects(layer.extent())
    dock.mapping.explain(area.center())
    wait_until(lambda: dock.scores.rowCount() > 0, what="the scores")


def test_area_nodata_and_mask(dock, layer, tmp_path):
    panel = dock.source_panel
    area = QgsVectorLayer("Polygon?crs=EPSG:4326", "area", "memory")
    shape = QgsGeometry.fromRect(QgsRectangle(layer.extent().center(), layer.extent().center()).buffered(40))
    shape.transform(QgsCoordinateTransform(layer.crs(), area.crs(), QgsProject.instance()))
    feature = QgsFeature()
    feature.setGeometry(shape)
    area.dataProvider().addFeatures([feature])
    area.updateExtents()
    mask = tmp_path / "mask.tif"
    data = gdal.Translate(str(mask), layer.source(), bandList=[1], outputType=gdal.GDT_Byte)
    valid = np.ones((384, 384), np.uint8)
    valid[:, :192] = 0
    data.GetRasterBand(1).WriteArray(valid)
    data = None
    masked = QgsRasterLayer(str(mask), "mask", "gdal")
    QgsProject.instance().addMapLayers([area, masked])
    panel.layers.setLayer(layer)
    panel.area.setLayer(area)
    panel.mask.setLayer(masked)
    panel.nodata.setEditText("300")
    options = panel.source().options
    assert options["nodata"] == 300
    assert options["mask"] == str(mask)
    assert "bounds" not in options
    assert options["aoi"].endswith(".gpkg")
    assert panel.source().size == pytest.approx((160, 160), abs=4)
    panel.nodata.setEditText("x")
    assert "enter a number" in panel.cost.text()
    panel.nodata.setCurrentIndex(1)
    assert panel.source().options["nodata"] == "auto"
    panel.nodata.setCurrentIndex(0)
    dock.encode_button.click()
    wait_until(lambda: dock.mapping.live.layer is not None, what="the map in view")
    labels = read(dock.mapping.live.layer.source())
    # Only the right half of the area has data.
    assert 0.4 < (labels != 255).mean() < 0.6


def test_side_by_side_has_the_whole_height(qgis_app, qgis_canvas):
    from proxyclip_mapper.gui.side_by_side import SideBySide, place_beside, remove_dock

    window = QMainWindow()
    window.setCentralWidget(QWidget())
    panels = [QDockWidget("Browser"), QDockWidget("Layers")]
    for panel in panels:
        panel.setWidget(QWidget())
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, panel)
    window.resize(1200, 800)
    window.show()
    QCoreApplication.processEvents()
    side = SideBySide(qgis_canvas, window)
    place_beside(side, window)
    for _ in range(5):
        QCoreApplication.processEvents()
    assert side.height() > 0.9 * window.height()
    assert panels[0].x() == panels[1].x() < side.x()
    assert panels[0].y() < panels[1].y()
    side.disconnect_canvas()
    remove_dock(side, window)
    window.close()
