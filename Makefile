# Each target creates the virtual environment it needs.
#   make demo    segment a synthetic aerial image with seven classes; the results go to demo/out
#   make serve-demo  encode the same image and show it in the browser, for any words
#   make test    lint, type checks, import contracts and tests
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# OpenMP threads that spin while idle make two processes on two cores many times slower than one.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: help demo serve-demo test test-serve test-lowest lint test-qgis test-qgis-newest plugin dist pictures demo-model clean bench gpu-check fuzz docs

help:
	@sed -n '2,4s/^# *//p' Makefile
	@echo "  make lint    lint, type checks and import contracts only"
	@echo "  make test-serve   tests of the page of the server in Chromium; installs it with apt if it is missing"
	@echo "  make test-lowest  tests with the lowest versions that pyproject.toml allows"
	@echo "  make test-qgis    tests of the QGIS plugin in QGIS, and under PyQt6; installs QGIS with apt if it is missing"
	@echo "  make test-qgis-newest  the same in the newest QGIS of Debian, in a chroot; needs root and mmdebstrap"
	@echo "  make plugin       check the QGIS plugin and write its ZIP file to dist/"
	@echo "  make dist         build the sdist and the wheel, check them, and write them to dist/"
	@echo "  make bench        measure speed and memory in ten minutes; make bench BENCH=--full for all figures"
	@echo "  make fuzz         damage valid inputs at random for five minutes; make fuzz MINUTES=60 for longer"
	@echo "  make docs         build the site of the documentation, and write it to build/site"
	@echo "  make gpu-check    check and time the package on a GPU (four minutes)"
	@echo "  make pictures     draw the pictures of the README and the docs"
	@echo "  make demo-model   train the bundled models on scenes and DUBAI=folder of dubai_hitl (two hours)"

# pip reads dependency groups since version 25.1.
$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[all]" --group dev
	touch $@

demo: $(VENV)/.installed
	$(BIN)/proxyclip-geo sample demo/scene.tif --size 1024 --seed 7 --overwrite
	$(BIN)/proxyclip-geo segment demo/scene.tif --vocabulary landcover --model demo --out demo/out --overwrite
	$(BIN)/proxyclip-geo evaluate demo/out/scene_labels.tif demo/scene_truth.tif
	@echo "Look at demo/out/scene_preview.png, or open demo/out/scene.gpkg in QGIS."

serve-demo: $(VENV)/.installed
	test -f demo/scene.tif || $(BIN)/proxyclip-geo sample demo/scene.tif --size 1024 --seed 7
	$(BIN)/proxyclip-geo encode demo/scene.tif --model demo --out demo/scene.emb
	$(BIN)/proxyclip-geo serve demo/scene.emb --open

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/python tools/check_examples.py

# A process for each core, up to four of about 2 GB: each loads torch, which gets one thread.
PARALLEL := --numprocesses logical --maxprocesses 4 --dist loadfile
test: lint
	OMP_NUM_THREADS=1 $(BIN)/pytest $(PARALLEL)

# Screenshots of each test go to $(SCREENSHOTS).
SCREENSHOTS ?= build/screenshots
test-serve: $(VENV)/.installed
	command -v chromium > /dev/null || { apt-get update -qq && apt-get install -y -qq chromium; }
	$(BIN)/python -m pip install --quiet --group browser
	mkdir -p $(SCREENSHOTS)
	PROXYCLIP_GEO_SCREENSHOTS=$(SCREENSHOTS) $(BIN)/pytest -m browser --force-enable-socket tests/serve/page

# uv finds the lowest versions; tools/lowest.txt holds the few that it must be given.
LOWEST ?= .venv-lowest
test-lowest: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --resolution lowest-direct --extra all --group test --constraint tools/lowest.txt \
		pyproject.toml --output-file $(VENV)/lowest.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(LOWEST)
	$(BIN)/uv pip install --quiet --python $(LOWEST)/bin/python --requirement $(VENV)/lowest.txt
	$(BIN)/uv pip install --quiet --python $(LOWEST)/bin/python --no-deps --editable .
	OMP_NUM_THREADS=1 $(LOWEST)/bin/python -m pytest $(PARALLEL) -m "not shared"

# A separate environment with QGIS's own Python and modules: pytest-qgis breaks every other pytest run in its environment.
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
	cd qgis_plugin && QT_QPA_PLATFORM=offscreen PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 ../$(QGIS_BIN)/python -m pytest \
		-c tests_qt6/pytest.ini --rootdir . tests_qt6

test-qgis-newest: $(VENV)/.installed
	tools/test_newest_qgis.sh

plugin: $(QGIS_VENV)/.installed
	$(QGIS_BIN)/python tools/check_plugin.py --zip dist

dist: $(VENV)/.installed
	$(BIN)/python tools/check_dist.py

docs: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group docs
	$(BIN)/python tools/site/build.py

# Times on a busy machine mean little: nothing else should run. BENCH=--full has no time limit.
BENCH ?=
bench: $(VENV)/.installed
	$(BIN)/python benchmarks/bench.py bench $(BENCH)

# Linux only. SEED=N tries other cases; failures are kept in build/fuzz with the command that repeats them.
MINUTES ?= 5
SEED ?= 0
fuzz: $(VENV)/.installed
	$(BIN)/python tools/fuzz --minutes $(MINUTES) --seed $(SEED)

# Four minutes on a machine with CUDA; it needs no network and no weights.
gpu-check: $(VENV)/.installed
	mkdir -p bench
	$(BIN)/python tools/gpu_check.py --json bench/gpu.json

pictures: $(VENV)/.installed
	$(BIN)/python tools/make_pictures.py
	$(BIN)/python tools/make_real_picture.py
	$(BIN)/python tools/make_vector_pictures.py

demo-model: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group train
	$(BIN)/python tools/demo_model/train.py --dubai $(DUBAI)
	$(BIN)/python tools/demo_model/train_lite.py --dubai $(DUBAI)
	$(BIN)/python tools/demo_model/tune_lite.py --dubai $(DUBAI)

clean:
	rm -rf $(VENV) $(LOWEST) $(QGIS_VENV) bench demo build dist
