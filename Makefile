# Two commands on a fresh machine: `make run` and `make test`. Needed beforehand: Python 3.11 or newer, and make.

.DEFAULT_GOAL := run
.PHONY: run test test-long bench lint lock clean

# The first Python that is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
SET_UP = $(if $(PYTHON),$(PYTHON) mall/installation/set_up_environment.py,$(error Python 3.11 or newer is needed and was not found - 需要 Python 3.11 或更新的版本))

run:
	@$(SET_UP)
	@exec .venv/bin/python -m mall.installation.run_everything

test:
	@$(SET_UP) test
	@.venv/bin/python -m mall.installation.install_test_browser
	@exec .venv/bin/python -m mall.installation.run_tests -n 2 -m "not long"

test-long:
	@$(SET_UP) test
	@.venv/bin/python -m mall.installation.install_test_browser
	@exec .venv/bin/python -m mall.installation.run_tests -m long --timeout 1800

bench:
	@$(SET_UP) test
	@exec .venv/bin/python benchmarks/run.py

lint:
	@$(SET_UP) test
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

# Writes the lock files anew from pyproject.toml and package.json; for whoever changes a dependency.
lock:
	@$(SET_UP) test
	@.venv/bin/python -m mall.installation.lock_dependencies

# Everything made by set-up goes; the data under var/ stays.
clean:
	rm -rf .venv node_modules mall/static/vendor mall/static/vendor.new build *.egg-info .pytest_cache .ruff_cache .hypothesis .set-up.lock
	find mall catalog_import ledger supervision tests -name __pycache__ -type d -prune -exec rm -rf {} +
	find mall catalog_import supervision -name '*.mo' -delete
