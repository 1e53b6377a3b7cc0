# make demo   a prompt becomes a film        make test    proves the product
# make check  format, lint, types            make bench   measures it
# make up     all of it in the foreground    make image  builds the container image
# make soak   kills parts and deployments     make test-image  proves it, with a Docker engine
# make fuzz   the API under 10,000 requests      make rehearse  the whole deployment, on this machine
# make test-rehearsal   what deploys, part by part on real servers   make docs   what the code tells of itself
.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help demo test test-rehearsal fuzz check docs bench up rehearse soak image test-image setup clean

RUN := .venv/bin
# One more than there are cores: a third of their time these tests wait for servers.
SIDE_BY_SIDE := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Tests that play one whole deployment after the other.
DEPLOYING := tests/rehearsal/test_rehearsal.py $(addprefix tests/rehearsal/operation/test_,rollback.py schema.py watch.py)
# Tests of whole films, whole releases and in a browser, the longest first: two of their files at a time.
WHOLE := tests/up tests/rehearsal/test_rehearsal.py tests/renders/test_resume.py tests/renders tests/pages
DEMO_PROMPT := Volta, the electric city bike: glide through the morning, arrive fresh. Teal and warm orange. Book a test ride.

help:
	@sed -n 's/^# //p' Makefile

setup: .venv/.locked

.venv/.locked: pyproject.toml uv.lock scripts/setup
	scripts/setup
	@touch $@

demo: setup
	$(RUN)/reelflow render "$(DEMO_PROMPT)" --brand-color "#0fb5ae" --brand-color "#ff8a3d" --out demo/film.mp4

test: setup
	scripts/system-packages
	$(RUN)/pytest -n $(SIDE_BY_SIDE) --dist loadfile --ignore=tests/rehearsal $(patsubst %,--ignore=%,$(WHOLE))
	$(RUN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(WHOLE)

test-rehearsal: setup
	@# Blocks, configuration, Terraform's provider and the sandbox, part by part on real servers; then what
	@# plays whole deployments, each file by itself: one takes all of a small machine's processors.
	scripts/system-packages
	$(RUN)/pytest -n 2 --dist loadfile tests/rehearsal $(DEPLOYING:%=--ignore=%)
	set -e; for file in $(DEPLOYING); do $(RUN)/pytest $$file; done

fuzz: setup
	@# Other cases each time; a failure tells how to repeat it.
	FUZZ_CASES=650 $(RUN)/pytest tests/app/test_fuzz.py --timeout=1800

check: setup
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/pyright
	$(RUN)/shellcheck .ci/run $$(grep -rlE '^#!.*bash' scripts)
	scripts/check-infrastructure
	$(RUN)/reelflow migrate local lint

docs: setup
	$(RUN)/python scripts/docs.py

bench: setup
	$(RUN)/python -m bench

up: setup
	$(RUN)/reelflow up

rehearse: setup
	scripts/system-packages
	$(RUN)/reelflow rehearse

soak: setup
	$(RUN)/pytest -m soak tests/soak tests/replicate tests/rehearsal/deployment

image:
	docker build --tag reelflow .

test-image: setup
	scripts/test-image

clean:
	-$(RUN)/reelflow down
	rm -rf .venv .reelflow demo
