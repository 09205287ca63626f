/* tests/interop/tokens_driver.c - what test_tokens.py drives: RANKS RULES; on standard input texts, each behind its length and a line break; a line
 * of answer each: how many tokens, or why not. */
#define NN_STATIC
#define NN_IMPLEMENTATION
#include "../../nn_tensor.h"
#include "../../examples/nn_tokens.h"
#include <stdio.h>

int main(int argc, char **argv)
{
    static char ranks[1 << 22], text[1 << 20];
    FILE *f = argc == 3 ? fopen(argv[1], "rb") : NULL;
    size_t n = f ? fread(ranks, 1, sizeof ranks, f) : 0, len = 0, k = 0;
    app_tokens t;
    nn_error e = NN_ZERO;
    if (!f) return 2;
    (void)fclose(f);
    if (app_tokens_make(&t, "ranks", ranks, n, atoi(argv[2]), &e) != NN_OK) {
        puts(e.msg);
        return 1;
    }
    while (scanf("%zu", &len) == 1 && getchar() == '\n' && len < sizeof text && fread(text, 1, len, stdin) == len) {
        if (app_tokens_count(&k, &t, text, len, &e) == NN_OK) (void)printf("%zu\n", k);
        else puts(e.msg);
    }
    app_tokens_free(&t);
    return 0;
}
