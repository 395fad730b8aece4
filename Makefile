# Thin: CMake builds, ctest and pytest test. The targets install what they need from Debian's archive.

PRESET ?= release
# Where the Olivetti faces and the spoken digits are; they are not part of the repository.
DATA ?= ../shared/data/faces
SPEECH ?= ../shared/data/speech
BUILD = build/$(PRESET)
# Whose adapters `make restore` trains, and for how many chips.
WORKLOAD ?= face
CHIPS ?= 10
# Which of the C++ tests: unit, module, system or parallel; all if not given.
TESTS ?= $(if $(filter thread,$(PRESET)),parallel)
# How long each fuzz harness runs.
SECONDS_EACH ?= 5

BUILD_PACKAGES = g++ cmake ninja-build pkg-config libsystemc-dev libeigen3-dev libboost-program-options-dev \
                 nlohmann-json3-dev libssl-dev catch2 librandom123-dev libhwy-dev libbenchmark-dev
TRAIN_PACKAGES = python3 python3-torch python3-numpy libopenblas0-serial
TEST_PACKAGES = $(TRAIN_PACKAGES) python3-pytest patch
CHECK_PACKAGES = clang clang-format clang-tidy libclang-rt-14-dev

.PHONY: run configure palimpsest build test test-cpp test-python test-torch2 fuzz lint format traces restore golden figures \
        bench bench-check mutate clean

run: palimpsest
	$(BUILD)/palimpsest run --arch arch/rm180.json --trace traces/face

configure:
	@tools/install $(BUILD_PACKAGES) $(if $(filter-out release,$(PRESET)),$(CHECK_PACKAGES))
	@tools/quietly cmake --preset $(PRESET)
	@echo "building in $(BUILD)"

palimpsest: configure
	@tools/quietly cmake --build $(BUILD) --target palimpsest

build: configure
	@tools/quietly cmake --build $(BUILD)

test: test-python test-cpp

test-cpp: configure
	@tools/quietly cmake --build $(BUILD) $(if $(TESTS),--target $(TESTS))
	@ctest --test-dir $(BUILD) $(if $(TESTS),--label-regex '^$(TESTS)$$') --no-tests=error --output-on-failure \
	  --parallel $(shell nproc) --progress

# The tutorial is followed up to the simulator's report.
test-python: palimpsest
	@tools/install $(TEST_PACKAGES)
	@PALIMPSEST_BINARY=$(abspath $(BUILD)/palimpsest) \
	  /usr/bin/python3 -m pytest -q workloads/tests tests/mutate tests/support tests/tutorial

# The exporter under a present PyTorch and the PEFT library, in an environment of their own: some 3 GB, by hand.
TORCH2 = build/torch2
test-torch2:
	@tools/install python3-venv
	@test -x $(TORCH2)/bin/pytest || { /usr/bin/python3 -m venv $(TORCH2) && \
	  tools/quietly $(TORCH2)/bin/pip install torch==2.9.1 numpy peft==0.21.2 pytest; }
	@$(TORCH2)/bin/python -m pytest -q workloads/tests

# The harnesses are part of the sanitizers' build.
fuzz: PRESET = sanitize
fuzz: configure
	@tools/quietly cmake --build $(BUILD) --target fuzz
	@tests/fuzz/run $(BUILD) $(SECONDS_EACH)

# The same sources under clang, and under clang's sanitizers: make test-cpp PRESET=clang, PRESET=sanitize, PRESET=thread.
# The preset builds files in groups, so that a header that many include is read less often.
lint:
	@tools/install $(BUILD_PACKAGES) $(CHECK_PACKAGES)
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror
	@tools/quietly cmake --preset lint
	@sed -n 's/^ *"file": "\(.*\)"$$/\1/p' build/lint/compile_commands.json | grep -E '^$(CURDIR)/(build/lint/)?(models|sim)/' | \
	  xargs -P $(shell nproc) -n 1 tools/quietly clang-tidy -p build/lint --quiet

format:
	@tools/install clang-format
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

traces:
	@tools/install $(TRAIN_PACKAGES)
	PYTHONPATH=workloads /usr/bin/python3 -m face --data $(DATA) --output traces/face
	PYTHONPATH=workloads /usr/bin/python3 -m speaker --data $(SPEECH) --output traces/speaker

# Trains adapters for some chips on what their tiles compute with, and tells in docs/restoring.md what that is worth.
restore: palimpsest
	@tools/install $(TRAIN_PACKAGES)
	PYTHONPATH=workloads /usr/bin/python3 -m restoring_study --workload $(WORKLOAD) \
	  --data $(if $(filter speaker,$(WORKLOAD)),$(SPEECH),$(DATA)) --chips $(CHIPS) \
	  --binary $(BUILD)/palimpsest --page docs/restoring.md

# Rewrites the golden files. Say why in the commit.
golden: palimpsest
	@tools/quietly cmake --build $(BUILD) --target system
	tests/golden/update $(BUILD)

# Which of the kept breakages the tests see: MUTANTS=report tries those whose name has it.
mutate:
	@tools/install $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@tests/mutate/mutate $(MUTANTS)

BENCHES = limit bench_products bench_ir_drop bench_write_verify
# Times of the kernels and of whole runs beside references, in build/bench.json too, and what an approximation costs.
bench: configure
	@tools/quietly cmake --build $(BUILD) --target palimpsest $(BENCHES) bench_read_noise
	bench/measure $(BUILD) --json build/bench.json
	$(BUILD)/bench/bench_read_noise

# Some seconds of it, far from the figures of docs/performance.md so that a busy machine passes.
bench-check: configure
	@tools/quietly cmake --build $(BUILD) --target $(BENCHES)
	bench/measure $(BUILD) --short --least products_quantised=0.35 --least products_noisy_ir_drop=0.25 \
	  --least ir_drop_ms/128x128=50

# The figure of non-idealities shows those that the shipped chip does not have as well.
STRESS = --set /resistive_memory/faults/stuck_low_share=0.01 --set /resistive_memory/nonlinearity_volt=0.25 \
         --set '/tile/dac/errors={"offset_lsb": 0.5, "gain_error": 0.01, "noise_lsb": 0.3, "inl_lsb": [0.5, -0.5, 0, 0.5, -0.5]}' \
         --set '/tile/adc/errors={"offset_lsb": 0.5, "gain_error": 0.01, "noise_lsb": 0.3, "inl_lsb": [0.5, -0.5, 0, 0.5, -0.5]}'

SEEDS = 1 2 3 4 5 6 7 8 9 10

# Draws the documentation's figures again.
figures: palimpsest
	$(BUILD)/palimpsest program --arch arch/rm180.json --quiet --json $(BUILD)/program.json --svg docs/programming.svg
	$(BUILD)/palimpsest nonidealities --arch arch/rm180.json --trace traces/face --age 30d $(STRESS) --quiet \
	  --json $(BUILD)/nonidealities.json --svg docs/nonidealities.svg
	$(BUILD)/palimpsest noise --trace traces/face --quiet --json $(BUILD)/noise.json --svg docs/noise.svg
	@for seed in $(SEEDS); do $(BUILD)/palimpsest run --arch arch/rm180.json --trace traces/face --seed $$seed --quiet \
	  --json $(BUILD)/face-$$seed.json || exit 1; done
	$(BUILD)/palimpsest draw $(SEEDS:%=--report $(BUILD)/face-%.json) --svg docs/face.svg
	@tools/quietly cmake --build $(BUILD) --target figure_read_noise
	$(BUILD)/docs/figures/figure_read_noise docs/read-noise.svg

clean:
	rm -rf build
