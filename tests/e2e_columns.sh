#!/bin/sh
# tests/e2e_columns.sh - artificial_data: tables find a model's inputs by the names of their columns
# A table with columns a, b, c and label y trains a model; then other tables, each with what must come of it:
#   right WHAT COMMAND...      exit 0 and the accuracy of the table as it was
#   refused WORDS COMMAND...   exit 1 and WORDS in the message
set -u
root=$(pwd)
A=$root/${BUILD:-build}/artificial_data
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
cd "$tmp" || exit 1
passed=0; failed=0
good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $*"; tail -n 3 said | cut -c1-200; }
n=0
run() { n=$((n + 1)); "$@" >said 2>&1 </dev/null; rc=$?; }
right() {
    what=$1; shift
    run "$@"
    if [ $rc -eq 0 ] && [ "$(sed -n 's/^accuracy //p' said)" = "$want" ]; then good; else bad "$what: status $rc, accuracy $(sed -n 's/^accuracy //p' said), expected $want"; fi
}
refused() {
    words=$1; shift
    run "$@"
    if [ $rc -eq 1 ] && grep -qF -- "$words" said; then good; else bad "status $rc (expected 1), wanted '$words': $*"; fi
}
misused() {
    words=$1; shift
    run "$@"
    if [ $rc -eq 2 ] && grep -qF -- "$words" said; then good; else bad "status $rc (expected 2), wanted '$words': $*"; fi
}
# 120 rows: a decides, b against it, c is noise; the label is text
awk 'BEGIN { print "a,b,c,y"
    for (i = 0; i < 120; i++) { s = (s * 1103 + 12345) % 65536; a = s % 200 / 50 - 2; s = (s * 1103 + 12345) % 65536; b = s % 200 / 50 - 2
        s = (s * 1103 + 12345) % 65536; print a "," b "," s % 100 / 25 "," (a > b ? "yes" : "no") } }' >train.csv
awk -F, 'NR == 1 || NR % 2' train.csv >test.csv
cut_to() { awk -F, -v OFS=, -v w="$1" 'NR == 1 { n = split(w, c, ","); for (i = 1; i <= NF; i++) at[$i] = i }
    { line = ""; for (i = 1; i <= n; i++) line = line (i > 1 ? "," : "") $at[c[i]]; print line }' test.csv; }
run "$A" train --train train.csv --arch 8 --epochs 60 --lr 0.02 --name m --no-plots --out m
[ $rc -eq 0 ] || bad "training"
M=m/mlp_m_model.pth
grep -q '"features": \["a", "b", "c"\]' m/mlp_m_model.json || tr -d '\n ' <m/mlp_m_model.json | grep -q '"features":\["a","b","c"\]' && good || bad "no features in the description"
run "$A" evaluate --model $M --test test.csv --no-plots --out e
want=$(sed -n 's/^accuracy //p' said)
case $want in 1 | 0.9*) good ;; *) bad "the model learned nothing: accuracy $want" ;; esac
ev() { t=$1; shift; "$A" evaluate --model $M --test "$t" --no-plots --overwrite --out e "$@"; }

# evaluate: every order of the three columns, and the label anywhere
for o in b,a,c,y c,b,a,y b,c,a,y a,c,b,y c,a,b,y y,a,b,c b,y,a,c; do cut_to $o >t.csv; right "order $o" ev t.csv; done
cut_to b,a,c,y >swapped.csv
run ev swapped.csv
grep -q "put in the model's order, by name" said && good || bad "no note of another order"
tr -d "\n " <e/mlp_m_model_on_swapped_run.json | grep -q '"columns_of_swapped.csv":"reordered"' && good || bad "run.json says nothing of the order"
# as they stand: the wrong answer, asked for
run ev swapped.csv --columns position
if [ $rc -eq 0 ] && [ "$(sed -n 's/^accuracy //p' said)" != "$want" ]; then good; else bad "--columns position: status $rc, the same accuracy"; fi
# missing, renamed, extra, twice
cut_to a,b,y >t.csv;                         refused "no column is called 'c'" ev t.csv
sed '1s/c/C/' test.csv >t.csv;               refused "no column is called 'c'" ev t.csv
sed '1s/a,b/x,z/' test.csv >t.csv;           refused "no column is called 'a'" ev t.csv
awk -F, -v OFS=, '{ print (NR == 1 ? "id" : NR), $0 }' test.csv >wide.csv
                                             refused "column 'id' is none of the model's 3 inputs" ev wide.csv
right "extra, left out" ev wide.csv --ignore-extra
awk -F, -v OFS=, 'NR == 1 { print "b,extra,a,c,y"; next } { print $2, 7, $1, $3, $4 }' test.csv >t.csv
right "extra and reordered" ev t.csv --ignore-extra
awk -F, -v OFS=, 'NR == 1 { print "a,b,c,a,y"; next } { print $1, $2, $3, $1, $4 }' test.csv >t.csv
                                             refused "column 'a.1' is none" ev t.csv
