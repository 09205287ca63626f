/* 14_raii.cpp - from C++: owners that free by themselves, statuses that become exceptions. C++11.
 *     c++ -O2 14_raii.cpp -o 14_raii && ./14_raii
 * The headers are C; a dozen lines give them C++ manners, the way your project likes them. Start again at README.md. */
#define NN_IMPLEMENTATION
#include "../../nn_train.h"
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

struct failed : std::runtime_error { explicit failed(const nn_error &e) : std::runtime_error(e.msg) {} };
inline void must(nn_status s, const nn_error &e) { if (s != NN_OK) throw failed(e); }

struct mlp_deleter { void operator()(nn_mlp *m) const { nn_mlp_destroy(m); } };
using mlp = std::unique_ptr<nn_mlp, mlp_deleter>;

inline mlp make_mlp(const nn_mlp_desc &d)
{
    nn_error e = NN_ZERO;
    nn_mlp *m = nullptr;
    must(nn_mlp_create(&m, &d, &e), e);
    return mlp(m);
}

int main()
{
    const std::vector<float> x = { 0, 0, 0, 1, 1, 0, 1, 1 };
    const std::vector<int64_t> y = { 0, 1, 1, 0 };
    const std::vector<size_t> hidden = { 8 };
    nn_mlp_desc md = NN_ZERO;
    md.n_in = 2;  md.n_out = 2;  md.hidden = hidden.data();  md.n_hidden = hidden.size();  md.act = NN_ACT_TANH;  md.seed = 3;
    mlp m = make_mlp(md);

    nn_train_set set = NN_ZERO;
    nn_train_desc td = NN_ZERO;
    nn_error e = NN_ZERO;
    set.x = x.data();  set.labels = y.data();  set.n = y.size();
    td.epochs = 300;  td.batch_size = 4;  td.optim.lr = 0.05;
    must(nn_train_fit(m.get(), &set, nullptr, &td, nullptr, &e), e);

    std::vector<float> out(2 * y.size());
    must(nn_mlp_predict(m.get(), out.data(), nn_mlp_dense(x.data(), 0), y.size(), 1, &e), e);
    for (size_t i = 0; i < y.size(); i++) std::printf("%d", out[2 * i + 1] > out[2 * i]);
    std::printf("\n");
    try { md.n_in = 0; make_mlp(md); }
    catch (const failed &f) { std::printf("refused: %s\n", f.what()); }
    return 0;
}
/* prints:
 * 0110
 */
