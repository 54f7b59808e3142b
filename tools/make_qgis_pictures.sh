#!/usr/bin/env bash
# Take the pictures of docs/qgis.md in a QGIS window under Xvfb, with a new profile and the plugin enabled.
# Needs qgis, xvfb, xauth, openbox and imagemagick, and the project's .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$(mktemp -d)
export MAPS=/tmp/maps
trap 'rm -rf "$home" "$MAPS"' EXIT
export HOME="$home" XDG_DATA_HOME="$home/data" XDG_CONFIG_HOME="$home/config" XDG_RUNTIME_DIR="$home" HF_HUB_OFFLINE=1
export PICTURES="${PICTURES:-$PWD/docs/pictures}" SCENE="$home/scene.tif" WORKER_PYTHON="$PWD/.venv/bin/python"
export QGIS_PLUGINPATH="$PWD/qgis_plugin" LANG="${LANG:-C.UTF-8}"
.venv/bin/proxyclip-geo sample "$SCENE" --size 1280 --seed 7 --quiet >/dev/null
qgis=$(command -v qgis.bin || command -v qgis)
xvfb-run -a -s '-screen 0 1400x900x24' bash -c "openbox & \"$qgis\" --nologo --noversioncheck --code tools/make_qgis_pictures.py"
# Few colours and no metadata: about 100 kB each.
for picture in "$PICTURES"/qgis-*.png; do
    convert "$picture" -strip -resize '1100x>' -dither None -colors 160 -define png:compression-level=9 "$picture"
done
