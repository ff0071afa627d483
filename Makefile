# make grade   set everything up, then grade exercises/
# make test    set everything up, then lint, check types and run all tests
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: grade test clean

# Exit code 1 says that work remains, which is no error of make's.
grade: $(VENV)/installed
	@$(BIN)/grade exercises/ || [ $$? -eq 1 ]

test: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist loadgroup
	NUMBA_ENABLE_CUDASIM=1 $(BIN)/python -m pytest -n auto tests/cudasim

$(VENV)/installed: pyproject.toml
	@echo "setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --editable .
	@touch $@

$(VENV)/installed-for-tests: $(VENV)/installed
	@$(PIP) --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
