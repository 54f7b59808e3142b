"""Messages of the worker as sentences in the user's language."""

import functools
import json
import re
from pathlib import Path

from ..i18n import tr, translate
from .messages import NO_WORKER, PROTOCOL, WorkerError
from .templates import Templates

FILE = Path(__file__).parents[1] / "messages.json"
"""Templates of the reasons, warnings and notes of the worker."""


_OPTION = r"""`(?:\w+\.)*(\w+)`|\b(?:\w+\.)*(\w+)=('[^']*'|"[^"]*"|\{\d+\}|[\w+-]+(?:\.\w+)*)"""


def describe(event):
    """Return the sentence of an error, warning or progress event.

    The reason is translated if its template is known, with the plugin's labels in place of names of options. The kind
    of the error and the remedy have sentences of the plugin. An unknown remedy is left out: its sentence would be that
    of the command line.
    """
    text = _templates().translate(event.get("reason", event.get("message", "")))
    text = _kinds().get(event.get("type"), "{}").format(text)
    remedy = event.get("remedy") or {}
    sentence = _remedies().get(remedy.get("code"))
    if sentence is None:
        return text
    return f"{text.rstrip('.')}. {sentence.format_map(remedy.get('values', {}))}"


def describe_progress(event):
    """Return the stage of a progress event and how far it is."""
    stage, unit = translate(event.get("stage", "")), translate_unit(event)
    return tr("{}: {} of {} {}").format(stage, event.get("done", 0), event.get("total", 0), unit)


def translate_unit(event):
    """Return the unit of a progress event in the user's language."""
    return translate(event.get("unit", ""))


def as_error(event):
    """Return the exception of an error event."""
    kind, code = event.get("type", "WorkerError"), int(event.get("exit_code", 1))
    remedy = (event.get("remedy") or {}).get("code")
    return WorkerError(describe(event), kind, code, remedy, english=event.get("message"))


def check_greeting(event):
    """Return an exception if the worker has another protocol version, else None."""
    if event.get("protocol") == PROTOCOL:
        return None
    text = tr(
        "The environment has proxyclip-geo {} with protocol {}, this plugin needs {}. Create the environment again."
    )
    return WorkerError(text.format(event.get("version"), event.get("protocol"), PROTOCOL), "ProtocolError", NO_WORKER)


@functools.cache
def _templates():
    return Templates(json.loads(FILE.read_text("utf-8"))["messages"], translate=translate, finish=use_labels)


def use_labels(text):
    """Return a message with labels in place of option names such as `name` or name=value."""
    labels = _labels()

    def as_label(found):
        label, value = labels.get(found[1] or found[2]), (found[3] or "True").strip("'")
        if label is None:
            return found[0]
        quoted = tr("“{}”").format(label)
        return quoted if value == "True" else f"{quoted} {value}"

    return re.sub(_OPTION, as_label, text)


def _labels():
    """Return the labels of options in the dialogs, by the names in messages of the worker."""
    return {
        "adapt": tr("Adapt words to this image"),
        "aoi": tr("Extent"),
        "aoi_layer": tr("Layer of the area"),
        "background": tr("Background words"),
        "bands": tr("Bands"),
        "bounds": tr("Extent"),
        "classes": tr("Classes"),
        "components": tr("Number of principal components"),
        "count": tr("Number of clusters"),
        "device": tr("Device"),
        "exact": tr("Keep pixel edges"),
        "field": tr("Class field of the examples"),
        "gsd": tr("Resolution"),
        "mapping": tr("Class of each ground truth value"),
        "mask": tr("Mask"),
        "min_area": tr("Minimum polygon area"),
        "nodata": tr("Nodata"),
        "overwrite": tr("Overwrite existing files"),
        "polygons": tr("Polygons"),
        "precision": tr("Precision"),
        "probabilities": tr("Probabilities"),
        "raster": tr("Image"),
        "segments": tr("Patches of one colour"),
        "simplify": tr("Simplification tolerance"),
        "stretch": tr("Stretch"),
        "threshold": tr("Minimum score"),
        "truth_field": tr("Class field of the ground truth"),
        "vocabulary": tr("Vocabulary"),
        "zone_field": tr("Name field of the zones"),
    }


