# One command each; each makes its own virtual environment if there is none.
#   make demo    a made-up raster and seven words become a map and polygons, in demo/
#   make test    lint, types, import contracts, tests
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Idle OpenMP threads that spin make two processes on two cores many times slower than one.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: help demo test lint test-qgis plugin pictures demo-model clean bench

help:
	@sed -n '2,3s/^# *//p' Makefile
	@echo "  make bench   speed and memory against rivals and limits, as one table (half an hour)"
	@echo "  make lint    lint, types and import contracts alone"
	@echo "  make test-qgis   the QGIS plugin in a real QGIS, which is installed by apt where it is missing"
	@echo "  make plugin      the QGIS plugin as a ZIP in dist/, checked by the plugin site's rules"
	@echo "  make pictures    the README's pictures again"
	@echo "  make demo-model  train the bundled model again (about an hour)"

$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[dev]"
	touch $@

demo: $(VENV)/.installed
	$(BIN)/proxyclip-geo sample demo/scene.tif --size 1024 --seed 7 --overwrite
	$(BIN)/proxyclip-geo segment demo/scene.tif --vocabulary landcover --model demo --out demo/out --overwrite
	$(BIN)/proxyclip-geo evaluate demo/out/scene_labels.tif demo/scene_truth.tif
	@echo "Look at demo/out/scene_preview.png, or open demo/out/scene.gpkg in QGIS."

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest

# QGIS's own Python, with QGIS's modules; kept apart, since pytest-qgis breaks every pytest run it is installed for.
QGIS_VENV ?= .venv-qgis
QGIS_BIN := $(QGIS_VENV)/bin

$(QGIS_VENV)/.installed: tools/install_qgis.sh qgis_plugin/requirements.txt
	tools/install_qgis.sh
	test -x $(QGIS_BIN)/python || /usr/bin/python3 -m venv --system-site-packages $(QGIS_VENV)
	$(QGIS_BIN)/pip install --quiet --requirement qgis_plugin/requirements.txt
	touch $@

test-qgis: $(VENV)/.installed $(QGIS_VENV)/.installed
	$(QGIS_BIN)/python tools/check_plugin.py
	cd qgis_plugin && QT_QPA_PLATFORM=offscreen QGIS_CUSTOM_CONFIG_PATH="$$(mktemp -d)" ../$(QGIS_BIN)/python -m pytest

plugin: $(QGIS_VENV)/.installed
	$(QGIS_BIN)/python tools/check_plugin.py --zip dist

# Half an hour on two cores; nothing else should run meanwhile.
bench: $(VENV)/.installed
	mkdir -p bench
	$(BIN)/python benchmarks/encoder.py --json bench/encoder.json
	$(BIN)/python benchmarks/presets.py --json bench/presets.json
	$(BIN)/python benchmarks/pipeline.py --json bench/pipeline.json
	$(BIN)/python benchmarks/table.py bench
	$(BIN)/python benchmarks/plots.py bench bench/performance.png

pictures: $(VENV)/.installed
	$(BIN)/python tools/make_pictures.py

demo-model: $(VENV)/.installed
	$(BIN)/pip install --quiet --editable ".[train]"
	$(BIN)/python tools/demo_model/train.py

clean:
	rm -rf $(VENV) $(QGIS_VENV) bench demo build dist
