"""Draw the results of `make bench` as one picture.

python benchmarks/plots.py bench docs/pictures/performance.png       # the folder with bench.json
"""

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

OURS, RIVAL, LIMIT = "#1f6f8b", "#b8b8b8", "#c0392b"


def plot_encoder(axes: Axes, found: dict[str, Any]) -> None:
    """Draw pixels per second of the published loop and of proxyclip_geo."""
    rates = [found["pixels per second"][name] / 1e3 for name in ("published loop", "proxyclip_geo")]
    bars = axes.barh(["published loop", "proxyclip_geo, file to labels"], rates, color=[RIVAL, OURS])
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.axvline(18 * rates[0], color=LIMIT, linestyle="--", label="18 times the loop (wanted)")
    axes.set(title="ViT-B/16 + DINO B/8, thousand px a second", xlim=(0, 1.25 * max(*rates, 18 * rates[0])))
    axes.legend(loc="lower right", frameon=False)


def plot_presets(axes: Axes, found: dict[str, Any]) -> None:
    """Draw the cost of the presets."""
    rows = found["presets"]
    bars = axes.barh([row["preset"] for row in rows], [row["Mpx/s"] * 1e3 for row in rows], color=OURS)
    axes.bar_label(bars, [f"{row['Mpx/s'] * 1e3:.0f}: {row['model']}" for row in rows], padding=3)
    axes.set(title="Presets, thousand px a second (windows alone)", xlim=(0, 1.9e3 * max(row["Mpx/s"] for row in rows)))


def plot_speed(axes: Axes, found: dict[str, Any]) -> None:
    """Draw the speed of all steps except the image model."""
    names = [f"{row['side']:,}²".replace(",", " ") for row in found["rasters"]]
    places = range(len(names))
    alone = [row["GDAL alone, Mpx/s"] for row in found["rasters"]]
    axes.bar([n - 0.2 for n in places], alone, 0.4, color=RIVAL, label="GDAL alone, writing two rasters")
    bars = axes.bar(
        [n + 0.2 for n in places], [row["Mpx/s"] for row in found["rasters"]], 0.4, color=OURS, label="proxyclip_geo"
    )
    axes.bar_label(bars, fmt="%.1f")
    axes.axhline(20, color=LIMIT, linestyle="--", label="wanted")
    axes.set(title="With a free image model, Mpx a second", xticks=list(places), xticklabels=names)
    axes.set_ylim(0, 1.45 * max(alone))
    axes.legend(loc="upper left", frameon=False, fontsize=8)


def plot_memory(axes: Axes, found: dict[str, Any]) -> None:
    """Draw measured and predicted peak memory."""
    names = [f"{row['side']:,}²".replace(",", " ") for row in found["rasters"]]
    places = range(len(names))
    predicted = [row["predicted memory, GB"] for row in found["rasters"]]
    axes.bar([n - 0.2 for n in places], predicted, 0.4, color=RIVAL, label="predicted")
    peaks = [row["peak memory, GB"] for row in found["rasters"]]
    bars = axes.bar([n + 0.2 for n in places], peaks, 0.4, color=OURS, label="measured")
    axes.bar_label(bars, fmt="%.2f")
    axes.set(title="Peak memory, GB", xticks=list(places), xticklabels=names, ylim=(0, 1.35 * max(predicted)))
    axes.legend(loc="upper left", frameon=False, fontsize=8)


def main() -> None:
    """Draw the results that exist."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()
    found = json.loads((options.folder / "bench.json").read_text("utf-8"))
    figure, axes = plt.subplots(2, 2, figsize=(11, 6.5), layout="constrained")
    if "pixels per second" in found.get("encoder", {}):
        plot_encoder(axes[0, 0], found["encoder"])
    if found.get("presets", {}).get("presets"):
        plot_presets(axes[0, 1], found["presets"])
    if found.get("pipeline", {}).get("rasters"):
        plot_speed(axes[1, 0], found["pipeline"])
        plot_memory(axes[1, 1], found["pipeline"])
    for each in axes.flat:
        each.spines[["top", "right"]].set_visible(False)
    figure.suptitle(next((part["machine"] for part in found.values()), ""), fontsize=9)
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.picture, dpi=110)


if __name__ == "__main__":
    main()
