# Everything a newcomer needs:  make demo   make test   make check   make docs   make bench   make clean
# Each makes .venv when it is missing and installs what it needs into it, once; afterwards it is quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
COMPARE := $(VENV)/compare/bin/python
# A change of any of these builds and installs the package again (an editable installation finds new
# modules by itself, but not new sub-packages).
BUILT_FROM := pyproject.toml CMakeLists.txt $(wildcard core/* src/fluidseries/*/__init__.py)

.PHONY: demo test check format docs pages compare bench bench-learning bench-epochs bench-step instructions clean

demo: $(STAMPS)/package
	$(BIN)/fluidseries demo --output demo --force

test: $(STAMPS)/test
	$(BIN)/python -m pytest

check: $(STAMPS)/check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run -Werror $(wildcard core/*.hpp core/*.cpp)
	$(CXX) -std=c++17 -fsyntax-only -Icore $(wildcard bench/*.cpp)
	$(BIN)/python -m pytest -q tests/test_imports.py

format: $(STAMPS)/check
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/clang-format -i $(wildcard core/*.hpp core/*.cpp)

# The site, in build/site/index.html. A warning, such as a link that leads nowhere, is an error.
docs: $(STAMPS)/docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --write-all -b html docs build/site

# The parts of docs/ that come from the code itself; tests say when they are of yesterday.
pages: $(STAMPS)/test
	$(BIN)/python tools/command_help.py
	$(BIN)/python tools/osc_tables.py
	$(BIN)/python tools/draw_pictures.py

# The tests that compare with aeon and sktime, in an environment that has an older NumPy for them and
# takes all else from ours.
compare: $(STAMPS)/compare
	$(COMPARE) -c 'import aeon.datasets, sktime.datatypes'
	$(COMPARE) -m pytest -q -k 'aeon or sktime' $(wildcard tests/test_formats*.py)

bench: $(STAMPS)/test
	$(BIN)/python bench/speed.py --json build/speed.json
	$(BIN)/python bench/nearest.py $(if $(DATA),--data $(DATA))

# DATA is a folder with one folder per set; see bench/learning.py.
bench-learning: $(STAMPS)/test
	$(BIN)/python bench/learning.py $(DATA)

instructions:
	bench/instructions.sh

bench-epochs:
	@mkdir -p build && bench/core.sh bench/epochs.cpp build/epochs && build/epochs

bench-step:
	@mkdir -p build && bench/core.sh bench/step.cpp build/step && build/step

clean:
	rm -rf $(VENV) build demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The stamps: one empty file for each set of packages that is installed. A stamp is touched last, so
# an installation that was interrupted is done again.
$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "fluidseries needs Python 3.11 or newer; choose one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@mkdir -p $(STAMPS) && touch $@

# Editable: a change of Python code under src/ needs no new installation. With what pictures need, so
# that the demo draws and the tests see it.
$(STAMPS)/package: $(STAMPS)/venv $(BUILT_FROM)
	@echo "Building and installing fluidseries (a minute or two)"
	$(BIN)/python -m pip install --quiet --editable '.[plots]'
	@touch $@

$(STAMPS)/test: $(STAMPS)/package
	@echo "Installing what the tests need (PyTorch is among it: a few minutes the first time)"
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

$(STAMPS)/compare: $(STAMPS)/test
	$(BIN)/python -m venv --without-pip $(VENV)/compare
	$(BIN)/python -m pip --python $(COMPARE) install --quiet --group compare
	$(BIN)/python -c 'import site; print("import site; site.addsitedir(%r)" % site.getsitepackages()[0])' \
	    > $$($(COMPARE) -c 'import site; print(site.getsitepackages()[0])')/ours.pth
	@touch $@

$(STAMPS)/docs: $(STAMPS)/package
	$(BIN)/python -m pip install --quiet --group docs
	@touch $@

$(STAMPS)/check: $(STAMPS)/test
	$(BIN)/python -m pip install --quiet --group check
	@touch $@
