/* tests/test_pth.c - nn_fmt.h [PTH] [SAFETENSORS]: bad pickles and headers by table, bombs, damage, failing allocator, faults */
#define _POSIX_C_SOURCE 200809L
#define NN_IMPLEMENTATION
#include "../nn_fmt.h"
#include "nn_test.h"
#include "bin_test.h"

static nn_status pth_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_dict d = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_status s;
    if (a) { d.alloc = *a; o.file.alloc = *a; }
    s = nn_pth_read_memory(&d, p, n, &o, e);
    nn_dict_free(&d);
    return s;
}
static nn_status st_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_dict d = NN_ZERO, m = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    nn_status s;
    if (a) d.alloc = m.alloc = o.alloc = *a;
    s = nn_safetensors_read_memory(&d, &m, p, n, &o, e);
    nn_dict_free(&d);
    nn_dict_free(&m);
    return s;
}
/* a checkpoint around a pickle, with one storage "0" of 24 bytes */
static int packed_pickle;                              /* its level of deflate */
static void around(nn_buf *b, const char *pickle, size_t n)
{
    nn_zip_writer *w;
    float x[6] = { 0, 1, 2, 3, 4, 5 };
    b->len = 0;
    bin_little(x, sizeof x, 4);
    (void)nn_zip_create_memory(&w, b, NULL, NULL);
    (void)nn_zip_begin(w, "archive/data.pkl", n, packed_pickle, NULL);
    (void)nn_zip_put(w, pickle, n, NULL);
    (void)nn_zip_end(w, NULL);
    (void)nni_zip_member(w, "archive/data/0", x, sizeof x, NULL);
    (void)nni_zip_member(w, "archive/version", "3\n", 2, NULL);
    (void)nn_zip_commit(w, NULL);
}
#define T2 "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" "0X\x03\0\0\0cpuK\x06tQ"
#define ST(type, key) "(X\x07\0\0\0storagectorch\n" type "Storage\nX\x01\0\0\0" key "X\x03\0\0\0cpu"
#define P(s) s, sizeof(s) - 1
static void pickles(void)
{
    static const bin_case t[] = {
        { "an int", P("\x80\x02K\x05."), NN_OK, "" },
        { "a tensor", P("\x80\x02" T2 "K\0K\x02K\x03\x86K\x03K\x01\x86\x89}tR."), NN_OK, "" },
        { "a neg view", P("\x80\x02" T2 "K\0K\x02\x85K\x01\x85\x89}}X\x03\0\0\0neg\x88stR."), NN_OK, "" },
        { "conj of floats", P("\x80\x02" T2 "K\0K\x02\x85K\x01\x85\x89}}X\x04\0\0\0conj\x88stR."),
            NN_E_FORMAT, "a conj or neg bit that its type cannot have" },
        { "other metadata", P("\x80\x02" T2 "K\0K\x02\x85K\x01\x85\x89}}X\x04\0\0\0conk\x88stR."),
            NN_E_UNSUPPORTED, "metadata other than 'conj' and 'neg'" },
        { "an eighth argument", P("\x80\x02" T2 "K\0K\x02\x85K\x01\x85\x89}}NtR."), NN_E_UNSUPPORTED,
            "more arguments than are known" },
        { "empty", P(""), NN_E_FORMAT, "pickle byte 0: cut short" },
        { "os.system", P("\x80\x02" "cos\nsystem\nX\x02\0\0\0ls\x85R."), NN_E_UNSUPPORTED, "holds an object of class 'os.system'" },
        { "a long class", P("\x80\x02" "ctorch.nn.modules.container\nSequential\n)\x81."), NN_E_UNSUPPORTED, "holds an object of class 'torch.nn.modules.container.Sequential', only" },
        { "whole module", P("\x80\x02" "c__main__\nNet\n)\x81."), NN_E_UNSUPPORTED, "'__main__.Net', only tensors and plain values are read" },
        { "opcode of protocol 4", P("\x80\x04\x95"), NN_E_UNSUPPORTED,
            "opcode 0x95 of pickle protocol 4 is not read: save with protocol 2, the default" },
        { "opcode i", P("(i"), NN_E_UNSUPPORTED, "opcode 0x69 is not allowed" },
        { "underflow", P("\x86."), NN_E_FORMAT, "stack underflow" },
        { "no mark", P("t."), NN_E_FORMAT, "no mark on the stack" },
        { "memo never put", P("h\x07."), NN_E_FORMAT, "a memo entry that was never put" },
        { "huge memo of a list", P("]r\xff\xff\xff\xff."), NN_E_LIMIT, "a memo index beyond the number of values" },
        { "memo at the bound", P("Nr\x00\x00\x11\x00."), NN_E_LIMIT, "a memo index beyond the number of values" },
        { "huge memo got", P("j\xff\xff\xff\xff."), NN_E_FORMAT, "a memo entry that was never put" },
        { "huge memo", P("Nr\xff\xff\xff\xff."), NN_E_LIMIT, "a memo index beyond the number of values" },
        { "huge text", P("X\xff\xff\xff\xff" "a"), NN_E_FORMAT, "cut short" },
        { "long integer", P("\x8a\x09" "123456789."), NN_OK, "" },
        { "left over", P("NN."), NN_E_FORMAT, "values left on the stack" },
        { "outside its storage", P("\x80\x02" T2 "K\x01K\x02K\x03\x86K\x03K\x01\x86\x89}tR."), NN_E_FORMAT, "reaches outside its storage" },
        { "negative stride", P("\x80\x02" T2 "K\0K\x02\x85J\xff\xff\xff\xff\x85\x89}tR."), NN_E_FORMAT, "negative or missing size or stride" },
        { "stride that overflows",
            P("\x80\x02" T2 "K\0K\x03\x85\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85\x89}tR."), NN_E_FORMAT,
          WIDE("reaches outside its storage", "negative or missing size or stride") },
        { "expanded to terabytes", P("\x80\x02" T2 "K\0J\xff\xff\xff\x7f\x85K\0\x85\x89}tR."),
          sizeof(size_t) > 4 ? NN_E_LIMIT : NN_E_FORMAT,
              WIDE("unfold to far more than the file holds", "a tensor size overflows") },
        { "nine dimensions", P("\x80\x02" T2 "K\0(K\1K\1K\1K\1K\1K\1K\1K\1K\1t(K\1K\1K\1K\1K\1K\1K\1K\1K\1t\x89}tR."), NN_E_LIMIT, "NN_MAX_DIMS" },
        { "float key", P("}G\0\0\0\0\0\0\0\0Ns."), NN_E_UNSUPPORTED, "a dictionary key that is neither text nor an integer" },
        { "double name", P("}(X\x03\0\0\0a.bK\1X\x01\0\0\0a}X\x01\0\0\0bK\2su."), NN_E_FORMAT, "two values are called 'a.b' after flattening" },
        { "nothing to pop", P("."), NN_E_FORMAT, "memory: pickle byte 1: stack underflow" },
        { "a class cut short", P("cos\nsys"), NN_E_FORMAT, "memory: pickle byte 4: cut short" },
        { "a number cut short", P("K"), NN_E_FORMAT, "memory: pickle byte 1: cut short" },
        { "protocol 6", P("\x80\6N."), NN_E_UNSUPPORTED, "memory: pickle byte 1: unknown pickle protocol" },
        { "append to a number", P("K\1K\2a."), NN_E_FORMAT, "memory: pickle byte 5: append to something that is no list" },
        { "items of nothing", P("(K\1e."), NN_E_FORMAT, "memory: pickle byte 4: stack underflow" },
        { "items of a number", P("K\1(K\2K\3u."), NN_E_FORMAT, "memory: pickle byte 8: items for something that cannot hold them" },
        { "an odd number of items", P("}(K\2u."), NN_E_FORMAT, "memory: pickle byte 5: items for something that cannot hold them" },
        { "an item of a number", P("K\1K\2K\3s."), NN_E_FORMAT, "memory: pickle byte 7: items for something that cannot hold them" },
        { "state of a number", P("K\1}b."), NN_E_FORMAT, "memory: pickle byte 4: state for something that has none" },
        { "a number called", P("K\1)R."), NN_E_FORMAT, "memory: pickle byte 4: a call of something that is not a known class" },
        { "a dict of numbers", P("ccollections\nOrderedDict\n]K\1a\x85R."), NN_E_FORMAT, "a dict made of something else than pairs" },
        { "bytes beyond latin-1", P("c_codecs\nencode\nX\3\0\0\0\xe2\x82\xacX\6\0\0\0latin1\x86R."), NN_E_FORMAT, "bytes that are not latin-1" },
        { "complex of None", P("cbuiltins\ncomplex\nNN\x86R."), NN_E_FORMAT, "a complex number of no numbers" },
        { "Size of a number", P("ctorch\nSize\nK\1\x85R."), NN_E_FORMAT, "a known class with the wrong arguments" },
        { "persistent number", P("K\1Q."), NN_E_FORMAT, "memory: pickle byte 3: unknown persistent id" },
        { "a view of a storage", P(ST("Float", "0") "K\6K\1tQ."), NN_E_UNSUPPORTED, "storage views of old files are not supported" },
        { "one key, two types", P(ST("Float", "0") "K\6tQ" ST("Double", "0") "K\6tQ\x86."), NN_E_FORMAT, "one storage with two types or sizes" },
        { "a bare storage", P(ST("Float", "0") "K\6tQ."), NN_E_UNSUPPORTED, "memory: a bare storage outside a tensor" },
        { "a tensor of a storage alone", P(T2 "\x85R."), NN_E_FORMAT, "memory: pickle byte 87: stack underflow" },
        { "a tensor without sizes", P(T2 "tR."), NN_E_FORMAT, "a tensor with the wrong arguments" },
        { "float8", P("ctorch._utils\n_rebuild_tensor_v3\n(" ST("Float", "0") "K\6tQK\0K\2\x85K\1\x85\x89}ctorch\nfloat8_e5m2\ntR."), NN_E_UNSUPPORTED, "a tensor of a float8 type" },
        { "untyped", P("ctorch._utils\n_rebuild_tensor_v2\n(" ST("Untyped", "0") "K\6tQK\0K\2\x85K\1\x85\x89}tR."), NN_E_UNSUPPORTED, "a tensor on untyped storage" },
        { "no such storage", P("ctorch._utils\n_rebuild_tensor_v2\n(" ST("Float", "9") "K\6tQK\0K\2\x85K\1\x85\x89}tR."), NN_E_FORMAT, "memory: no member 'archive/data/9'" },
        { "a short storage", P("ctorch._utils\n_rebuild_tensor_v2\n(" ST("Float", "0") "K\7tQK\0K\2\x85K\1\x85\x89}tR."), NN_E_FORMAT, "memory: data/0: expected 28 bytes, got 24" },
        { "a storage of 2^63 bytes", P("ctorch._utils\n_rebuild_tensor_v2\n(" ST("Float", "0") "\x8a\x08\0\0\0\0\0\0\0\x7ftQK\0K\2\x85K\1\x85\x89}tR."), NN_E_FORMAT, "memory: a tensor size overflows" },
        { "a key with NUL", P("}X\3\0\0\0a\0bK\1s."), NN_E_UNSUPPORTED, "memory: a key holds a NUL character" },
        { "not utf-8", P("}X\1\0\0\0aX\1\0\0\0\xffs."), NN_E_FORMAT, "memory: text that is not utf-8" },
        { "escape codes", P("c\x1b[2J\nNet\n)\x81."), NN_E_UNSUPPORTED, "memory: pickle byte 0: holds an object of class '?[2J.Net', only tensors" },
        { "a list that holds itself", P("]q\0h\0a."), NN_E_LIMIT, "nested deeper than NN_MAX_PTH_DEPTH = 64" },
        { "exponential", P("]X\1\0\0\0aaq\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86q\0h\0\x86."), NN_E_LIMIT, "got more" } };
    size_t i;
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_status s;
        around(&b, t[i].bytes, t[i].n);
        CHECK_REFUSED(t[i].what, pth_parse(b.data, b.len, NULL, &e), e, t[i].s, t[i].msg);
        for (s = NN_OK; t[i].s != NN_OK && s == NN_OK; s = NN_E_FORMAT) CHECK(pth_parse(t[i].bytes, t[i].n, NULL, &e) != NN_OK);   /* and not as the old stream */
    }
    around(&b, P("\x80\x02" T2 "K\0K\x02K\x03\x86K\x03K\x01\x86\x89}tR."));
    (void)bin_damage(pth_parse, b.data, b.len, 1, 5);
    bin_starve(pth_parse, b.data, b.len);
    for (i = 0; i + 24 < b.len && memcmp(b.data + i, "\0\0\0\0\0\0\x80?\0\0\0@", 12) != 0; i++) {}
    b.data[i + 5] ^= 1;                                /* a bit in the numbers themselves: PyTorch would read it */
    CHECK_INT(pth_parse(b.data, b.len, NULL, &e), NN_E_FORMAT);
    CHECK(strstr(e.msg, "checksum differs") != NULL);
    nn_buf_free(&b);
}
/* bounds that take a large pickle: `head`, then `n` times `item`, then `tail` */
static void bounds(void)
{
    static const struct { const char *what; const char *head; size_t head_n; const char *item; size_t item_n, n; const char *tail; size_t tail_n; const char *msg; } t[] = {
        { "objects", P("](" ), P("K\1"), 1100000, P("e."), "values, got more" },
        { "items", P("Nq\1]"), P("h\1a"), 2200000, P("."), "values, got more" },
        { "stack", P("Nq\1]("), P("h\1"), 2200000, P("e."), "values, got more" },
        { "one list twice", P("]q\0("), P("K\1"), 600000, P("eh\0\x86."), "memory: expected at most" },
        { "twice, 30 times", P(")q\0"), P("h\0\x86q\0"), 30, P("."), "got more (containers that hold each other?)" },
        { "storage key", P("ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\nX\xc9\0\0\0"), P("k"), 201, P("X\3\0\0\0cpuK\6tQK\0K\2\x85K\1\x85\x89}tR."), "memory: storage key too long" } };
    nn_buf b = NN_ZERO, z = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i, k;
    packed_pickle = 6;                                 /* a small file that unfolds */
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        b.len = 0;
        (void)nn_buf_put(&b, t[i].head, t[i].head_n, NULL);
        for (k = 0; k < t[i].n; k++) (void)nn_buf_put(&b, t[i].item, t[i].item_n, NULL);
        (void)nn_buf_put(&b, t[i].tail, t[i].tail_n, NULL);
        around(&z, (const char *)b.data, b.len);
        CHECK_REFUSED(t[i].what, pth_parse(z.data, z.len, NULL, &e), e, i == 5 ? NN_E_FORMAT : NN_E_LIMIT, t[i].msg);
    }
    packed_pickle = 0;
    nn_buf_free(&b);
    nn_buf_free(&z);
}
/* what a checkpoint may well hold: a million losses, 70,000 tensors, a vocabulary of 70,000 words */
static void large(void)
{
    nn_buf b = NN_ZERO, z = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_error e = NN_ZERO;
    char text[128];
    size_t i, k;
    for (i = 0; i < 2; i++) {
        b.len = 0;
        (void)nn_buf_put(&b, i == 0 ? "](" : "}(", 2, NULL);
        for (k = 0; k < (i == 0 ? 1100000u : 70000u); k++) {
            size_t n = i == 0 ? 9 : (size_t)snprintf(text, sizeof text, "U\5%05u", (unsigned)k);
            (void)nn_buf_put(&b, i == 0 ? "G?\xE0\0\0\0\0\0\0" : text, n, NULL);
            if (i) (void)nn_buf_put(&b, P("M\7\1"), NULL);
        }
        (void)nn_buf_put(&b, i == 0 ? "e." : "u.", 2, NULL);
        around(&z, (const char *)b.data, b.len);
        CHECK_OK(nn_pth_read_memory(&d, z.data, z.len, NULL, &e), e);
        CHECK_INT(i == 0 ? d.items[0].value.shape[0] : d.count, i == 0 ? 1100000 : 70000);
        nn_dict_free(&d);
    }
    /* through the writer: 70,000 tensors, each with a storage */
    for (k = 0; k < 70000; k++) {
        nn_tensor t = NN_ZERO;
        (void)snprintf(text, sizeof text, "layer%u.weight", (unsigned)k);
        CHECK_OK(nn_tensor_make1(&t, NN_F32, 1, NULL, &e), e);
        nn_f32(&t)[0] = (float)k;
        CHECK_OK(nn_dict_put(&d, text, &t, &e), e);
    }
    CHECK_OK(nn_pth_write("build/large.pth", &d, NULL, &e), e);
    nn_dict_free(&d);
    CHECK_OK(nn_pth_read(&d, "build/large.pth", NULL, &e), e);
    CHECK_INT(d.count, 70000);
    CHECK(nn_f32(nn_dict_get(&d, "layer69999.weight"))[0] == 69999.0f);
    nn_dict_free(&d);
    (void)remove("build/large.pth");
    nn_buf_free(&b);
    nn_buf_free(&z);
}
/* what is read of a pickle and written again is as nested, with the same kinds of values; the words of nn_pth_opts.kinds */
static void kinds(void)
{
    static const struct { const char *bytes; size_t n; const char *kinds; size_t kinds_n; } t[] = {
        { P("}X\1\0\0\0aK\1s."), P("sv") }, { P("K\5."), P("v") }, { P("N."), P("n") },
            { P("]."), P("e") }, { P("}."), P("d") },
        { P("}(X\1\0\0\0a}X\1\0\0\0b]X\1\0\0\0xasX\1\0\0\0c}X\1\0\0\0d}su."), P("sslv\0ssd") },
        { P("}(K\0}(X\1\0\0\0uNX\1\0\0\0vG?\xE0\0\0\0\0\0\0uK\7](K\1K\2eX\1\0\0\0x\x88u."), P("isn\0isv\0iv\0sv") },
        { P("}(X\1\0\0\0a\x8a\x09\0\0\0\0\0\0\0\x80\0X\1\0\0\0b\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\xffu."), P("sb\0sb") },
        { P("\x80\x02}(X\1\0\0\0w" T2 "K\0K\x02K\x03\x86K\x03K\x01\x86\x89}tRX\1\0\0\0s](" T2 "K\0K\x02\x85K\x01\x85\x89}tRK\1eu."), P("st\0slt\0slv") },
        /* tuples: of numbers, of others, of one another, empty, of integers and floats, as the whole */
        { P("(K\1K\2K\3t."), P("u") }, { P(")."), P("z") }, { P("\x88\x85."), P("u") }, { P("X\1\0\0\0aX\1\0\0\0b\x86."), P("uv\0uv") },
        { P("K\1G?\xE0\0\0\0\0\0\0\x86."), P("Mif") }, { P("](G?\xE0\0\0\0\0\0\0K\1K\2e."), P("mfii") },
        { P("}(X\1\0\0\0b(G?\xEC\xCC\xCC\xCC\xCC\xCC\xCDG?\xEF\xF7\xCE\xD9\x16\x87+tX\1\0\0\0m](K\1G?\xE0\0\0\0\0\0\0eX\1\0\0\0t)u."), P("su\0smif\0sz") },
        { P("]()\x85]\x85](K\1\x85K\2\x85" "ee."), P("luz\0lue\0llu\0llu") }, { P("(X\1\0\0\0aN]K\5}t."), P("uv\0un\0ue\0uv\0ud") },
        { P("ctorch\nSize\n(K\2K\3\x86tR."), P("u") }, { P("ctorch\nSize\n)R."), P("z") }, { P("c__builtin__\nset\n](K\2K\3e\x85R."), P("v") },
        { P("](K\1G?\xE0\0\0\0\0\0\0\x8a\7\1\0\0\0\0\0 e."), P("lv\0lv\0lv") },      /* 2^53 + 1 is no double */
        { P("}(X\1\0\0\0t" T2 "K\0K\x02\x85K\x01\x85\x89}tR\x85X\1\0\0\0wK\1u."), P("sut\0sv") } };
    nn_buf b = NN_ZERO, k = NN_ZERO, again = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        nn_dict d = NN_ZERO, d2 = NN_ZERO;
        nn_pth_opts o = NN_ZERO;
        char h[2][65];
        k.len = again.len = 0;
        o.separator = '\x1f';
        o.kinds = &k;
        around(&b, t[i].bytes, t[i].n);
        CHECK_OK(nn_pth_read_memory(&d, b.data, b.len, &o, &e), e);
        CHECK(k.len == t[i].kinds_n + 1 && memcmp(k.data, t[i].kinds, k.len) == 0);
        CHECK_OK(nn_pth_write("build/kinds.pth", &d, &o, &e), e);
        o.kinds = &again;
        CHECK_OK(nn_pth_read(&d2, "build/kinds.pth", &o, &e), e);
        CHECK(k.len == again.len && memcmp(k.data, again.data, k.len) == 0);
        nn_dict_sha256(&d, h[0]);
        nn_dict_sha256(&d2, h[1]);
        CHECK_STR(h[0], h[1]);
        k.len--;
        k.data[k.len - 1] = 0;                         /* a word too short */
        o.kinds = &k;
        CHECK_REFUSED("kinds", nn_pth_write("build/kinds.pth", &d, &o, &e), e, NN_E_ARG,
            "nn_pth_write: kinds do not belong to these entries");
        nn_dict_free(&d);
        nn_dict_free(&d2);
    }
    (void)remove("build/kinds.pth");
    nn_buf_free(&b);
    nn_buf_free(&k);
    nn_buf_free(&again);
}
static nn_buf left_over;
static nn_status lenient_parse(const void *p, size_t n, const nn_alloc *a, nn_error *e)
{
    nn_dict d = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_status s;
    if (a) { d.alloc = *a; o.file.alloc = *a; }
    left_over.len = 0;
    o.file.left = &left_over;
    s = nn_pth_read_memory(&d, p, n, &o, e);
    nn_dict_free(&d);
    return s;
}
/* with nn_file_opts.left one foreign item costs one item */
static void left(void)
{
    static const char mixed[] = "\x80\x02}(X\1\0\0\0aK\1X\4\0\0\0argscargparse\nNamespace\n)\x81}X\2\0\0\0lrG?\xB9\x99\x99\x99\x99\x99\x9asb"
                                "X\1\0\0\0scos\nsystem\nX\2\0\0\0ls\x85Ru.";
    nn_buf b = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_error e = NN_ZERO;
    around(&b, mixed, sizeof mixed - 1);
    o.file.left = &left_over;
    CHECK_OK(nn_pth_read_memory(&d, b.data, b.len, &o, &e), e);
    CHECK_INT(d.count, 2);
    CHECK(nn_dict_get(&d, "a") && nn_dict_get(&d, "args.lr") && *nn_f64(nn_dict_get(&d, "args.lr")) == 0.1);
    CHECK_INT(left_over.len, sizeof "args: an object of class 'argparse.Namespace'\0s: an object of class 'os.system'");
    CHECK(memcmp(left_over.data,
        "args: an object of class 'argparse.Namespace'\0s: an object of class 'os.system'",
        left_over.len) == 0);
    nn_dict_free(&d);
    (void)bin_damage(lenient_parse, b.data, b.len, 1, 5);
    {                                              /* a dtype that is not ours costs its tensor */
        static const char odd[] = "\x80\x02}(X\1\0\0\0aK\1X\1\0\0\0wctorch._utils\n_rebuild_tensor_v3\n("
            "(X\7\0\0\0storagectorch.storage\nUntypedStorage\nX\1\0\0\0" "0X\3\0\0\0cpuK\x18tQK\0K\3\x85K\1\x85\x89}"
            "ctorch\ncomplex32\ntRu.";
        static const char why[] = "w: a tensor of dtype 'complex32' in a storage of 24 bytes";
        around(&b, odd, sizeof odd - 1);
        left_over.len = 0;
        CHECK_OK(nn_pth_read_memory(&d, b.data, b.len, &o, &e), e);
        CHECK(d.count == 1 && left_over.len == sizeof why && memcmp(left_over.data, why, sizeof why) == 0);
        nn_dict_free(&d);
        CHECK_REFUSED("strict", pth_parse(b.data, b.len, NULL, &e), e, NN_E_UNSUPPORTED,
                      "holds an object of class 'torch.complex32'");
        (void)bin_damage(lenient_parse, b.data, b.len, 1, 5);
        around(&b, mixed, sizeof mixed - 1);
    }
    CHECK_REFUSED("strict", pth_parse(b.data, b.len, NULL, &e), e, NN_E_UNSUPPORTED,
        "holds an object of class 'argparse.Namespace'");
    nn_buf_free(&b);
    nn_buf_free(&left_over);
}
/* archives that are no checkpoint, and the stream of torch.save before 1.6 after its magic number */
static void other_layouts(void)
{
    static const struct { const char *name, *bytes, *version; nn_status s; const char *msg; } z[] = {
        { "data.pkl", "", NULL, NN_E_FORMAT, "memory: not a PyTorch checkpoint: no root folder in the archive" },
        { "a/x", "", NULL, NN_E_FORMAT, "memory: not a PyTorch checkpoint: no member 'a/version'" },
        { "a/x", "", "99", NN_E_UNSUPPORTED, "memory: expected checkpoint version 1 to 10, got '99'" },
        { "a/x", "", "\x1b[2J", NN_E_UNSUPPORTED, "memory: expected checkpoint version 1 to 10, got '?[2J'" },
        { "a/x", "", "3", NN_E_FORMAT, "memory: no member 'a/data.pkl'" } };
#define OBJ "ctorch._utils\n_rebuild_tensor_v2\n(" ST("Float", "0") "K\6tQK\0K\2\x85K\1\x85\x89}tR."
#define HEAD "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
    static const bin_case t[] = {
        { "another file", P("hello"), NN_E_FORMAT, "memory: not a PyTorch checkpoint: neither a zip archive nor the old stream" },
        { "protocol", P(HEAD "K\1."), NN_E_UNSUPPORTED, "memory: old stream: expected protocol 1001" },
        { "no keys", P(HEAD "M\xe9\3.}.}.N."), NN_E_FORMAT, "memory: pickle byte 25: no list of storage keys" },
        { "unused key", P(HEAD "M\xe9\3.}.}.]X\1\0\0\0" "0a."), NN_E_FORMAT, "memory: pickle byte 32: a storage that no tensor uses" },
        { "no storage", P(HEAD "M\xe9\3.}." OBJ "]."), NN_E_FORMAT, "memory: storage '0' is not in the file" },
        { "size cut", P(HEAD "M\xe9\3.}." OBJ "]X\1\0\0\0" "0a.\6\0\0\0"), NN_E_FORMAT, "cut short" },
        { "another size", P(HEAD "M\xe9\3.}." OBJ "]X\1\0\0\0" "0a.\7\0\0\0\0\0\0\0"), NN_E_FORMAT, "a storage of another size than announced" },
        { "data cut", P(HEAD "M\xe9\3.}." OBJ "]X\1\0\0\0" "0a.\6\0\0\0\0\0\0\0abcd"), NN_E_FORMAT, "a storage is cut short" } };
    char tar[300] = { 0 };
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < sizeof z / sizeof *z; i++) {
        nn_zip_writer *w;
        b.len = 0;
        (void)nn_zip_create_memory(&w, &b, NULL, NULL);
        (void)nni_zip_member(w, z[i].name, z[i].bytes, strlen(z[i].bytes), NULL);
        if (z[i].version) (void)nni_zip_member(w, "a/version", z[i].version, strlen(z[i].version), NULL);
        (void)nn_zip_commit(w, NULL);
        CHECK_REFUSED(z[i].msg, pth_parse(b.data, b.len, NULL, &e), e, z[i].s, z[i].msg);
    }
    bin_table_test(pth_parse, t, sizeof t / sizeof *t);
    memcpy(tar + 257, "ustar", 5);
    CHECK_REFUSED("tar", pth_parse(tar, sizeof tar, NULL, &e), e, NN_E_UNSUPPORTED, "memory: a tar checkpoint of PyTorch before 0.1.10 is not supported");
    nn_buf_free(&b);
}
/* what the writers refuse */
static nn_status write_one(const char *name, nn_tensor *t, char sep, int what, nn_error *e)   /* what: 0 pth, 1 safetensors, 2 its metadata; t is freed */
{
    nn_dict d = NN_ZERO, none = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_status s = nn_dict_put(&d, name, t, e);
    o.separator = sep;
    if (s == NN_OK) s = what == 0 ? nn_pth_write(bin_path("w"), &d, &o, e) : what == 1 ? nn_safetensors_write(bin_path("w"), &d, NULL, NULL, e) : nn_safetensors_write(bin_path("w"), &none, &d, NULL, e);
    nn_dict_free(&d);
    CHECK(!nn_file_exists(bin_path("w"), NULL));
    return s;
}
static void writers_refuse(void)
{
    char deep[2 * 70 + 2];
    size_t i;
    nn_error e = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_dict d = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    (void)nn_tensor_make(&t, NN_U64, 0, NULL, NULL, NULL);
    CHECK_REFUSED("number", write_one("a", &t, '.', 0, &e), e, NN_E_UNSUPPORTED, "nn_pth_write: a Python number of dtype u64");
    CHECK_REFUSED("nothing", write_one("a", &t, 0, 0, &e), e, NN_E_UNSUPPORTED, "nn_pth_write: a tensor of dtype none");   /* (text too long: from 2 GiB on) */
    for (i = 0; i < sizeof deep - 1; i++) deep[i] = i % 2 ? '.' : 'a';
    deep[sizeof deep - 2] = 'z';
    deep[sizeof deep - 1] = 0;
    (void)nn_tensor_make1(&t, NN_F32, 1, NULL, NULL);
    CHECK_REFUSED("depth", write_one(deep, &t, '.', 0, &e), e, NN_E_LIMIT, "nn_pth_write: names nested deeper than 64");
    (void)nn_tensor_make1(&t, NN_F32, 1, NULL, NULL);
    (void)nn_dict_put(&d, "a.b", &t, NULL);
    (void)nn_tensor_make1(&t, NN_F32, 1, NULL, NULL);
    (void)nn_dict_put(&d, "a", &t, NULL);
    o.separator = '.';
    CHECK_REFUSED("level", nn_pth_write(bin_path("w"), &d, &o, &e), e, NN_E_ARG, "nn_pth_write: 'a.b': the names of one level must stand together, and no value may have a level's name");
    nn_dict_free(&d);
    (void)nn_tensor_scalar_text(&t, "x", NULL, NULL);
    CHECK_REFUSED("text", write_one("a", &t, 0, 1, &e), e, NN_E_UNSUPPORTED, "nn_safetensors_write: 'a': safetensors has no dtype ucs4");
    (void)nn_tensor_make1(&t, NN_F32, 1, NULL, NULL);
    CHECK_REFUSED("name", write_one("__metadata__", &t, 0, 1, &e), e, NN_E_ARG, "nn_safetensors_write: no tensor may be called __metadata__");
    (void)nn_tensor_make1(&t, NN_F32, 1, NULL, NULL);
    CHECK_REFUSED("metadata", write_one("a", &t, 0, 2, &e), e, NN_E_ARG, "nn_safetensors_write: metadata 'a' is not one text");
}
static void fill(nn_dict *d)
{
    nn_tensor t = NN_ZERO;
    (void)nn_tensor_make2(&t, NN_F32, 3, 4, NULL, NULL);
    nn_f32(&t)[5] = 2.5f;
    (void)nn_dict_put(d, "model/fc.weight", &t, NULL);
    (void)nn_tensor_scalar_i64(&t, 7, NULL, NULL);
    (void)nn_dict_put(d, "model/steps", &t, NULL);
    (void)nn_tensor_scalar_i64(&t, -3, NULL, NULL);
    (void)nn_dict_put(d, "epoch", &t, NULL);
    (void)nn_tensor_scalar_text(&t, "h\xC3\xA9", NULL, NULL);
    (void)nn_dict_put(d, "who", &t, NULL);
}
static void round_trip(void)
{
    nn_dict d = NN_ZERO, r = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t i;
    long k;
    fill(&d);
    o.separator = '/';
    CHECK_OK(nn_pth_write(bin_path("a.pth"), &d, &o, &e), e);
    CHECK_OK(nn_pth_read(&r, bin_path("a.pth"), &o, &e), e);
    CHECK_INT(r.count, d.count);
    for (i = 0; i < r.count; i++) {
        CHECK_STR(r.items[i].name, d.items[i].name);
        CHECK(r.items[i].value.dtype == d.items[i].value.dtype && memcmp(r.items[i].value.data, d.items[i].value.data, nn_tensor_bytes(&d.items[i].value)) == 0);
    }
    nn_dict_free(&r);
    CHECK_OK(nn_pth_read(&r, bin_path("a.pth"), NULL, &e), e);
    CHECK(nn_dict_get(&r, "model.fc.weight") != NULL);
    CHECK_OK(nn_pth_state(&r, &e), e);
    CHECK(r.count == 2 && nn_dict_get(&r, "fc.weight") != NULL);
    nn_dict_free(&r);
    for (k = 1; k < 300; k++) {
        bin_faults f = NN_ZERO;
        nn_io io = bin_table(&f);
        nn_status s;
        o.file.io = &io;
        f.fail_at = k;
        s = nn_pth_write(bin_path("a.pth"), &d, &o, &e);
        CHECK(bin_count() == 1 && f.opened == 0);
        if (f.calls < k) { CHECK_INT(s, NN_OK); break; }
    }
    nn_file_remove(bin_path("a.pth"), NULL, NULL);
    nn_dict_free(&d);
}
/* from an archive that is open, and stays so: the same, and what was left in it can be read */
static void from_an_open_archive(void)
{
    nn_dict d = NN_ZERO, a = NN_ZERO, b = NN_ZERO;
    nn_buf places = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_zip *z = NULL;
    nn_error e = NN_ZERO;
    nn_place at;
    char got[8] = { 0 };
    nn_tensor t = NN_ZERO;
    CHECK_OK(nn_tensor_make1(&t, NN_U8, 5, NULL, &e), e);
    memcpy(t.data, "abcde", 5);
    CHECK_OK(nn_dict_put(&d, "w", &t, &e), e);
    CHECK_OK(nn_pth_write("build/test_pth_open.pth", &d, NULL, &e), e);
    CHECK_OK(nn_zip_open(&z, "build/test_pth_open.pth", NULL, &e), e);
    CHECK_OK(nn_pth_read_zip(&a, z, NULL, &e), e);
    CHECK(a.count == 1 && strcmp(a.items[0].name, "w") == 0 && memcmp(a.items[0].value.data, "abcde", 5) == 0);
    o.file.places = &places;
    CHECK_OK(nn_pth_read_zip(&b, z, &o, &e), e);
    CHECK(b.count == 1 && !b.items[0].value.data && places.len == sizeof at);
    if (places.len == sizeof at) {
        memcpy(&at, places.data, sizeof at);
        CHECK_OK(nn_zip_read(z, at.member, at.offset, got, 5, &e), e);
        CHECK_STR(got, "abcde");
    }
    nn_zip_close(z);
    (void)remove("build/test_pth_open.pth");
    nn_dict_free(&d);
    nn_dict_free(&a);
    nn_dict_free(&b);
    nn_buf_free(&places);
}
static void safetensors_headers(void)
{
    static const struct { const char *json; size_t data; nn_status s; const char *msg; } t[] = {
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ", 8, NN_OK, "" },
        { "{}", 0, NN_OK, "" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]}}", 4, NN_OK, "" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9, NN_E_FORMAT, "bytes follow the last tensor" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, NN_E_FORMAT, "header declares 8 bytes of data, 7 present" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 8, NN_E_FORMAT, "expected 8 bytes of data for its shape, got 4" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, NN_E_FORMAT, "data must begin at 0, got 4 (gap)" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 3, NN_E_FORMAT, "data must begin at 2, got 1 (overlap)" },
        { "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, NN_E_UNSUPPORTED, "dtype 'F8_E4M3' is not supported" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, NN_E_FORMAT, "no list of sizes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4],\"data_offsets\":[0,8]}}", 8,
            NN_E_FORMAT, WIDE("the product of the shape overflows", "has a shape that is no list of sizes") },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}", 8, NN_E_FORMAT, "memory:1:59: duplicate name 'a', the first is at 1:6" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,-4]}}", 4, NN_E_FORMAT, "memory: 'a' has data_offsets that are no positions" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,4]}}", 4, NN_E_FORMAT, "memory: 'a': its data end at 4, before they begin at 8" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", 4, NN_E_LIMIT, "memory: 'a': expected at most 8 dimensions, got 9" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4],\"x\":1}}", 4, NN_E_FORMAT, "memory: 'a' has an unknown field 'x'" },
        { "{\"a\\u0000b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, NN_E_UNSUPPORTED, "memory: a name holds a NUL character" },
        { "{\"a\\u001b[2J\":1}", 0, NN_E_FORMAT, "memory: 'a?[2J' is not an object" },
        { "{\"__metadata__\":1}", 0, NN_E_FORMAT, "memory: __metadata__ is not an object" },
        { "{\"__metadata__\":{\"a\":\"x\\u0000\"}}", 0, NN_E_UNSUPPORTED, "memory: __metadata__ holds a NUL character" },
        { "{\"a\":", 0, NN_E_FORMAT, "memory:1:6: expected a value, got the end" },
        { "[]", 0, NN_E_FORMAT, "memory: byte 8: the header does not begin with '{'" },
        { "{\"__metadata__\":{\"a\":1}}", 0, NN_E_FORMAT, "__metadata__ 'a' is not a string" },
        { " {}", 0, NN_E_FORMAT, "does not begin with '{'" },
        { "{\"a\":1}", 0, NN_E_FORMAT, "memory: 'a' is not an object" },
        { "{\"a\":{\"dtype\":\"F32\"}}", 0, NN_E_FORMAT, "lacks dtype, shape or two data_offsets" } };
    char b[1024];
    size_t i;
    nn_error e = NN_ZERO;
    for (i = 0; i < sizeof t / sizeof *t; i++) {
        size_t n = strlen(t[i].json);
        memset(b, 0, sizeof b);
        b[0] = (char)n;
        memcpy(b + 8, t[i].json, n);
        CHECK_REFUSED(t[i].json, st_parse(b, 8 + n + t[i].data, NULL, &e), e, t[i].s, t[i].msg);
    }
    {
        static const bin_case c[] = {
            { "nothing", P("abc"), NN_E_FORMAT, "memory: expected at least 8 bytes, got 3" },
            { "empty header", P("\1\0\0\0\0\0\0\0{"), NN_E_FORMAT, "memory: byte 0: header of 1 bytes cannot hold an object" },
            { "huge header", P("\xff\xff\xff\xff\0\0\0\0{}"), NN_E_LIMIT, "memory: byte 0: expected a header of at most 100000000 bytes, got 4294967295" },
            { "long header", P("\xff\xff\0\0\0\0\0\0{}"), NN_E_FORMAT, "memory: byte 0: header of 65535 bytes declared, 2 present" } };
        bin_table_test(st_parse, c, sizeof c / sizeof *c);
    }
}
/* one foreign tensor costs one tensor: a dtype that nobody knows, more dimensions than ours */
static void safetensors_foreign(void)
{
    static const char json[] =
        "{\"n\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]},"
        "\"f\":{\"dtype\":\"F8_E4M3\",\"shape\":[1,1,1,1,1,1,1,1,1,2],\"data_offsets\":[8,10]},"
        "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[10,18]},"
        "\"u\":{\"dtype\":\"I24\",\"shape\":[2],\"data_offsets\":[18,24]}}   ";
    static const char wrong[] = "{\"n\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,4]}}";
    static const char wide[] =
        "{\"n\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,4294967296,4294967296],\"data_offsets\":[0,4]}}";
    char b[512], want[400];
    const size_t n = sizeof json - 1;
    const float two[2] = { 1.5f, -2 };
    nn_file_opts o = NN_ZERO;
    nn_buf say = NN_ZERO, places = NN_ZERO;
    nn_error e = NN_ZERO;
    size_t len;
    int mode;
    memset(b, 0, sizeof b);
    nni_put_le32(b, (uint32_t)n);
    memcpy(b + 8, json, n);
    memcpy(b + 8 + n + 10, two, 8);
    bin_little(b + 8 + n + 10, 8, 4);
    (void)snprintf(want, sizeof want,
        "n: F32 of 9 dimensions, 8 at most are read: 8 bytes from byte %zu on|"
        "f: F8_E4M3 of 10 dimensions, 8 at most are read: 2 bytes from byte %zu on|"
        "u: dtype 'I24' is not known: 6 bytes from byte %zu on|", 8 + n, 16 + n, 26 + n);
    o.left = &say;
    for (mode = 0; mode < 2; mode++) {             /* the values; then only where they lie */
        nn_dict d = NN_ZERO;
        say.len = 0;
        o.places = mode ? &places : NULL;
        CHECK_OK(nn_safetensors_read_memory(&d, NULL, b, 8 + n + 24, &o, &e), e);
        CHECK(d.count == 1 && strcmp(d.items[0].name, "b") == 0);
        if (!mode) CHECK(memcmp(d.items[0].value.data, two, 8) == 0);
        for (len = 0; len < say.len; len++) if (!say.data[len]) say.data[len] = '|';
        CHECK(say.len == strlen(want) && memcmp(say.data, want, say.len) == 0);
        nn_dict_free(&d);
        CHECK_REFUSED("cut short", nn_safetensors_read_memory(&d, NULL, b, 8 + n + 23, &o, &e), e,
                      NN_E_FORMAT, mode ? "is behind the end of" : "header declares 6 bytes of data, 5 present");
        CHECK_REFUSED("too long", nn_safetensors_read_memory(&d, NULL, b, 8 + n + 25, &o, &e), e,
                      NN_E_FORMAT, "bytes follow the last tensor");
    }
    o.left = NULL;                                 /* places alone, or nothing: the whole is refused */
    CHECK_REFUSED("places", st_parse(b, 8 + n + 24, NULL, &e), e, NN_E_LIMIT, "'n': expected at most 8");
    for (mode = 0; mode < 2; mode++) {
        nn_dict d = NN_ZERO;
        CHECK_REFUSED("strict", nn_safetensors_read_memory(&d, NULL, b, 8 + n + 24, &o, &e), e, NN_E_LIMIT,
                      "memory: 'n': expected at most 8 dimensions, got 9");
        o.places = NULL;
    }
    o.left = &say;                                 /* and its bytes are held against its shape */
    for (mode = 0; mode < 2; mode++) {
        const char *text = mode ? wide : wrong;
        nn_dict d = NN_ZERO;
        memset(b, 0, sizeof b);
        nni_put_le32(b, (uint32_t)strlen(text));
        memcpy(b + 8, text, strlen(text));
        CHECK_REFUSED(text, nn_safetensors_read_memory(&d, NULL, b, 8 + strlen(text) + 4, &o, &e), e,
                      NN_E_FORMAT, !mode ? "'n': expected 8 bytes of data for its shape, got 4" :
                      WIDE("the product of the shape overflows", "has a shape that is no list of sizes"));
    }
    nn_buf_free(&say);
    nn_buf_free(&places);
}
static void safetensors_damage(void)
{
    nn_dict d = NN_ZERO, m = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_buf b = NN_ZERO;
    (void)nn_tensor_make2(&t, NN_BF16, 3, 4, NULL, NULL);
    (void)nn_dict_put(&d, "w", &t, NULL);
    (void)nn_tensor_make1(&t, NN_F64, 2, NULL, NULL);
    (void)nn_dict_put(&d, "b", &t, NULL);
    (void)nn_tensor_scalar_text(&t, "pt", NULL, NULL);
    (void)nn_dict_put(&m, "format", &t, NULL);
    CHECK_OK(nn_safetensors_write(bin_path("s"), &d, &m, NULL, &e), e);
    CHECK_OK(nn_file_read(&b, bin_path("s"), NULL, &e), e);
    (void)bin_damage(st_parse, b.data, b.len, 1, 1);
    bin_starve(st_parse, b.data, b.len);
    nn_file_remove(bin_path("s"), NULL, NULL);
    nn_dict_free(&d);
    nn_dict_free(&m);
    nn_buf_free(&b);
}
/* items of a dict, as a source that is larger than memory would give them */
static nn_status give(void *user, size_t entry, size_t first, size_t n, void *to, nn_error *e)
{
    const nn_tensor *t = &((const nn_dict *)user)->items[entry].value;
    if (first + n > nn_tensor_count(t) || n * t->itemsize > ((size_t)1 << 20)) return nn_error_set(e,
        NN_E_ARG, "a piece out of range");
    if (entry == 1 && first) return nn_error_set(e, NN_E_IO, "the source broke");
    memcpy(to, (const char *)t->data + first * t->itemsize, n * t->itemsize);
    return NN_OK;
}
/* arrays without data: writers that fetch give the bytes of those that hold, readers with places tell where they lie */
static void in_pieces(void)
{
    static const char *const path[3][2] = { { "build/test_pth_a.npz", "build/test_pth_b.npz" }, { "build/test_pth_a.safetensors", "build/test_pth_b.safetensors" }, { "build/test_pth_a.pth", "build/test_pth_b.pth" } };
    nn_dict d = NN_ZERO, lean = NN_ZERO, back = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_buf a = NN_ZERO, b = NN_ZERO, places = NN_ZERO;
    nn_tensor t = NN_ZERO;
    nn_error e = NN_ZERO;
    nn_place at;
    size_t i, k, dim[2] = { 700, 1000 };
    (void)nn_tensor_make(&t, NN_F32, 2, dim, NULL, NULL);
    for (i = 0; i < 700000; i++) nn_f32(&t)[i] = (float)i;
    (void)nn_dict_put(&d, "w", &t, NULL);
    (void)nn_tensor_make1(&t, NN_F64, 3, NULL, NULL);
    nn_f64(&t)[2] = 0.5;
    (void)nn_dict_put(&d, "b", &t, NULL);
    for (i = 0; i < 2; i++) { t = nn_tensor_view(NULL, d.items[i].value.dtype, d.items[i].value.ndim, d.items[i].value.shape); (void)nn_dict_put(&lean, d.items[i].name, &t, NULL); }
    for (k = 0; k < 3; k++) {
        o.file.places = NULL;
        for (i = 0; i < 2; i++) {
            const nn_dict *from = i ? &lean : &d;
            o.file.fetch = i ? give : NULL;
            o.file.fetch_user = &d;
            CHECK((k == 0 ? nn_npz_write(path[k][i], from, 0, &o.file, &e) : k == 1 ? nn_safetensors_write(path[k][i], from, NULL, &o.file, &e) : nn_pth_write(path[k][i], from, &o, &e)) == NN_OK);
        }
        a.len = b.len = 0;
        CHECK(nn_file_read(&a, path[k][0], NULL, &e) == NN_OK && nn_file_read(&b, path[k][1], NULL, &e) == NN_OK);
        CHECK(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
        o.file.places = &places;
        places.len = 0;
        if (k) {
            CHECK((k == 1 ? nn_safetensors_read(&back, NULL, path[k][1], &o.file, &e) : nn_pth_read(&back, path[k][1], &o, &e)) == NN_OK);
            CHECK(back.count == 2 && places.len == 2 * sizeof at && !back.items[0].value.data && !back.items[1].value.data);
            for (i = 0; i < 2; i++) if (strcmp(back.items[i].name, "b") == 0) {
                memcpy(&at, places.data + i * sizeof at, sizeof at);
                CHECK(at.swapped == nni_big_endian() && (at.member == NN_NO_MEMBER) == (k == 1));
                if (k == 1) {
                    bin_little(a.data + at.offset, 24, 8);
                    CHECK(memcmp(a.data + at.offset, d.items[1].value.data, 24) == 0);
                    bin_little(a.data + at.offset, 24, 8);
                }
            }
            nn_dict_free(&back);
            if (k == 1) {                            /* the data cut short: still refused, though nothing of them is read */
                nn_file_opts w = NN_ZERO;
                (void)nn_file_write(path[k][1], a.data, a.len - 1, &w, NULL);
                CHECK(nn_safetensors_read(&back, NULL, path[k][1], &o.file, &e) == NN_E_FORMAT && strstr(e.msg, "2800000 bytes of data, 2799999 present") != NULL);
            }
        }
    }
    dim[0] = 1 << 18;                                /* a source that breaks: its error, and no file */
    t = nn_tensor_view(NULL, NN_F64, 1, dim);
    (void)nn_dict_put(&lean, "b", &t, NULL);
    nn_tensor_free(&d.items[1].value);
    (void)nn_tensor_make1(&d.items[1].value, NN_F64, dim[0], NULL, NULL);
    o.file.places = NULL;
    (void)nn_file_remove(path[2][1], NULL, NULL);
    CHECK(nn_pth_write(path[2][1], &lean, &o, &e) == NN_E_IO && strcmp(e.msg, "the source broke") == 0 && !nn_file_exists(path[2][1], NULL));
    for (k = 0; k < 3; k++) for (i = 0; i < 2; i++) (void)nn_file_remove(path[k][i], NULL, NULL);
    nn_dict_free(&d);
    nn_dict_free(&lean);
    nn_buf_free(&a);
    nn_buf_free(&b);
    nn_buf_free(&places);
}
/* the old stream: its storages stay in the file, too; damage is told as by the reader that holds all of it */
static void old_stream_in_place(void)
{
    static const char head[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." "\x80\x02M\xe9\x03." "\x80\x02}." "\x80\x02"
        "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" "0X\x03\0\0\0cpuJ\0\0\x20\0tQK\0J\0\0\x20\0\x85K\x01\x85\x89}tR." "\x80\x02]X\x01\0\0\0" "0a.";
    static const char path[] = "build/test_pth_old.pth";
    size_t n = sizeof head - 1, count = (size_t)1 << 21, all = n + 8 + 4 * count;
    char *b = (char *)calloc(all, 1);
    nn_buf places = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_dict d = NN_ZERO, held = NN_ZERO;
    nn_error e = NN_ZERO, f = NN_ZERO;
    nn_place at = NN_ZERO;
    CHECK(b != NULL);
    if (!b) return;
    memcpy(b, head, n);
    b[n + 2] = 0x20;                                 /* 2^21 floats */
    b[all - 4] = 1;
    o.file.places = &places;
    CHECK(nn_file_write(path, b, all, NULL, &e) == NN_OK && nn_pth_read(&d, path, &o, &e) == NN_OK && nn_pth_read(&held, path, NULL, &e) == NN_OK);
    if (places.len == sizeof at) memcpy(&at, places.data, sizeof at);
    CHECK(d.count == 1 && !d.items[0].value.data && nn_tensor_count(&d.items[0].value) == count && at.offset == n + 8 && at.member == NN_NO_MEMBER);
    if (held.count == 1) bin_little(held.items[0].value.data, 4 * count, 4);
    CHECK(held.count == 1 && memcmp(held.items[0].value.data, b + n + 8, 4 * count) == 0);
    nn_dict_free(&d);
    places.len = 0;
    CHECK(nn_file_write(path, b, all - 1, NULL, &e) == NN_OK && nn_pth_read(&d, path, &o, &e) == NN_E_FORMAT && nn_pth_read(&d, path, NULL, &f) == NN_E_FORMAT);
    CHECK(strcmp(e.msg, f.msg) == 0 && strstr(e.msg, "a storage is cut short") != NULL && places.len == 0);
    (void)nn_file_remove(path, NULL, NULL);
    nn_dict_free(&held);
    nn_buf_free(&places);
    free(b);
}
/* files that other sizes of size_t once stumbled over: index 2^32 - 1 of the memo wrote before it in 32 bits */
static void found_before(void)
{
    static const char *const path[] = { "tests/data/hostile/pth_memo32", "tests/data/hostile/pth_memo32_list" };
    nn_error e = NN_ZERO;
    size_t i;
    for (i = 0; i < 2; i++) {
        nn_dict d = NN_ZERO;
        CHECK_REFUSED(path[i], nn_pth_read(&d, path[i], NULL, &e), e, NN_E_LIMIT,
            "a memo index beyond the number of values");
        CHECK_INT(d.count, 0);
        nn_dict_free(&d);
    }
}
/* how far the pickles go is told by their opcodes: every opcode of such files, cuts, and the same faults
 * as by the reader that holds all */
static void old_stream_long(void)
{
    static const char head[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." "\x80\x02M\xe9\x03." "\x80\x02}."
        "\x80\x02}q\1(X\1\0\0\0tX\0\0\x10\0";       /* {'t': a text of 1 MiB, which holds all bytes below 128 */
    static const char rest[] =
        "r\2\0\0\0X\1\0\0\0lq\3](K.M..J....\x8a\1.\x8a\0G?.......eX\1\0\0\0oU\3.\n.T\2\0\0\0..\x86"
        "X\1\0\0\0bh\3j\2\0\0\0\x86X\1\0\0\0d}X\1\0\0\0a\x88sX\1\0\0\0nNX\1\0\0\0e)X\1\0\0\0f]\x89" "a"
        "X\1\0\0\0gctorch\nSize\n]K\3a\x85\x81X\1\0\0\0m(K\1K\2tX\1\0\0\0w"
        "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" "0X\3\0\0\0cpuK\2tQK\0"
        "K\2\x85K\1\x85\x89}tRu}b.\x80\x02]X\1\0\0\0" "0a.";
    static const char path[] = "build/test_pth_long.pth";
    const size_t text = (size_t)1 << 20, n = sizeof head - 1 + text + sizeof rest - 1, all = n + 16;
    char *b = (char *)calloc(all, 1);
    const float two[2] = { 1.5f, -2 };
    nn_buf places = NN_ZERO;
    nn_pth_opts o = NN_ZERO;
    nn_dict d = NN_ZERO, held = NN_ZERO;
    nn_error e = NN_ZERO, f = NN_ZERO;
    nn_place at;
    size_t i;
    CHECK(b != NULL);
    if (!b) return;
    memcpy(b, head, sizeof head - 1);
    for (i = 0; i < text; i++) b[sizeof head - 1 + i] = (char)(i % 127 + 1);
    memcpy(b + sizeof head - 1 + text, rest, sizeof rest - 1);
    b[n] = 2;
    memcpy(b + n + 8, two, 8);
    bin_little(b + n + 8, 8, 4);
    o.file.places = &places;
    CHECK_OK(nn_file_write(path, b, all, NULL, &e), e);
    CHECK_OK(nn_pth_read(&d, path, &o, &e), e);
    CHECK_OK(nn_pth_read_memory(&held, b, all, NULL, &e), e);
    CHECK_INT(d.count, held.count);
    CHECK(places.len == d.count * sizeof at && d.count == 11);
    for (i = 0; i < d.count && i < held.count; i++) {
        const nn_tensor *x = &d.items[i].value, *y = &held.items[i].value;
        CHECK(strcmp(d.items[i].name, held.items[i].name) == 0 && x->dtype == y->dtype);
        CHECK(nn_tensor_bytes(x) == nn_tensor_bytes(y));
        memcpy(&at, places.data + i * sizeof at, sizeof at);
        if (strcmp(d.items[i].name, "w") == 0) CHECK(!x->data && at.offset == n + 8 && memcmp(y->data, two, 8) == 0);
        else if (nn_tensor_bytes(x)) CHECK(memcmp(x->data, y->data, nn_tensor_bytes(x)) == 0);
    }
    nn_dict_free(&d);
    nn_dict_free(&held);
    places.len = 0;
    for (i = 1; i < sizeof rest + 16; i += 5) {          /* cut short, and another opcode: not one that is known */
        const char was = b[all - i];
        CHECK_OK(nn_file_write(path, b, all - i, NULL, &e), e);
        CHECK(nn_pth_read(&d, path, &o, &e) == NN_E_FORMAT);
        CHECK(nn_pth_read_memory(&d, b, all - i, NULL, &f) == NN_E_FORMAT);
        CHECK(strstr(e.msg, strchr(f.msg, ':')) != NULL && places.len == 0);
        if (i <= 16) continue;
        b[all - i] = (char)0xff;
        CHECK_OK(nn_file_write(path, b, all, NULL, &e), e);
        {
            nn_status s = nn_pth_read(&d, path, &o, &e), t = nn_pth_read_memory(&held, b, all, NULL, &f);
            CHECK(s == t && (s == NN_OK || strstr(e.msg, strchr(f.msg, ':')) != NULL));
            places.len = 0;
        }
        nn_dict_free(&d);
        nn_dict_free(&held);
        b[all - i] = was;
    }
    (void)nn_file_remove(path, NULL, NULL);
    nn_buf_free(&places);
    free(b);
}
/* np.save(np.array([..], dtype=object)) of NumPy 2.4: texts are read where opts.objects says so, anything else is not */
static void object_texts(void)
{
    static const char begin[] =
        "\x8c\x16numpy._core.multiarray\x94\x8c\x0c_reconstruct\x94\x93\x94\x8c\5numpy\x94\x8c\7ndarray\x94\x93\x94K\0\x85\x94"
        "C\1b\x94\x87\x94R\x94(K\1K";
    static const char middle[] =
        "\x85\x94h\3\x8c\5dtype\x94\x93\x94\x8c\2O8\x94\x89\x88\x87\x94R\x94(K\3\x8c\1|\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
        "K?t\x94" "b\x89]\x94(";
    static const char texts[] = "\x8c\1a\x94\x8c\3bcd\x94\x8c\0\x94\x8c\3h\xc3\xa9\x94" "et\x94" "b.";
    static const char mixed[] = "\x8c\1a\x94K\5K\6\x8c\1b\x94" "et\x94" "b.";
    static const uint32_t want[12] = { 'a', 0, 0, 'b', 'c', 'd', 0, 0, 0, 'h', 0xE9, 0 };
    int k;
    for (k = 0; k < 2; k++) {
        char head[128];
        unsigned char lead[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0, 0 }, frame[11] = { 0x80, 4, 0x95 };
        const size_t n = sizeof begin + sizeof middle + (k ? sizeof mixed : sizeof texts) - 2;
        nn_buf b = NN_ZERO;
        nn_tensor t = NN_ZERO;
        nn_file_opts o = NN_ZERO;
        nn_error e = NN_ZERO;
        lead[8] = (unsigned char)snprintf(head, sizeof head, "{'descr': '|O', 'fortran_order': False, 'shape': (4,), }\n");
        frame[3] = (unsigned char)n;
        frame[4] = (unsigned char)(n >> 8);
        CHECK_OK(nn_buf_put(&b, lead, sizeof lead, &e), e);
        CHECK_OK(nn_buf_put(&b, head, lead[8], &e), e);
        CHECK_OK(nn_buf_put(&b, frame, sizeof frame, &e), e);
        CHECK_OK(nn_buf_put(&b, begin, sizeof begin - 1, &e), e);
        CHECK_OK(nn_buf_put(&b, "\4", 1, &e), e);
        CHECK_OK(nn_buf_put(&b, middle, sizeof middle - 1, &e), e);
        CHECK_OK(k ? nn_buf_put(&b, mixed, sizeof mixed - 1, &e) : nn_buf_put(&b, texts, sizeof texts - 1, &e), e);
        CHECK_OK(nn_file_write(bin_path("o.npy"), b.data, b.len, NULL, &e), e);
        CHECK_INT(nn_npy_read(&t, bin_path("o.npy"), NULL, &e), NN_E_UNSUPPORTED);
        o.objects = nn_npy_object_text;
        if (k) CHECK_INT(nn_npy_read(&t, bin_path("o.npy"), &o, &e), NN_E_UNSUPPORTED);
        else {
            CHECK_OK(nn_npy_read(&t, bin_path("o.npy"), &o, &e), e);
            CHECK(t.dtype == NN_UCS4 && t.itemsize == 12 && t.shape[0] == 4 && memcmp(t.data, want, sizeof want) == 0);
            nn_tensor_free(&t);
        }
        nn_buf_free(&b);
    }
    (void)nn_file_remove(bin_path("o.npy"), NULL, NULL);
}

int main(void)
{
    (void)nn_dir_make("build", NULL, NULL);               /* their files lie there; absent when built by hand */
    RUN(pickles);
    RUN(bounds);
    RUN(large);
    RUN(kinds);
    RUN(left);
    RUN(found_before);
    RUN(other_layouts);
    RUN(writers_refuse);
    RUN(round_trip);
    RUN(from_an_open_archive);
    RUN(safetensors_headers);
    RUN(safetensors_foreign);
    RUN(safetensors_damage);
    RUN(in_pieces);
    RUN(old_stream_in_place);
    RUN(old_stream_long);
    RUN(object_texts);
    bin_done();
    return test_report();
}