def _kinds():
    """Return the sentences of the kinds of errors, with a place for the reason."""
    return {
        "AreaError": tr("The area cannot be used: {}"),
        "EngineError": tr("The computation failed: {}"),
        "InternalError": tr("Internal error: {}. Copy the report and send it to the developers."),
        "ModelError": tr("The model cannot be used: {}"),
        "OptionError": tr("A setting is not valid: {}"),
        "OutputError": tr("The result cannot be written: {}"),
        "ProtocolError": tr("The request is not valid: {}"),
        "RasterError": tr("The raster cannot be used: {}"),
        "StoreError": tr("The embedding cannot be used: {}"),
        "VectorError": tr("The vector file cannot be used: {}"),
        "VocabularyError": tr("The classes cannot be used: {}"),
        "WeightsError": tr("The weights of the model cannot be used: {}"),
    }


def _remedies():
    """Return the sentences of the remedies of proxyclip-geo by code; tests compare the codes with the package."""
    again = tr("Create the environment again: “Environment…” in the ProxyCLIP panel.")
    smaller = tr("Close other programs, or select a smaller extent, a coarser resolution or fewer classes.")
    return {
        "align-labels": tr(
            "Give it the CRS, pixel size and pixel corners of the first raster: Raster → Projections → Warp "
            "(Reproject)."
        ),
        "append-or-replace": tr("Select “Overwrite existing files”, or write to another file."),
        "assign-crs": tr("Assign a CRS: Raster → Projections → Assign Projection."),
        "choose-inside": tr("Add one of the rasters inside it as a layer: {names}."),
        "choose-or-stack": tr(
            "Add one of the rasters inside it as a layer: {names}. Raster → Miscellaneous → Build Virtual Raster joins "
            "three of one size as red, green and blue."
        ),
        "clip": tr("Select a coarser resolution, or clip it first: Raster → Extraction → Clip Raster by Extent."),
        "convert-type": tr("Convert it to {dtype}: Raster → Conversion → Translate, output data type."),
        "encode": tr("Create one with “Encode” in the ProxyCLIP panel, or with the algorithm “Encode raster”."),
        "fetch": tr(
            "Press “Download” below the model in the ProxyCLIP panel, or select another model. “demo” needs no "
            "download."
        ),
        "fetch-again": tr("Delete the file, then press “Download” below the model in the ProxyCLIP panel."),
        "fetch-elsewhere": tr(
            "Check the network and the proxy (HTTPS_PROXY). Without a network, copy the weights from another computer "
            "into a folder, and set the environment variable {variable} to it. “demo” needs no download."
        ),
        "fix-nodata": tr("Enter another nodata value, or correct that of the file: Raster → Conversion → Translate."),
        "georeference": tr("Correct its georeference with the Georeferencer."),
        "install-openvino": again,
        "install-package": tr(
            "The environment of ProxyCLIP has no package {package}. Install it there, or select another format or "
            "model."
        ),
        "install-weights": tr(
            "Create the environment again: “Environment…” in the ProxyCLIP panel. “demo” needs no download."
        ),
        "one-band": tr(
            "Select the label raster of a run (…_labels.tif), or save its band of labels with “Rearrange bands”."
        ),
        "raise-memory": tr("Close other programs, or select a smaller model."),
        "reduce-batch": smaller,
        "reduce-blocks": tr("Select an extent or a coarser resolution."),
        "reduce-memory": smaller,
        "reduce-workers": smaller,
        "reinstall-package": again,
        "resume-encode": tr("Encode the image again with the same settings: the finished parts are used."),
        "resume-fetch": tr("Press “Download” again: it continues where it stopped."),
        "start-dask": tr("Start the scheduler {scheduler} and its workers."),
        "use-torch": again,
        "warp": tr("Reproject it: Raster → Projections → Warp (Reproject)."),
        "warp-mask": tr(
            "Give the mask the CRS, pixel size and extent of the image: Raster → Projections → Warp (Reproject)."
        ),
    }
