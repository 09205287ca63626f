# make            every program into build/
# make run        the workflows at demo scale into out/
# make test       the tests that need only a C compiler and make
# make interop    the tests beside NumPy, scikit-learn, pandas, PyTorch, ... (Python packages: tests/interop/requirements.txt)
# make check      the compile matrix: every header, compiler, standard and warning set found here; tests/arithmetic.sh: builds and
#                 threads that round otherwise are refused; tests/rooms.sh: what each
#                 switch leaves out, and the bytes that a program of one call carries; tests/vendoring.sh: renamed headers, mixed versions; tests/recipes.sh: ARCHITECTURE's recipes, followed
# make hashes     one seed, one result: over compilers, levels, instruction sets, threads
# make platforms  the same hashes and files on other hosts: 32 bits, big-endian (cross compilers, qemu)
# make sanitize   the unit tests and the programs' end-to-end tests under AddressSanitizer and UBSan; three under valgrind
# make test32     the reader tests for 32 bits under both sanitizers (i686-linux-gnu-gcc)
# make faults     lack of memory: each allocation of a small job of every command fails once
# make bench      one JSON object per line; make bench-peers the same work by the peers beside it, and
#                 tests/bench/RESULTS.md with the figures that README.md and docs/speed.md quote (make figures fills them in alone)
# make callgrind  instruction counts within 3 % of the recorded ones, and how they grow (valgrind); make callgrind-record after a change on purpose
# make mutants    small faults put into copies of the headers, one at a time: does the named test fail? N=15: so many of them
# make fuzz SECONDS=60          (FIXED=1: the same inputs on every machine, as .ci/run does)
# make mutated    180 damaged files through every command of nnfmt under AddressSanitizer and UBSan; COPIES=7002: so many
# make install PREFIX=/usr/local DESTDIR=   (make uninstall with the same two)
CC      ?= cc
CFLAGS  ?= -O2
WARN     = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
# OpenMP is optional: used when the compiler takes the flag, dropped with OPENMP=
OPENMP  := $(shell t=$$(mktemp) && printf 'int main(void){return 0;}' | $(CC) -fopenmp -x c - -o "$$t" 2>/dev/null && echo -fopenmp; rm -f "$$t")
LIBS     = -lm
SECONDS ?= 60
PREFIX  ?= /usr/local

