#!/bin/sh
# tests/e2e_artificial_real.sh - artificial_data on files that nobody here made: MNIST checkpoints that PyTorch wrote, optical
# digits, Spambase, Vowel, MNIST's IDX files. Short trainings; skips without the data (NN_TEST_DATA, default ../shared/data).
P=$(pwd)/build/artificial_data
D=${NN_TEST_DATA:-../shared/data}
if [ ! -f "$D/README.md" ]; then echo "skip artificial_real: needs NN_TEST_DATA"; echo "0 passed, 0 failed, 1 skipped"; exit 0; fi
D=$(cd "$D" && pwd)
[ -x "$P" ] || { echo "FAIL build/artificial_data is missing: make first"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
passed=0; failed=0
T=$(mktemp -d "${TMPDIR:-/tmp}/nn_e2e.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
# at_least NAME KEY BOUND COMMAND...; BOUND "=X": exactly X
at_least() {
    name=$1; key=$2; bound=$3; shift 3
    if ! "$@" --quiet >out.txt 2>err.txt; then failed=$((failed + 1)); echo "FAIL $name: $(tail -n 2 err.txt)"; return; fi
    got=$(sed -n "s/^$key //p" out.txt)
    if awk -v g="$got" -v b="$bound" 'BEGIN { e = substr(b, 1, 1) == "="; if (e) b = substr(b, 2); exit !(g != "" && (e ? g + 0 == b + 0 : g + 0 >= b + 0)) }'
    then passed=$((passed + 1)); echo "$name: $key $got"
    else failed=$((failed + 1)); echo "FAIL $name: $key $got, expected $bound"; fi
}
M="--test $D/mnist/t10k-images-idx3-ubyte.gz --input-divide 255"
N="--input-mean 0.1307 --input-std 0.3081"
# the figures that the data's README states, counted there with the Python standard library
at_least zahmedy accuracy =0.956 "$P" evaluate --model "$D/torch/mnist_mlp_zahmedy.pth" $M $N --rows 500 --out e1
at_least zahmedy_map accuracy =0.956 "$P" evaluate --model "$D/torch/mnist_mlp_zahmedy.pth" --arch 64,32 --map fc1=layers.0.0,fc2=layers.1.0,fc3=head.0 $M $N --rows 500 --out e2
at_least zahmedy_plain accuracy =0.924 "$P" evaluate --model "$D/torch/mnist_mlp_zahmedy.pth" $M --rows 500 --out e3
at_least vinay accuracy =0.99 "$P" evaluate --model "$D/torch/mnist_ffn_vinay.pth" --map l1=layers.0.0 l2=layers.1.0 l3=head.0 $M $N --rows 100 --out e4
at_least vinay_plain accuracy =0.96 "$P" evaluate --model "$D/torch/mnist_ffn_vinay.pth" $M --rows 100 --out e5
at_least optdigits accuracy 0.955 "$P" train --train "$D/optdigits/optdigits.tra" --test "$D/optdigits/optdigits.tes" --arch 256,128 --dropout 0.2 --init he --input-divide 16 --epochs 8 --out o --name digits
at_least spambase accuracy 0.9 "$P" train --train "$D/extra/spambase/spam.data" --delimiter space --no-header --test-size 0.2 --arch 64 --init he --standardize --epochs 8 --out s
at_least vowel val_accuracy 0.8 "$P" train --train "$D/extra/vowel/vowel.train" --test "$D/extra/vowel/vowel.test" --label y --drop row.names --arch 64,32 --init he --standardize --epochs 60 --out v
at_least mnist accuracy 0.92 "$P" train --train "$D/mnist/t10k-images-idx3-ubyte.gz" --test-size 0.2 --split-seed 42 --arch 128 --init he --input-divide 255 --epochs 3 --name mnist --out m
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
