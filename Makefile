# demo and test are all that a fresh machine with git, make and Python 3.11 or newer needs to know.
# The tool lives in .venv, made once and again only when pyproject.toml changes; PYTHON=... chooses another Python.

SHELL = /bin/sh
.DELETE_ON_ERROR:
.PHONY: demo test test-all test-pythons bench lint clean
# The caller's own environment must not reach into .venv.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX

# What reaches a verdict.
JUDGED_FILES = $(foreach one,portable/** model/** redaction/** dependencies/** checking/due/** code/notebooks/** \
    manifest/document.py manifest/canonical.py manifest/values.py \
    code/imports.py code/entry.py code/same_code.py code/ci_build.py code/cleanliness.py code/snapshots/rules.py \
    capturing/input_choice.py capturing/use/rules.py capturing/use/weights_modules.py capturing/use/evidence.py \
    capturing/use/foreign_libraries.py capturing/use/describe.py capturing/use/bare_modules.py \
    checking/ci_range.py checking/resolver_files.py checking/revisions/dependency_edits.py checking/revisions/renames.py \
    retraining/metrics.py retraining/recorded_command.py hooking/message.py running/records.py sharing/bundle_index.py \
    dvc/stage_values.py targets/distributions.py targets/lock_selection.py verifying/diff.py \
    verifying/code_differences.py verifying/code_places.py verifying/verify.py verifying/packages.py verifying/code.py \
    verifying/weights.py verifying/import_search.py \
    verifying/file_owners.py verifying/standard_modules.py cli/exits.py,lineage/$(one))
COMMA = ,
NOTHING =
JUDGING = $(subst $(NOTHING) $(NOTHING),$(COMMA),$(JUDGED_FILES))

VENV = .venv
RUN = $(VENV)/bin/python
READY = $(VENV)/ready

# The tests that hold what reaches a verdict to its gate; measuring all of them too would double the time of `make test`.
GATED = tests/portable tests/model tests/report tests/redaction tests/dependencies tests/manifest tests/checking tests/verifying \
    tests/capturing tests/catalogue tests/code tests/config tests/hooking tests/sharing tests/retraining/test_order.py \
    tests/retraining/test_recorded_command.py tests/retraining/test_metric_moves.py tests/running/test_records.py \
    tests/weights/test_tree_digest.py tests/dvc/test_stage_values.py tests/targets/test_lock_selection.py \
    tests/targets/test_lock_forms.py tests/cli/test_check_stage.py tests/weights/test_ignored_weights.py \
    tests/targets/test_distributions.py tests/cli/test_exit_codes.py tests/cli/test_verify_deep.py $(wildcard tests/test_*.py)

JUDGED = $(RUN) -m coverage report --fail-under=100 --include='$(JUDGING)'

demo: $(READY)
	@$(RUN) benchmarks/demo.py

lint: $(READY)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy lineage tests benchmarks

# Both halves at once, as most machines have two cores; what the first one says comes last.
test: lint
	$(RUN) -m coverage erase
	@mkdir -p .cache
	@echo "$(RUN) -m coverage run -m pytest $(GATED)  (beside what follows)"
	@$(RUN) -m coverage run -m pytest $(GATED) >.cache/gated.txt 2>&1 & \
	    gated=$$!; \
	    trap 'kill $$gated 2>/dev/null' EXIT INT TERM; \
	    $(RUN) -m pytest $(GATED:%=--ignore=%); \
	    rest=$$?; \
	    wait $$gated; \
	    ended=$$?; \
	    cat .cache/gated.txt; \
	    exit $$((rest ? rest : ended))
	$(RUN) -m coverage combine --quiet
	$(JUDGED)

test-all: lint
	$(RUN) -m coverage erase
	MEASURE_CHILDREN=1 $(RUN) -m coverage run -m pytest -m "" --hypothesis-profile=many
	$(RUN) -m coverage combine --quiet
	$(RUN) -m coverage report --fail-under=95
	$(JUDGED)

# make test with each Python that the tool is for, in an environment of its own; PYTHONS=... names others.
PYTHONS = python3.11 $(wildcard /usr/bin/python3.11) python3.12 python3.13
test-pythons:
	@tested= missing=; \
	for python in $(PYTHONS); do \
	    version=$$("$$python" -c 'import platform, venv, ensurepip; print(platform.python_version())' 2>/dev/null) \
	        || { missing="$$missing $$python"; continue; }; \
	    case "$$tested " in *" $$version "*) continue ;; esac; \
	    tested="$$tested $$version"; \
	    $(MAKE) VENV=.venv-$$version PYTHON="$$python" test || { echo "failed with Python $$version"; exit 1; }; \
	done; \
	echo "tested with Python:$${tested:- none}; not found, or cannot make environments:$${missing:- none}"; \
	[ -n "$$tested" ]

bench: $(READY)
	@$(RUN) -m benchmarks.bench $(PARTS)

clean:
	rm -rf $(VENV) .venv-* .cache build dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path ./.git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python that is new enough and can make environments.
$(READY): pyproject.toml
	@set -e; \
	for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
	    if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "installing into $(VENV) with $$("$$python" --version)"; \
	        "$$python" -m venv --clear $(VENV); \
	        $(RUN) -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'; \
	        $(RUN) -m pip install -qq --disable-pip-version-check --editable . --group dev; \
	        touch $@; \
	        exit 0; \
	    fi; \
	done; \
	echo 'make: no Python 3.11 or newer that can make environments was found: name one with PYTHON=...' >&2; \
	exit 1