HEADERS  = $(wildcard nn_*.h examples/nn_*.h)
PROGRAMS = $(patsubst examples/%.c,build/%,$(wildcard examples/*.c))
TESTS    = $(patsubst tests/%.c,build/%,$(wildcard tests/test_*.c))
# the two longest begin first, beside the rest
LONG     = tests/e2e_options.sh tests/e2e_tutorial.sh
E2E      = $(filter-out $(LONG),$(wildcard tests/e2e_*.sh))
INTEROP  = $(wildcard tests/interop/test_*.py)

all: $(PROGRAMS)

build:
	@mkdir -p build
build/%: examples/%.c $(HEADERS) | build
	$(CC) -std=c99 $(CFLAGS) $(WARN) $(OPENMP) $< -o $@ $(LIBS)
# NN_STATIC: only what a test calls is compiled, in half the time
build/test_%: tests/test_%.c $(HEADERS) tests/nn_test.h | build
	$(CC) -std=c99 -O1 -DNN_STATIC $(OPENMP) $< -o $@ $(LIBS)

test: $(TESTS) $(PROGRAMS)
	@sh tests/run.sh $(LONG) $(TESTS) $(E2E)

# the four workflows at demo scale, under two minutes on two cores
run: all
	build/artificial_data all --demo --preset related --overwrite --out out/artificial_data
	build/interpreter_data run-data-gen --length 30 --checkpoint-interval 15 --overwrite --out out/interpreter_data
	build/probe_data synthesize --sentences 100 --layers 12 --dim 128 --features 512 --overwrite --out out/probe_data/sentences
	build/probe_data --strategy hidden-to-concept --input out/probe_data/sentences --layers 0-11 --each-layer --overwrite --output out/probe_data/layers.npz
	build/probe_data compare out/probe_data/layers_l[0-9].npz out/probe_data/layers_l1[01].npz --overwrite --out out/probe_data
	build/fair_tasks generate --n-tasks 60 --overwrite --out out/fair_tasks/tasks
	build/fair_tasks meta-train --tasks out/fair_tasks/tasks --train 48 --val 12 --iterations 60 --seeds 1 --overwrite --out out/fair_tasks/meta
	@echo "look at:" && find out -name '*report.html' | sort

interop: all
	@sh tests/run.sh $(INTEROP)

check:
	@rc=0; for t in matrix arithmetic rooms vendoring recipes; do sh tests/$$t.sh || rc=1; done; exit $$rc

# one seed, one result: compilers, levels, instruction sets, threads
hashes:
	@sh tests/one_result.sh

platforms:
	@sh tests/platforms.sh

# the same test programs under AddressSanitizer and UBSan, three under valgrind, and the programs' end-to-end tests under both sanitizers
SANITIZE = $(patsubst tests/%.c,build/san/%,$(wildcard tests/test_*.c))
build/san/test_%: tests/test_%.c $(HEADERS) tests/nn_test.h
	@mkdir -p build/san
	$(CC) -std=c99 -O0 -g1 -DNN_STATIC -DNN_ARENA_EXACT -fsanitize=address,undefined -fno-sanitize-recover=all $< -o $@ $(LIBS)
build/san/%: examples/%.c $(HEADERS)
	@mkdir -p build/san
	$(CC) -O1 -g1 $(OPENMP) -fsanitize=address,undefined -fno-sanitize-recover=all $< -o $@ $(LIBS)
sanitize: $(SANITIZE) $(PROGRAMS:build/%=build/san/%) build/test_tensor build/test_probing build/test_metrics
	@sh tests/run.sh $(SANITIZE) tests/valgrind.sh tests/sanitize_programs.sh

# the reader tests in 32 bits under the same sanitizers: size_t holds no 2^32 there. SSE, because x87 rounds otherwise
CC32     = i686-linux-gnu-gcc
ROOT32   = /usr/i686-linux-gnu/lib
READERS  = io num csv json yaml deflate npy pth gguf events hostile
TESTS32  = $(READERS:%=build/m32/test_%)
build/m32/test_%: tests/test_%.c $(HEADERS) tests/nn_test.h
	@mkdir -p build/m32
	$(CC32) -std=c99 -O0 -g1 -msse2 -mfpmath=sse -DNN_STATIC -DNN_ARENA_EXACT -fsanitize=address,undefined -fno-sanitize-recover=all -static-libasan -static-libubsan \
	    -Wl,--dynamic-linker=$(ROOT32)/ld-linux.so.2 -Wl,-rpath,$(ROOT32) $< -o $@ $(LIBS)
test32: $(TESTS32)
	@sh tests/run.sh $(TESTS32)

# lack of memory: in the smallest job of each command each allocation fails once (SECONDS_FOR=60 in all)
build/faults/%: examples/%.c $(HEADERS) tests/faults_alloc.c
	@mkdir -p build/faults
	$(CC) -std=c99 -O1 -g1 $< tests/faults_alloc.c -o $@ -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc $(LIBS)
faults: $(PROGRAMS:build/%=build/faults/%)
	@sh tests/faults.sh

# one JSON object per line; BENCH="gemm act" runs only what contains a word
BENCHES = $(patsubst tests/bench/%.c,build/%,$(wildcard tests/bench/bench*.c))
PEERS   = $(wildcard tests/bench/peers_*.py)
$(BENCHES): build/%: tests/bench/%.c $(HEADERS) $(wildcard tests/bench/*.h) | build
	$(CC) -std=c99 $(CFLAGS) $(OPENMP) $< -o $@ $(LIBS)
bench: $(BENCHES) $(PROGRAMS)
	@for b in $(BENCHES); do $$b $(BENCH) || exit 1; done
bench-peers:
	@python3 tests/bench/results.py $(BENCH)
figures:
	@python3 tests/bench/figures.py --write
# a regression guard that cannot flake: instruction counts under callgrind
callgrind:
	@sh tests/bench/callgrind.sh
callgrind-record:
	@sh tests/bench/callgrind.sh --record

# all 2^32 floats printed and read back (minutes); the fuzz targets, SECONDS each (needs clang)
test-exhaustive: build/test_num
	build/test_num exhaustive
mutants:
	@python3 tests/mutants.py $(N)
fuzz: | build
	@FIXED=$(FIXED) sh tests/fuzz/run.sh $(SECONDS)
mutated: | build
	@sh tests/mutated.sh $(COPIES)

# headers, programs, man pages, completions, nn.pc, the CMake package. Man pages and completions come from the programs' own option
# tables. Cross-built programs cannot be asked: make INSTALL_DOCS= install
INSTALL_DOCS = yes
VERSION      = $(shell sed -n 's/^.define NN_VERSION *"\(.*\)".*/\1/p' nn_tensor.h)
INSTALLED    = include/nn share/cmake/nn share/pkgconfig/nn.pc $(foreach p,$(notdir $(PROGRAMS)),bin/$p share/man/man1/$p.1 \
               share/bash-completion/completions/$p share/zsh/site-functions/_$p)
install: $(PROGRAMS)
	@set -e; d='$(DESTDIR)$(PREFIX)'; \
	for f in include/nn bin share/man/man1 share/bash-completion/completions share/zsh/site-functions share/pkgconfig share/cmake/nn; do mkdir -p "$$d/$$f"; done; \
	for h in nn_*.h; do cp $$h "$$d/include/nn/"; chmod 644 "$$d/include/nn/$$h"; done; \
	for p in $(notdir $(PROGRAMS)); do \
	    rm -f "$$d/bin/$$p"; cp build/$$p "$$d/bin/"; chmod 755 "$$d/bin/$$p"; \
	    [ -n '$(INSTALL_DOCS)' ] || continue; \
	    m="$$d/share/man/man1/$$p.1"; \
	    build/$$p man >"$$m"; \
	    build/$$p completions bash >"$$d/share/bash-completion/completions/$$p"; \
	    build/$$p completions zsh >"$$d/share/zsh/site-functions/_$$p"; \
	done; \
	printf '%s\n' 'prefix=$(PREFIX)' 'includedir=$${prefix}/include' '' 'Name: nn' 'Description: six single-file C headers for neural networks and their data' \
	    'Version: $(VERSION)' 'Cflags: -I$${includedir}/nn' 'Libs: -lm' >"$$d/share/pkgconfig/nn.pc"; \
	cp CMakeLists.txt "$$d/share/cmake/nn/nn-config.cmake"; \
	printf '%s\n' 'set(PACKAGE_VERSION "$(VERSION)")' 'string(REGEX REPLACE "^([0-9]+[.][0-9]+).*" "\\1" NN_SERIES "$${PACKAGE_FIND_VERSION}.0")' \
	    'if(PACKAGE_VERSION VERSION_GREATER_EQUAL PACKAGE_FIND_VERSION AND PACKAGE_VERSION MATCHES "^$${NN_SERIES}[.]")' '    set(PACKAGE_VERSION_COMPATIBLE TRUE)' \
	    '    if(PACKAGE_VERSION VERSION_EQUAL PACKAGE_FIND_VERSION)' '        set(PACKAGE_VERSION_EXACT TRUE)' '    endif()' 'endif()' >"$$d/share/cmake/nn/nn-config-version.cmake"; \
	chmod 644 "$$d/share/pkgconfig/nn.pc" "$$d"/share/cmake/nn/*; \
	echo "installed under $$d"
uninstall:
	@cd '$(DESTDIR)$(PREFIX)' && rm -rf $(INSTALLED)

clean:
	rm -rf build out

.PHONY: platforms test32 test-exhaustive fuzz mutated mutants all run test interop check hashes sanitize bench bench-peers figures callgrind callgrind-record install uninstall clean
