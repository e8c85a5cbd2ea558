# Each target does all set-up that it needs and can be repeated; Rust and Python 3 are presupposed.

CARGO ?= cargo
PYTHON = .venv/bin/python
OUT = bench-out
PRECISION = fp32
# ONNX Runtime's library: cpu, or gpu for NVIDIA's. Every target puts the one named here into vendor/.
RUNTIME ?= cpu
# Of `make train`: minutes of training, and how many rooms to render for it.
MINUTES = 125
COUNT = 5000
BINARY = target/release/measure-bench
# Of `make install`: the program goes to bin/ below it.
ROOT = $(or $(CARGO_HOME),$(HOME)/.cargo)
# Of `make fuzz`: what, and minutes of processor time for each.
TARGET = all
FUZZ_MINUTES = 20

# The program takes these for options; figures and tests are not to depend on a developer's environment.
unexport MEASURE_MODEL M2F_LONG_SIDE MEASURE_CAMERA_HEIGHT_CM MEASURE_CEILING_HEIGHT_CM MEASURE_DEFAULT_FOV_DEG

.PHONY: help bench bundle test check decoding runtime system tools release install fixtures study scale screenshots train model parity perf torture soak fuzz deny sbom

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%s\t%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

bench: release ## measure the fixtures and print their scores; reports go to bench-out/
	@mkdir -p $(OUT)
	$(BINARY) --no-config --dir fixtures --ground-truth ground_truth.json --save $(OUT)/report.json --save $(OUT)/report.md --save $(OUT)/report.html

test: system tools runtime ## all tests
	$(CARGO) test --locked

check: system runtime ## formatting, lints, tests: what CI runs
	.ci/run

system: # what building needs from the system
	@scripts/install-system-packages.sh

runtime: system ## ONNX Runtime's library, into vendor/
	@scripts/get-onnxruntime.sh $(RUNTIME)

tools: system # what some tests need: a headless browser, GNU parallel, xmllint
	@scripts/install-test-tools.sh

release: system runtime
	$(CARGO) build --release --locked

install: system runtime ## install the program, with its model inside and ONNX Runtime beside it: make install ROOT=/usr/local RUNTIME=gpu
	$(CARGO) install --locked --path . --root "$(ROOT)"
	@mkdir -p "$(ROOT)/lib"
	@rm -f "$(ROOT)"/lib/libonnxruntime* # A run may have the old one in use: it keeps it, and an older version goes.
	cp -P vendor/onnxruntime/libonnxruntime* "$(ROOT)/lib/"

fixtures: release ## render the fixtures and their ground truth anew
	@scripts/python-environment.sh fixtures/requirements.txt
	$(PYTHON) fixtures/make_fixtures.py $(BINARY)

decoding: system runtime ## what decoding, its isolation in processes and EXIF cost a photo
	$(CARGO) run --release --locked --quiet --example decode_bench -- fixtures/*.jpg fixtures/*.heic

study: release ## fresh rooms: the network's error beside that of the geometry, and a table and plot of the geometry alone
	scripts/study.sh $(BINARY) $(OUT)/study

torture: release ## 2,000 damaged photos of all formats through the binary, and a table of what became of them
	$(CARGO) run --release --locked --example torture -- $(BINARY)

soak: release ## 2,000 sound photos, watched for growth of memory, open files and threads
	$(CARGO) run --release --locked --example soak -- $(BINARY)

fuzz: system ## coverage-guided fuzzing of what reads strangers' files, and of the geometry: make fuzz TARGET=heic FUZZ_MINUTES=20
	@scripts/install-fuzz-tools.sh
	python3 scripts/fuzz.py $(TARGET) --minutes $(FUZZ_MINUTES) --out $(abspath $(OUT)/fuzz)

deny: system ## licences, bans and sources of the dependencies, and known vulnerabilities where their database can be reached
	@scripts/deny.sh

sbom: ## what the binary is made of, as CycloneDX, into bench-out/
	@mkdir -p $(OUT)
	python3 scripts/sbom.py >$(OUT)/sbom.cdx.json.partial
	mv $(OUT)/sbom.cdx.json.partial $(OUT)/sbom.cdx.json

scale: release ## 10,000 small photos as one run and as eight shards: the same report, flat memory
	scripts/scale.sh $(BINARY) $(OUT)/scale

screenshots: system tools runtime ## the HTML report as a browser shows it, into docs/
	@mkdir -p $(OUT)/screenshots
	MEASURE_BENCH_ALL_TESTS=1 MEASURE_BENCH_SCREENSHOTS=$(abspath $(OUT)/screenshots) \
		$(CARGO) test --locked --test browser the_page_fits_and_is_legible_on_every_screen
	cp $(OUT)/screenshots/report-desk-light.jpg $(OUT)/screenshots/report-desk-dark.jpg $(OUT)/screenshots/report-desk-light-viewer.jpg \
		$(OUT)/screenshots/report-phone-light.jpg $(OUT)/screenshots/report-phone-dark.jpg docs/

train: release ## render rooms and train a model like the bundled one on them; goes on where it was stopped
	@scripts/python-environment.sh models/requirements.txt
	scripts/train.sh $(BINARY) $(OUT)/train $(MINUTES) $(COUNT)

model: system ## export a checkpoint to models/: make model CHECKPOINT=facebook/mask2former-swin-tiny-ade-semantic PRECISION=fp16
	@test -n "$(CHECKPOINT)" || { echo "make model CHECKPOINT=<name or folder> [PRECISION=fp32|fp16|fp16-gpu|int8]"; exit 2; }
	@scripts/python-environment.sh models/requirements.txt
	$(PYTHON) models/export.py --checkpoint "$(CHECKPOINT)" --precision $(PRECISION)

bundle: release ## make a trained checkpoint the bundled model: make bundle CHECKPOINT=folder PHOTOS=renders
	@test -n "$(CHECKPOINT)" -a -n "$(PHOTOS)" || { echo "make bundle CHECKPOINT=<folder> PHOTOS=<folder of renders>"; exit 2; }
	@scripts/python-environment.sh models/requirements.txt
	$(PYTHON) models/bundle.py --checkpoint "$(CHECKPOINT)" --photos "$(PHOTOS)"
	$(PYTHON) tests/parity/record_reference.py
	GOLDEN=record $(CARGO) test --locked --test golden

parity: release ## masks against transformers on 20 photos of all shapes; records the small cases of `make test` anew
	@scripts/python-environment.sh models/requirements.txt
	$(PYTHON) tests/parity/record_reference.py
	$(PYTHON) tests/parity/photos.py $(BINARY) $(OUT)/parity

perf: release ## speed and memory, as docs/speed.md tells them: against torch, against the replaced service, over many photos
	@scripts/python-environment.sh models/requirements.txt
	$(PYTHON) perf/perf.py $(BINARY) $(OUT)/perf
