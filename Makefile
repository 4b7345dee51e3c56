# What people run. Each target does all set-up that it needs, prints what it does, and leaves no process behind.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export NX_DAEMON := false
export NX_ISOLATE_PLUGINS := false
export NX_TUI := false
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED := true

.PHONY: help setup build demo pipeline test up down verify bench chaos soak contracts-package images compose-up compose-down rehearse clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: ## Install what is missing: packages, and servers where no container engine answers
	@node tools/setup.mjs

build: setup ## Bundle all services into dist/apps
	@node tools/build-all.mjs

demo: build ## The main job from end to end; DATA=DIR replays a data set folder
	@node --enable-source-maps dist/apps/demo/main.cjs demo $(if $(DATA),--data "$(DATA)")

pipeline: build ## Replay, then curate, export, train, evaluate, rebuild and compare; DATA=DIR replays a data set folder
	@node --enable-source-maps dist/apps/demo/main.cjs pipeline $(if $(DATA),--data "$(DATA)")

test: build ## Run all tests
	@node tools/run-tests.mjs

up: build ## Start a local system to play with; its data stays in .local
	@node --enable-source-maps dist/apps/demo/main.cjs up

down: setup ## Stop it
	@node --enable-source-maps dist/apps/demo/main.cjs down

verify: setup ## All that CI checks: format, contracts, types, lint, tests
	@npm run --silent verify

chaos: build ## Kill, hang, cut off and roll back for some minutes, then compare every count; SEED=N repeats a run, LOGS=DIR leaves logs
	@node --enable-source-maps dist/apps/chaos/main.cjs $(if $(SEED),--seed $(SEED)) $(if $(LOGS),--logs $(LOGS))

soak: build ## Ten minutes of steady load; checks that no service's heap grows over the second half
	@node --enable-source-maps dist/apps/demo/main.cjs soak $(if $(MINUTES),--minutes $(MINUTES))

bench: build ## Measure, each as a ratio to a bare baseline; results in bench/results
	@node bench/run.mjs

contracts-package: setup ## Make the packages for other teams: an npm tarball and a proto archive, in dist/contracts
	@node tools/contracts-package/build.mjs

images: build ## Build the container images; TAG=name, by default local
	@node tools/build-images.mjs --tag $(or $(TAG),local)

compose-up: build ## Start the whole system in containers and wait until it is healthy
	@node tools/build-images.mjs --stage-only
	@docker compose up --detach --build --wait

compose-down: ## Stop it; its data stays in volumes
	@docker compose down

rehearse: ## In containers: kill, scale and replace each part under load, compare every count; SEED=N repeats a run
	@$(MAKE) --no-print-directory images
	@$(MAKE) --no-print-directory images TAG=next
	@node --enable-source-maps dist/apps/deployment/main.cjs rehearse $(if $(SEED),--seed $(SEED))

clean: ## Remove what was built (not what was fetched, nor .local)
	rm -rf dist .nx node_modules/.cache
