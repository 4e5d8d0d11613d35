# One command per chore; `make` alone lists them. Needed beforehand: Python >= 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test quick fuzz proof extras notebooks tex lint format types contract docs-test docs pictures screens bench build kernels pins clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z.-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

.venv: $(READY) ## create .venv with everything pinned in constraints.txt

# hatchling comes first and is used in place, so that the build is pinned as well.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt hatchling
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[test]'
	@touch $(READY)

demo: $(READY) ## train, predict and explain one weight's gradient
	$(BIN)/python -m backlit.demo

test: lint types contract ## everything that CI checks
	$(BIN)/python -m pytest -n 2

# Rooms whose tests compile nothing; what is slow there is marked.
QUICK := declared formula graph network drawing practice files encoding docs/test_architecture.py test_contract.py test_house.py

quick: lint types ## lint, types, and the tests that need no engine: under a minute on 2 cores
	$(BIN)/python -m pytest -n 2 -m "not engine and not slow" $(addprefix tests/,$(QUICK))

fuzz: $(READY) ## trials for an hour, recorded in tests/fuzz/results: kills, formulas, files, dependencies
	$(BIN)/python tests/fuzz/kills.py 50 --record
	$(BIN)/python tests/fuzz/rank_kills.py 20 --record
	$(BIN)/python tests/fuzz/formulas.py 50000 --record
	$(BIN)/python tests/fuzz/playground.py 10000 --record
	$(BIN)/python tests/fuzz/model_files.py 100000 --record
	$(BIN)/python tests/fuzz/claims.py --record
	$(BIN)/python tests/fuzz/inputs.py --record
	$(BIN)/python tests/fuzz/scanner.py --record
	$(BIN)/python tests/fuzz/dependencies.py --record

proof: $(READY) ## write docs/reliability.md from the figures that were recorded
	$(BIN)/python docs/make_reliability.py

# Tools that are no part of the tests, each pinned: they give what the fixtures of tests/interop hold.
TOOLS = torch==2.13.0 skorch==1.4.0 keras==3.15.1 jax==0.10.2 h5py==3.16.0 onnx onnxscript==0.7.2 \
	skl2onnx==1.20.0 opencv-python-headless==4.14.0.94 nyoka==5.5.0 sklearn2pmml==0.133.1 jpmml-evaluator==0.16.0 \
	python-weka-wrapper3==0.3.3 jpype1==1.7.1

extras: $(READY) ## hold the importers against live tools, which are installed beside (.venv-extras)
	$(PYTHON) -m venv .venv-extras
	.venv-extras/bin/python -m pip install --quiet --constraint constraints.txt --editable . $(TOOLS) pytest hypothesis pandas onnxruntime
	.venv-extras/bin/python tests/interop/networks/torch/record.py --check
	.venv-extras/bin/python tests/interop/networks/keras/record.py --check
	.venv-extras/bin/python tests/interop/networks/check.py fann brainjs nnet onnx opencv keras weka
	.venv-extras/bin/python -m pip install --quiet scikit-learn==1.9.0 # the newest that SkLearn2PMML knows
	.venv-extras/bin/python tests/interop/networks/check.py pmml
	.venv-extras/bin/python -m pip install --quiet mpi4py==4.1.2 mpich==5.0.2
	.venv-extras/bin/python tests/scale/mpi/check.py
	.venv-extras/bin/python -m pip install --quiet dask==2026.8.0 distributed==2026.8.0 optuna==5.0.0 optuna-integration==5.0.0 ray==2.60.0
	.venv-extras/bin/python tests/estimators/searches/check.py

# Hosts of the widget, pinned: `make notebooks` looks at the circuit in them.
HOSTS = jupyterlab==4.6.6 ipykernel==7.4.0 marimo==0.25.2

notebooks: ## look at the circuit in JupyterLab, marimo and a frame, which are installed beside (FOLDER=...)
	$(PYTHON) -m venv .venv-notebooks
	.venv-notebooks/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[notebook]' playwright
	.venv-notebooks/bin/python -m pip install --quiet $(HOSTS) # of marimo other versions than those of the constraints
	.venv-notebooks/bin/python tests/notebooks/check.py $(FOLDER)

tex: $(READY) ## compile circuits' TikZ with LuaLaTeX, which is installed already (FOLDER=...)
	$(BIN)/python tests/drawing/tex/check.py $(FOLDER)

lint: $(READY) ## rules and format of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY) ## mypy --strict on src/backlit
	$(BIN)/mypy

contract: $(READY) ## who may import whom
	$(BIN)/lint-imports --no-cache

docs-test: $(READY) ## run README.md, docs/ and the examples in docstrings
	$(BIN)/python -m pytest tests/docs src/backlit

docs: $(READY) ## the pages as a site in dist/site
	$(BIN)/mkdocs build --quiet --strict

pictures: $(READY) ## run the lecture's pages and keep the pictures that they write
	$(BIN)/python docs/make_pictures.py
	BACKLIT_PICTURES=$(CURDIR)/docs/pictures $(BIN)/python -m pytest tests/browser/test_page_pictures.py tests/browser/test_report.py

screens: $(READY) ## every view in three sizes, both languages, light and dark, with a contact sheet (FOLDER=...)
	$(BIN)/python tests/browser/screens.py $(FOLDER)

bench: $(READY) ## measure beside the peers, in one run
	$(BIN)/python -m benchmarks

build: kernels ## wheel and sdist into dist/
	$(BIN)/python -m build --no-isolation

kernels: $(READY) ## the engine compiled beforehand, for wheels, or for a faster first fit of this clone
	$(BIN)/python -m backlit.cli.preparing

pins: $(READY) ## write constraints.txt anew from what is installed
	@{ head -n 1 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable; } > constraints.new
	@mv constraints.new constraints.txt

clean: ## remove .venv, caches and builds
	rm -rf .venv .venv-extras .venv-notebooks dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests docs benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