right "dropped by name" ev wide.csv --drop id
misused "--ignore-extra" ev test.csv --ignore-extra --columns position
# the label: another name is the last column; a label that is not there
sed '1s/y/target/' test.csv >t.csv;          right "a label of another name" ev t.csv
                                             refused "'nosuch'" ev test.csv --label nosuch
sed 's/,yes/,perhaps/' test.csv >t.csv;      refused "'perhaps'" ev t.csv
# no names
sed 1d test.csv >bare.csv;                   right "no header" ev bare.csv --no-data.header
# cells that are no numbers
sed '3s/^[^,]*/red/' swapped.csv >t.csv;     refused "column 'b'" ev t.csv

# predict: the same names, the label left out by its name wherever it stands
pr() { t=$1; shift; "$A" predict --model $M --input "$t" --overwrite --output p.csv "$@"; }
run pr test.csv; cp p.csv p0.csv
for o in a,b,c b,a,c y,c,b,a c,y,a,b; do
    cut_to $o >t.csv; run pr t.csv
    if [ $rc -eq 0 ] && cmp -s p.csv p0.csv; then good; else bad "predict $o: status $rc or other predictions"; fi
done
cut_to b,c >t.csv;                           refused "no column is called 'a'" pr t.csv
                                             refused "column 'id' is none" pr wide.csv
run pr wide.csv --ignore-extra
if [ $rc -eq 0 ] && cmp -s p.csv p0.csv; then good; else bad "predict --ignore-extra: status $rc or other predictions"; fi
# training and fine-tuning: the test table and the new table
run "$A" train --train train.csv --test test.csv --arch 8 --epochs 5 --name n --no-plots --out n; cp said said.n; cp -r n n0
run "$A" train --train train.csv --test swapped.csv --arch 8 --epochs 5 --name n --no-plots --overwrite --out n
if [ "$(grep '^accuracy' said)" = "$(grep '^accuracy' said.n)" ]; then good; else bad "train --test in another order"; fi
refused "is none of the model's" "$A" train --train train.csv --test wide.csv --arch 8 --epochs 5 --name n --no-plots --overwrite --out n
run "$A" finetune --from $M --train train.csv --epochs 5 --name f --no-plots --out f; cp said said.f
awk -F, -v OFS=, '{ print $3, $2, $1, $4 }' train.csv >turned.csv
run "$A" finetune --from $M --train turned.csv --epochs 5 --name f --no-plots --overwrite --out f
if [ $rc -eq 0 ] && [ "$(grep 'weights_sha256' said)" = "$(grep 'weights_sha256' said.f)" ]; then good; else bad "finetune in another order: status $rc or other weights"; fi
sed '1s/a,b,c/d,e,f/' train.csv >others.csv
refused "no column is called 'a'" "$A" finetune --from $M --train others.csv --epochs 5 --name f --no-plots --overwrite --out f
run "$A" finetune --from $M --train others.csv --columns position --epochs 5 --name f --no-plots --overwrite --out f
if [ $rc -eq 0 ] && tr -d '\n ' <f/mlp_f_finetuned_model.json | grep -q '"features":\["d","e","f"\]'; then good; else bad "finetune --columns position: status $rc, or not the new names"; fi
# taskvec: each test table by its model's names
run "$A" taskvec --pretrained $M --finetuned n0/mlp_n_model.pth --test test.csv --op add --scale 1 --force --no-plots --out v; grep accuracy said >said.v
run "$A" taskvec --pretrained $M --finetuned n0/mlp_n_model.pth --test swapped.csv --op add --scale 1 --force --no-plots --overwrite --out v
if [ -s said.v ] && [ "$(grep accuracy said | sed s/swapped/test/g)" = "$(cat said.v)" ]; then good; else bad "taskvec in another order"; fi
# a description that says what is not so
sed 's/"relu"/"elu"/' m/mlp_m_model.json >t.json; cp $M t.pth
refused "activation: expected one such as relu" "$A" evaluate --model t.pth --test test.csv --no-plots --overwrite --out e
tr -d '\n' <m/mlp_m_model.json | sed 's/"features": *\[[^]]*\]/"features": ["a"]/' >t.json
refused "features: expected a list of 3" "$A" evaluate --model t.pth --test test.csv --no-plots --overwrite --out e
# a description of other weights
cp n0/mlp_n_model.pth t.pth; cp m/mlp_m_model.json t.json
refused "weights_sha256" "$A" evaluate --model t.pth --test test.csv --no-plots --overwrite --out e
run "$A" evaluate --model t.pth --test test.csv --ignore-hash --no-plots --overwrite --out e
if [ $rc -eq 0 ]; then good; else bad "--ignore-hash: status $rc"; fi
cp $M t.pth
# a description without features, as version 0.1 wrote them: columns as they stand
tr -d '\n' <m/mlp_m_model.json | sed 's/"features": *\[[^]]*\]/"features": null/' >t.json
right "no features in the description" "$A" evaluate --model t.pth --test test.csv --no-plots --overwrite --out e
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
