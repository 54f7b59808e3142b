"""Measure speed, memory and losses of vectorising against GDAL's polygonize of the whole raster.

    python benchmarks/vectors.py --side 20000 --json vectors.json            # synthetic labels
    python benchmarks/vectors.py --labels a_labels.tif --labels b_labels.tif # your own maps: losses

Speed and memory: each method runs in a separate process on the same file: `rasterio.features.shapes` of the whole
raster to a list, and proxyclip_geo to WKB, to a GeoPackage with all attributes, and with the default generalisation.
Memory is the peak of the process with Python and libraries. Losses: area of each class, gaps and overlaps after
generalisation.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def peak_mb() -> float:
    """Return the peak memory of this process; on Linux, without that of its parent."""
    status = Path("/proc/self/status")
    for line in status.read_text("ascii").splitlines() if status.exists() else []:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_gdal(labels: Path, out: Path) -> int:
    import rasterio
    from rasterio.features import shapes

    with rasterio.open(labels) as source:
        return len(list(shapes(source.read(1), transform=source.transform)))


def run_wkb(labels: Path, out: Path) -> int:
    import shapely

    from proxyclip_geo.vector.polygonize import PolygonInputs, polygonize

    classes = {value: str(value) for value in range(1, 255)}
    source = polygonize(PolygonInputs([labels]), classes=classes, spill=out.parent)
    return sum(len(shapely.to_wkb(batch.geometry)) for batch in source)


def run_geopackage(labels: Path, out: Path) -> int:
    import proxyclip_geo as pg

    return pg.vectorize(labels, out, options=pg.VectorOptions(exact=True)).polygons


def run_default(labels: Path, out: Path) -> int:
    import proxyclip_geo as pg

    return pg.vectorize(labels, out).polygons


def run_simplify(labels: Path, out: Path) -> int:
    import proxyclip_geo as pg

    return pg.vectorize(labels, out, options=pg.VectorOptions(simplify=1)).polygons


RIVALS = {
    "GDAL, whole raster": run_gdal,
    "proxyclip_geo, to WKB": run_wkb,
    "proxyclip_geo, to GeoPackage": run_geopackage,
    "proxyclip_geo, default (small patches, smoothing)": run_default,
    "proxyclip_geo, default and --simplify 1": run_simplify,
}


def measure(name: str, labels: Path, folder: Path) -> dict[str, float]:
    """Run a method in a separate process."""
    command = [sys.executable, __file__, "--one", name, "--labels", str(labels), "--out", str(folder / "out.gpkg")]
    (folder / "out.gpkg").unlink(missing_ok=True)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def losses(labels: Path, folder: Path) -> dict[str, Any]:
    """Compare the area of classes with that of their pixels, and look for gaps and overlaps."""
    import geopandas as gpd

    import proxyclip_geo as pg

    frames = {}
    chosen = {
        "exact": pg.VectorOptions(exact=True),
        "default": pg.VectorOptions(),
        "simplified": pg.VectorOptions(simplify=1),
    }
    for name, options in chosen.items():
        path = pg.vectorize(labels, folder / f"{name}.gpkg", options=options, overwrite=True).path
        frames[name] = gpd.read_file(path, layer=name)
    exact = frames["exact"].area.groupby(frames["exact"]["class"]).sum()
    return {name: _compare(frame, exact) for name, frame in frames.items()}


def _compare(frame: Any, exact: Any) -> dict[str, Any]:
    import shapely

    geometry = frame.geometry.to_numpy()
    areas = frame.area.groupby(frame["class"]).sum().reindex(exact.index, fill_value=0.0)
    total, covered = shapely.area(geometry).sum(), shapely.union_all(geometry).area
    return {
        "polygons": len(frame),
        "vertices": int(shapely.get_num_coordinates(geometry).sum()),
        "largest change of a class's area, %": float(100 * (areas / exact - 1).abs().max()),
        "the same, of all": float(100 * (areas - exact).abs().max() / exact.sum()),
        "gaps, m2": float(exact.sum() - covered),
        "overlaps, m2": float(total - covered),
        "valid": bool(shapely.is_valid(geometry).all()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=20_000)
    parser.add_argument("--labels", type=Path, action="append")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        started = time.perf_counter()
        count = RIVALS[arguments.one](arguments.labels[0], arguments.out)
        print(json.dumps({"seconds": time.perf_counter() - started, "MB": peak_mb(), "polygons": count}))
        return
    results: dict[str, Any] = {"machine": f"{platform.machine()}, {platform.python_version()}"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.labels:
            results["losses"] = {path.stem: losses(path, folder) for path in arguments.labels}
            print(json.dumps(results["losses"], indent=2))
        else:
            from label_maps import make_label_map

            labels = folder / "labels.tif"
            make_label_map(labels, arguments.side)
            results["rivals"] = {rival: measure(rival, labels, folder) for rival in RIVALS}
            base = results["rivals"]["GDAL, whole raster"]
            for rival, found in results["rivals"].items():
                ratios = (
                    f"{found['seconds'] / base['seconds']:.2f} × the time, {found['MB'] / base['MB']:.3f} × the memory"
                )
                print(
                    f"{rival}: {found['polygons']} polygons, {found['seconds']:.1f} s, {found['MB']:.0f} MB, {ratios}"
                )
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
