/* tests/fuzz/fuzz.c - the libFuzzer entry; the environment variable NN_FUZZ names the target. Built and run by run.sh. */
#define NN_IMPLEMENTATION
#define NN_ARENA_EXACT 1
#include "../../nn_fmt.h"
#include "targets.h"
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const fuzz_target *t;
    const char *name = getenv("NN_FUZZ");
    size_t i;
    for (i = 0; !t && i < sizeof fuzz_targets / sizeof fuzz_targets[0]; i++) if (name && strcmp(fuzz_targets[i].name, name) == 0) t = fuzz_targets + i;
    FUZZ_CHECK(t != NULL);
    fuzz_run(t, p, n);
    return 0;
}
