# One command each; each makes its own virtual environment if there is none.
#   make demo    a made-up raster and seven words become a map and polygons, in demo/
#   make test    lint, types, import contracts, tests
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Idle OpenMP threads that spin make two processes on two cores many times slower than one.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: help demo test lint pictures demo-model clean

help:
	@sed -n '2,3s/^# *//p' Makefile
	@echo "  make lint    lint, types and import contracts alone"
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

pictures: $(VENV)/.installed
	$(BIN)/python tools/make_pictures.py

demo-model: $(VENV)/.installed
	$(BIN)/pip install --quiet --editable ".[train]"
	$(BIN)/python tools/demo_model/train.py

clean:
	rm -rf $(VENV) demo build dist
