"""`proxyclip-geo compare`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from proxyclip_geo.api.options import ChangeOptions, LabelOptions
from proxyclip_geo.cli import parameters
from proxyclip_geo.cli.declared import Only
from proxyclip_geo.cli.reporter import Reporter
from proxyclip_geo.vector.area_table import format_area


def compare(
    before: Annotated[str, typer.Argument(help="Embedding, or label raster, of the first date.")],
    after: Annotated[str, typer.Argument(help="Embedding, or label raster, of the second date, on any grid.")],
    classes: parameters.Classes = None,
    vocabulary: parameters.Vocabulary = None,
    *,
    options: Annotated[LabelOptions, Only(("threshold", "templates", "synonyms", "background", "debias"))],
    change: ChangeOptions,
    out: parameters.Out = Path("change"),
    overwrite: parameters.Overwrite = False,
    reporter: Reporter,
) -> None:
    """Compare two dates of one place: what became what, where, and how sure it is.

    Writes to the output directory: change.csv (area of each pair of classes), change.gpkg (changed areas with from, to,
    area and confidence), change.tif, confidence.tif and change_preview.png. Embeddings are labelled with the words
    first; their maps are in the directories before and after.

    Example:  proxyclip-geo compare 2023.emb 2026.emb -c "forest; building; road; grassland" -o change/
    """
    import proxyclip_geo as pg
    from proxyclip_geo.vocabulary.load import read_words

    words = None if classes is None and vocabulary is None else read_words(classes, vocabulary)
    with reporter.progress() as progress:
        result = pg.compare(
            before,
            after,
            words,
            out=out,
            confidence=change.confidence,
            options=options,
            vectors=pg.VectorOptions(min_area=0, drop_smaller=change.drop_smaller),
            overwrite=overwrite,
            progress=progress,
        )
    paths = [result.labels, result.confidence, result.polygons_path, result.table, result.preview]
    written = [str(path) for path in paths if path is not None]
    reporter.result(_table(result, written), {"changes": result.rows(), "unit": result.unit, "paths": written})


def _table(result: Any, written: list[str]) -> Any:
    from rich.console import Group
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("from", "to"):
        table.add_column(title)
    for title in ("area", "confident"):
        table.add_column(title, justify="right")
    unit = "area_m2" if result.unit == "m²" else "area_px"
    for row in result.rows():
        if row["from"] != row["to"]:
            sure = "" if row["confident_percent"] is None else f"{row['confident_percent']:.0f} %"
            table.add_row(row["from"], row["to"], format_area(row[unit], result.unit), sure)
    kept = float(result.areas.trace())
    line = f"{format_area(kept, result.unit)} of {format_area(float(result.areas.sum()), result.unit)} kept their class"
    return Group(table, line, *written)
