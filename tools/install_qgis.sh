#!/usr/bin/env bash
# Install QGIS with its Python modules with apt, if it is missing.
set -euo pipefail
if /usr/bin/python3 -c "import qgis.core" 2>/dev/null && command -v qgis_process >/dev/null; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "QGIS and apt are missing: install QGIS 3.22 or later with its Python modules, then try again" >&2
    exit 1
fi
sudo=""
if [ "$(id -u)" != 0 ]; then sudo="sudo"; fi
$sudo apt-get update -qq
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    qgis python3-qgis python3-venv libegl1 libgl1 libxkbcommon0 procps >/dev/null
