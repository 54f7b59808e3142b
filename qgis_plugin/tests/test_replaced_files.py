"""Files that layers of the project have open are closed before they are replaced, and unsaved edits are kept."""

import pytest
from osgeo import ogr
from qgis.core import QgsProject

from .conftest import exported_polygons, read, rest, wait_until


def export_again(exported, tmp_path, **options):
    exported.mapping.exporter.export(tmp_path / "map", {"polygons": True, "overwrite": True, **options})


def delete_polygon(layer):
    assert layer.startEditing()
    layer.deleteFeature(next(layer.getFeatures()).id())


def test_unsaved_edits_of_an_exported_map_are_kept(exported, tmp_path):
    layer = exported_polygons()
    delete_polygon(layer)
    received = []
    exported.messages.warn = received.append
    export_again(exported, tmp_path)
    assert not exported.jobs.is_busy
    assert "unsaved edits" in received[0]
    assert layer.isModified()
    layer.rollBack()


def test_a_map_cannot_be_edited_while_it_is_exported_again(exported, tmp_path):
    before = exported_polygons().featureCount()
    export_again(exported, tmp_path)
    assert exported.jobs.is_busy
    # Edits would be lost: they would be saved to the old file, which has lost its name.
    assert not QgsProject.instance().mapLayersByName("scene")[1:]
    wait_until(lambda: not exported.jobs.is_busy, what="the second export")
    assert exported_polygons().featureCount() == before


@pytest.mark.parametrize("how", ["cancel", "refuse"])
def test_an_export_that_fails_gives_the_layers_back(exported, tmp_path, how, qgis_canvas):
    layer, root = exported_polygons(), QgsProject.instance().layerTreeRoot()
    layer.setName("my map")
    layer.setOpacity(0.5)
    count = layer.featureCount()
    export_again(exported, tmp_path, **({"overwrite": False} if how == "refuse" else {}))
    if how == "cancel":
        exported.jobs.cancel()
    wait_until(lambda: not exported.jobs.is_busy, what="the end of the export")
    (layer,) = QgsProject.instance().mapLayersByName("my map")
    assert layer.isValid()
    assert layer.featureCount() == count
    assert layer.opacity() == 0.5
    assert {item.name() for item in root.findGroup("scene").findLayers()} == {"my map", "scene_labels", "scene_score"}
    rest(qgis_canvas)


def test_old_statistics_are_not_written_beside_a_new_raster(exported, tmp_path):
    (labels,) = QgsProject.instance().mapLayersByName("scene_labels")
    # As when the properties of the layer show its histogram; QGIS writes it when it closes the file.
    labels.dataProvider().histogram(1)
    model = exported.words_panel.model
    for row in range(1, model.rowCount()):
        model.setData(model.index(row, 0), False, 10)
    wait_until(lambda: len(model.words.enabled) == 1, what="one class")
    export_again(exported, tmp_path)
    wait_until(lambda: not exported.jobs.is_busy, what="the second export")
    path = tmp_path / "map" / "scene_labels.tif"
    assert read(path).max() == 1
    side = path.with_name("scene_labels.tif.aux.xml").read_text(encoding="utf-8")
    assert "Histogram" not in side
    assert "building" not in side


def test_algorithms_keep_unsaved_edits(exported, tmp_path):
    from proxyclip_mapper.algorithms.outputs import check_outputs

    layer, path = exported_polygons(), str(tmp_path / "map" / "scene.gpkg")
    assert not check_outputs({"Polygons": path}, [])
    delete_polygon(layer)
    assert "unsaved edits" in check_outputs({"Polygons": path}, [])
    layer.rollBack()
    assert ogr.Open(path).GetLayerByName("scene").GetFeatureCount() == layer.featureCount()


def test_a_map_is_exported_again_after_a_correction(exported, tmp_path, qgis_canvas):
    layer = exported_polygons()
    count = layer.featureCount()
    delete_polygon(layer)
    assert layer.commitChanges()
    # QGIS may still draw the layer, and the file may be in the journal mode of edited layers.
    qgis_canvas.refresh()
    failures = []
    exported.jobs.failed.connect(failures.append)
    export_again(exported, tmp_path)
    wait_until(lambda: not exported.jobs.is_busy, what="the second export")
    assert not failures
    assert exported_polygons().featureCount() == count
