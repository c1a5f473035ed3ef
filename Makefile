# The commands people and CI use. `make demo` and `make test` do all the set-up on a fresh Debian 12.
.PHONY: help setup configure-release build demo test test-asan test-release test-clang test-tsan check format lint bench fuzz diagrams package tarball release-notes clean

DB ?= build/demo-db
TAGLINE := build/release/cli/tagline

help:
	@echo "make demo     install what is missing, build, load real sample data, answer real segments"
	@echo "make test     install what is missing, build, run every test (ASan+UBSan; then engine and program in release) and check"
	@echo "make build    build the release program: $(TAGLINE)"
	@echo "make bench    engine beside operator-by-operator CRoaring, in one run"
	@echo "make format   reformat the sources;  make lint  clang-tidy (slow);  make fuzz  a minute of libFuzzer a target"
	@echo "make package  a .deb for Debian 12;  make tarball  one for other Linux systems;  make release-notes  from CHANGELOG.md"
	@echo "make diagrams draw grammar-docs/grammar.ebnf again (needs node and npm)"

setup:
	@.ci/setup

configure-release: setup
	@cmake --preset release >build/configure-release.log 2>&1 || { cat build/configure-release.log; exit 1; }

build: configure-release
	@cmake --build --preset release --target tagline

build/.exists:
	@mkdir -p build && touch $@
build configure-release demo package tarball test test-asan test-release test-clang test-tsan bench fuzz lint: build/.exists

demo: build
	@examples/bank-marketing/demo $(TAGLINE) $(DB)

test: setup check test-asan test-release
	@echo "all checks passed"

check:
	@.ci/check-includes
	@.ci/check-format
	@.ci/check-docs

test-asan: setup
	@cmake --preset asan >build/configure-asan.log 2>&1 || { cat build/configure-asan.log; exit 1; }
	@cmake --build --preset asan
	@ctest --preset asan -j2

# In optimised code the engine, the program and the whole of it; all parts are tested by test-asan.
test-release: setup
	@cmake --preset release "-DTAGLINE_TEST_PARTS=engine;cli;contract;docs;property" >build/configure-release.log 2>&1 || { cat build/configure-release.log; exit 1; }
	@cmake --build --preset release
	@ctest --preset release -j2
	@.ci/check-instructions

# Another compiler, whose sanitizers see more (alignment, bounds of members). Needs clang.
test-clang: setup
	@cmake --preset asan-clang && cmake --build --preset asan-clang && ctest --preset asan-clang -j2

test-tsan: setup
	@cmake --preset tsan && cmake --build --preset tsan && ctest --preset tsan -j2

bench: configure-release
	@cmake --build --preset release --target engine_bench
	@build/release/bench/engine_bench

# Into build/packages. One commit makes the same bytes, wherever its clone lies.
package: configure-release
	@cmake --build --preset release --target package_files
	@rm -f build/packages/*.deb && cd build/release && cpack -G DEB && rm -rf ../packages/_CPack_Packages

tarball: configure-release
	@cmake --build --preset release --target package_files
	@rm -f build/packages/*.tar.xz && cd build/release && cpack -G TXZ && rm -rf ../packages/_CPack_Packages

release-notes:
	@.ci/release-notes $(VERSION)

format:
	@git ls-files '*.h' '*.cc' | xargs clang-format -i

# Node and npm are needed for this only; the SVGs are committed. The package goes into build/.
diagrams: build/diagrams/node_modules/railroad-diagrams/package.json
	@node grammar-docs/diagrams/draw.mjs build/diagrams

build/diagrams/node_modules/railroad-diagrams/package.json:
	@mkdir -p build/diagrams
	@npm install --prefix build/diagrams --no-save --no-audit --no-fund --silent railroad-diagrams@1.0.0

lint: setup
	@cmake --preset tidy && cmake --build --preset tidy

fuzz: setup
	@.ci/fuzz 60

clean:
	@rm -rf build
