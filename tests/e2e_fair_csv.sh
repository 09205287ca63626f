#!/bin/sh
# tests/e2e_fair_csv.sh - fair_tasks evaluate on tables as people have them: each is read right (rows, group, positives, features), or refused
# with a message that names what is wrong. Most tables have too few rows for the evidence: what is judged here is the reading.
prog=${BUILD:-build}/fair_tasks
passed=0; failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM
f=$dir/t.csv
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $1"; }
n=0
run() { n=$((n + 1)); $prog evaluate --dataset csv --csv "$f" --bootstrap 0 --inits 1 --threads 1 --quiet --out "$dir/o$n" "$@" >"$dir/log" 2>&1; }
# right NAME "ROWS IN_GROUP POSITIVES FEATURE..." OPTION...
right() {
    name=$1; want=$2; shift 2
    if ! run "$@"; then bad "$name: $(head -n 1 "$dir/log")"; return; fi
    got=$(awk '$1 == "rows" || $1 == "group_rows" { v[$1] = $2 } $1 == "positive_rate" { p = $2 } $1 ~ /^feature_/ { $1 = ""; x = x $0 }
               END { printf "%d %d %d%s", v["rows"], v["group_rows"], p * v["rows"] + 0.5, x }' "$dir/log")
    [ "$got" = "$want" ] && ok || bad "$name: got '$got', expected '$want'"
}
# refused NAME TEXT OPTION...: exit 1 or 2, the text in the message, no crash, nothing half-written
refused() {
    name=$1; want=$2; shift 2
    run "$@"; rc=$?
    if [ $rc -ne 1 ] && [ $rc -ne 2 ]; then bad "$name: exit $rc"
    elif grep -qF -- "$want" "$dir/log"; then ok; else bad "$name: $(head -n 1 "$dir/log")"; fi
}
# table ROWS 'awk expression of a row; i counts from 0': lines of y,x,g and whatever the expression makes of them
table() { awk -v n="$1" "BEGIN { for (i = 0; i < n; i++) { y = i % 2; x = (i * 37 % 101) / 10 + y; g = i % 3 == 0 ? \"a\" : \"b\"; $2 } }"; }
plain() { echo "y,x,g"; table 24 'printf "%d,%s,%s\n", y, x, g'; }
y="--label y=1 --group g=a"

plain >"$f"; right plain "24 8 12 x" $y
plain | awk '{ printf "%s\r\n", $0 }' >"$f"; right "CRLF" "24 8 12 x" $y
printf %s "$(plain)" >"$f"; right "no newline at the end" "24 8 12 x" $y
{ printf '\357\273\277'; plain; } >"$f"; right "byte order mark" "24 8 12 x" $y
plain | sed 's/,/;/g' >"$f"; right "semicolons" "24 8 12 x" $y
plain | tr , '\t' >"$f"; right "tabs" "24 8 12 x" $y
plain | tr , '|' >"$f"; right "bars" "24 8 12 x" $y
plain | tr , : >"$f"; right "a separator of their own" "24 8 12 x" $y --separator :
plain | tr , '\t' >"$f"; right "--separator tab" "24 8 12 x" $y --separator tab
{ echo '"y;z",x,g'; table 24 'printf "%d,%s,%s\n", y, x, g'; } >"$f"; right "a semicolon in a quoted name" "24 8 12 x" --label 'y;z=1' --group g=a
plain | tr ,. ';,' >"$f"; right "decimal commas" "24 8 12 x" $y --decimal-comma
refused "decimal commas unasked" "column 'x', record" $y
{ echo "y;x;g"; table 24 'printf "%d;%s;%s\n", y, i == 5 ? "1.234,5" : "2,5", g'; } >"$f"; refused "points for thousands" "record 6: got '1.234,5'" $y --decimal-comma
plain >"$f"; refused "decimal commas between commas" "another separator" $y --decimal-comma
refused "two characters" "--separator" $y --separator ';;'
refused "the wrong separator" "column 'y'" $y --separator ';'

# missing
i=0
for w in '' NA nan NULL None '<NA>' '?' '#N/A'; do
    { echo "y,x,g"; table 24 "printf \"%d,%s,%s\n\", y, i == 3 || i == 4 ? \"$w\" : x, g"; } >"$f"; right "missing feature '$w'" "22 7 11 x" $y
done
{ echo "y,x,g"; table 24 'printf "%s,%s,%s\n", i == 3 ? "nan" : i == 6 ? "" : y, x, g'; } >"$f"; right "missing labels" "22 6 11 x" $y
{ echo "y,x,g"; table 24 'printf "%s,%s,%s\n", y, x, i == 3 ? "NaN" : i == 5 ? "?" : g'; } >"$f"; right "missing groups" "22 7 10 x" $y
{ echo "y,x,g"; table 24 'printf "%s,%s,%s\n", y ? "None" : "some", x, g'; } >"$f"; right "a missing word that is asked for" "24 8 12 x" --label y=None --group g=a
{ echo "y,x,g"; table 24 'printf "%s,,%s\n", y, g'; } >"$f"; refused "nothing but missing" "expected a column of numbers" $y
refused "an asked feature is always missing" "no row is left" $y --features x

# label and group
{ echo "y,x,g"; table 24 'printf "%.1f,%s,%s\n", y, x, g'; } >"$f"; right "1 is 1.0" "24 8 12 x" $y
{ echo "y,x,g"; table 24 'printf "%s,%s,%s\n", y ? "True" : "False", x, g'; } >"$f"; right "True and False" "24 8 12 x" --label y=True --group g=a
{ echo "s,x,age"; table 24 'printf "%d,%s,%d\n", i, x, 20 + i'; } >"$f"
right "at least, at least" "24 4 14 x" --label 's>=10' --group 'age>=40'
right "above, below" "24 5 13 x" --label 's>10' --group 'age<25'
right "at most, range" "24 11 11 x" --label 's<=10' --group 'age=25..35'
right "lists" "24 3 4 x" --label 's=1|3|5|21' --group 'age=20|30|40|99'
refused "nothing is that large" "no row has 's > 99'" --label 's>99' --group 'age<25'
refused "everything is that large" "every row has 's >= 0'" --label 's>=0' --group 'age<25'
refused "a range from above" "LO first" --label 's=9..2' --group 'age<25'
refused "not compared with a number" "a number to compare with" --label 's>=ten' --group 'age<25'
refused "no operator" "--label COLUMN=VALUE" --label s --group 'age<25'
refused "no value" "--group COLUMN=VALUE" --label 's>9' --group 'age='
plain >"$f"
refused "words compared as numbers" "record 1: column 'g': expected a number, got 'a'" --label y=1 --group 'g>3'
refused "an unknown column" "expected a column 'z'" --label z=1 --group g=a
refused "a value that never occurs" "the value '2' never occurs" --label y=2 --group g=a
refused "a group that never occurs" "no row is in the group" --label y=1 --group g=c
refused "one column as both" "cannot be the group too" --label y=1 --group y=0
refused "the label as feature" "is the label and cannot be a feature too" $y --features x,y
refused "a feature twice" "asked for twice" $y --features x,x
refused "a feature of words" "expected a number, got 'a'" $y --features g --levels 0
right "the group as feature, asked for" "24 8 12 g = b" $y --features g
{ echo "y,x,g"; table 24 'printf "1,%s,%s\n", x, g'; } >"$f"; refused "one class" "two classes are needed" $y
{ echo "y,x,g"; table 24 'printf "%s,%s,a\n", y, x'; } >"$f"; refused "one group" "every row is in the group" $y

# columns
{ echo ",y,x,g"; table 24 'printf "%d,%d,%s,%s\n", i, y, x, g'; } >"$f"; right "an index without a name" "24 8 12 x" $y
{ echo "Unnamed: 0,y,x,g"; table 24 'printf "%d,%d,%s,%s\n", i + 7, y, x, g'; } >"$f"; right "pandas' name for it" "24 8 12 x" $y
{ echo "id,y,x,g"; table 24 'printf "%d,%d,%s,%s\n", i, y, x, g'; } >"$f"; right "a column with a name is one" "24 8 12 id x" $y
{ echo "y,größe in m,gruppe"; table 24 'printf "%d,%s,%s\n", y, x, g == "a" ? "grün" : "日本"'; } >"$f"; right "unicode" "24 8 12 größe in m" --label y=1 --group gruppe=grün
right "unicode, listed" "24 16 12 größe in m" --label y=1 --group gruppe=日本 --features 'größe in m'
{ echo "y,x,g,c"; table 24 'printf "%d,%s,%s,7\n", y, x, g'; } >"$f"; right "a constant column" "24 8 12 x c" $y
{ echo "y,x,g,x2"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, 2 * x'; } >"$f"; right "two columns that say the same" "24 8 12 x x2" $y
{ echo "y,x,g,x"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, 2 * x'; } >"$f"; right "two columns of one name" "24 8 12 x x.1" $y
{ echo "y,x,g,t"; table 1200 'printf "%d,%s,%s,level %d\n", i == 1 || i == 3 || i == 5, x, g, i'; } >"$f"; right "1,200 levels" "1200 400 3 x" $y
{ echo "y,x,g,t"; table 24 'printf "%d,%s,%s,\"a, \"\"b\"\"\n c\"\n", y, x, g'; } >"$f"; right "quotes, commas and lines in a cell" "24 8 12 x" $y
{ echo " y , x ,g"; table 24 'printf "%d , %s,\t%s \n", y, x, g'; } >"$f"; right "blanks around cells" "24 8 12 x" --label ' y =1' --group g=a
{ echo "y,x,g"; table 24 'printf "%d,%s,%s\n%s", y, x, g, i % 5 ? "" : "\n"'; } >"$f"; right "blank lines" "24 8 12 x" $y
{ echo "y,x,g"; table 24 'printf "%d,%s,%s\n", y, i == 9 ? "inf" : x, g'; } >"$f"; refused "an infinity" "record 10: got 'inf'" $y
{ echo "y,x,g"; table 24 'printf "%d,%se300,%s\n", y, x, g'; } >"$f"; refused "squares beyond the range" "column 'x': numbers too large" $y
{ echo "y,x,g"; table 24 'printf "%d,%se-300,%s\n", y, x, g'; } >"$f"; right "tiny numbers" "24 8 12 x" $y
{ echo "y,x,g"; table 24 'printf "%d,00%s,%s\n", y, x, g'; } >"$f"; right "leading zeros" "24 8 12 x" $y

# columns of text: levels, the others, missing ones; what became of each column is said
colours='c = i % 4 == 0 ? "red" : i % 4 == 1 ? "blue" : i == 2 ? "grey" : i == 3 ? "cyan" : i % 4 == 2 ? "green" : i == 7 ? "NA" : "green"'
{ echo "y,x,g,c"; table 24 "$colours; "'printf "%d,%s,%s,%s\n", y, x, g, c'; } >"$f"
right "one column a level" "24 8 12 x c = blue c = cyan c = green c = grey c = red c: missing" $y
grep -q '^column_3 c: 5 texts, 1 missing$' "$dir/log" && ok || bad "one column a level: $(grep column_3 "$dir/log")"
grep -q '^column_0 y: left out, the label$' "$dir/log" && grep -q '^column_2 g: left out, the group$' "$dir/log" && ok || bad "what is left out is not said"
right "the commonest levels" "24 8 12 x c = blue c = green c = red c: other c: missing" $y --levels 3
grep -q '^column_3 c: the 3 commonest of 5 texts, 1 missing$' "$dir/log" && ok || bad "the commonest levels: $(grep column_3 "$dir/log")"
right "a tie: the first in order" "24 8 12 x c = blue c = green c: other c: missing" $y --levels 2
right "one level" "24 8 12 x c = green c: other c: missing" $y --levels 1
right "no levels" "24 8 12 x" $y --levels 0
grep -q '^column_3 c: left out, text$' "$dir/log" && ok || bad "no levels: $(grep column_3 "$dir/log")"
right "rows that lack a text" "23 8 11 x c = blue c = cyan c = green c = grey c = red" $y --missing rows
right "text alone" "24 8 12 c = blue c = cyan c = green c = grey c = red c: missing" $y --features c
right "in the order asked for" "24 8 12 c = green c: other c: missing x" $y --features c,x --levels 1
{ echo "y,x,g,c"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, i % 4 ? "No" : "Yes"'; } >"$f"; right "two levels are one column" "24 8 12 x c = Yes" $y
{ echo "y,x,g,c"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, i % 4 ? "" : "seen"'; } >"$f"; right "one level and missing" "24 8 12 x c: missing" $y
{ echo "y,x,g,c"; table 24 'printf "%d,%s,%s,same\n", y, x, g'; } >"$f"; right "one level alone" "24 8 12 x" $y
grep -q '^column_3 c: left out, the same text in every row$' "$dir/log" && ok || bad "one level alone: $(grep column_3 "$dir/log")"
refused "one level alone, asked for" "column 'c' cannot be a feature: the same text in every row" $y --features c
{ echo "y,x,g,c"; table 60 'printf "%d,%s,%s,name %d\n", y, x, g, i'; } >"$f"; right "a name for every row" "60 20 30 x" $y
grep -q '^column_3 c: left out, text of their own in most rows$' "$dir/log" && ok || bad "a name for every row: $(grep column_3 "$dir/log")"
refused "names that are asked for" "column 'c' cannot be a feature: text of their own in most rows" $y --features x,c
run $y --features c --levels 60 && [ "$(grep -c '^feature_[0-9]* c = name' "$dir/log")" = 60 ] && ok || bad "a level for every row"
{ echo "y,x,g,c"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, i == 5 ? "l2" : i % 7'; } >"$f"; right "a word among numbers" "24 8 12 x" $y
grep -q '^column_3 c: left out, words among its numbers$' "$dir/log" && ok || bad "a word among numbers: $(grep column_3 "$dir/log")"
refused "a word among numbers, asked for" "record 6: column 'c': expected a number, got 'l2'" $y --features x,c
right "and as text" "24 8 12 x c = 0 c = 1 c: other" $y --categorical c --levels 2
{ echo "y,x,g,zip"; table 24 'printf "%d,%s,%s,%d\n", y, x, g, 100 + i % 3'; } >"$f"
right "numbers are numbers" "24 8 12 x zip" $y
right "numbers that are names" "24 8 12 x zip = 100 zip = 101 zip = 102" $y --categorical zip
refused "names that are no feature" "column 'zip' is categorical, but no feature" $y --categorical zip --features x
refused "names of no column" "expected a column 'zap'" $y --categorical zap
refused "the label as names" "is the label and cannot be a feature too" $y --categorical y
{ echo "y,x,g,farbe"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, i % 3 == 0 ? "grün" : i % 3 == 1 ? "黄" : "rot"'; } >"$f"; right "unicode levels" "24 8 12 x farbe = grün farbe = rot farbe = 黄" $y
{ echo "y,x,g,c"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, i % 3 == 0 ? "a=b" : i % 3 == 1 ? "\"a,b\"" : " a b "'; } >"$f"; right "signs in levels" "24 8 12 x c = a b c = a,b c = a=b" $y
{ echo "y,x,g,c"; table 24 'printf "%d,%s,%s,", y, x, g; for (k = 0; k < 40; k++) printf i % 3 ? "ab" : "ü"; printf i % 3 == 1 ? "!\n" : "\n"'; } >"$f"
cut=abababababababababababababababababababababababababababab; uml=$(printf '%0.sü' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28)
right "long levels are cut" "24 8 12 x c = ${cut}a... c = ${cut}a... c = $uml..." $y
{ echo "y,x,g,c"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, i % 2 ? "True" : "False"'; } >"$f"; right "a text that is the label in words" "24 8 12 x" $y
grep -q '^column_3 c: left out, the label again$' "$dir/log" && ok || bad "the label in words: $(grep column_3 "$dir/log")"
right "and asked for" "24 8 12 x c = True" $y --features x,c
{ echo "y,x,g,c"; table 24 'printf "%d,%s,%s,%.1f\n", y, x, g, i == 7 ? 1 - y : y'; } >"$f"; right "nearly the label" "24 8 12 x c" $y
{ echo "y,x,g,y"; table 24 'printf "%d,%s,%s,%d\n", i % 3, x, g, i % 3'; } >"$f"; right "the label's column twice, three labels" "24 8 8 x" $y
{ echo "y,x,g,sex"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, g == "a" ? "f" : "m"'; } >"$f"; right "the group in other words" "24 8 12 x" $y
grep -q '^column_3 sex: left out, the group again$' "$dir/log" && ok || bad "the group in other words: $(grep column_3 "$dir/log")"
{ echo "y,x,g,g"; table 24 'printf "%d,%s,%s,%s\n", y, x, i % 7 ? g : "c", i % 7 ? g : "c"'; } >"$f"; right "the group's column twice, three groups" "24 6 12 x" $y
{ echo "y,x,g,p"; table 24 'printf "%d,%s,%s,\"%d,%d\"\n", y, x, g, i, i % 3'; } >"$f"; right "decimal commas beside points" "24 8 12 x" $y

# missing numbers
{ echo "y,x,g,w"; table 24 'printf "%d,%s,%s,%s\n", y, x, g, i % 4 == 1 ? "" : i * i'; } >"$f"
right "rows that lack a number" "18 6 6 x w" $y
for how in mean median; do right "the $how" "24 8 12 x w" $y --missing $how; done
grep -q '^column_3 w: numbers, 6 missing$' "$dir/log" && ok || bad "the median: $(grep column_3 "$dir/log")"
right "a column that says so" "24 8 12 x w w: missing" $y --missing flag
{ echo "y,x,g,w"; table 24 'printf "%d,%s,%s,\n", y, x, g'; } >"$f"; right "a column of nothing" "24 8 12 x" $y --missing flag
right "a column of nothing, asked for" "24 8 12 w w: missing x" $y --missing flag --features w,x
refused "a column of nothing, rows" "no row is left: column 'w' is missing in 24 of 24" $y --features x,w

# groups of crossed columns: --inits is for selectors of two groups, and refused
{ echo "y,x,g,s"; table 96 'printf "%d,%s,%s,%s\n", y, x, i % 12 == 5 ? "c" : g, i % 8 < 3 ? "m" : "w"'; } >"$f"
crossed() { n=$((n + 1)); $prog evaluate --dataset csv --csv "$f" --bootstrap 0 --threads 1 --quiet --out "$dir/o$n" --label y=1 "$@" >"$dir/log" 2>&1; }
# groups NAME "GROUPS" OPTION...; not_crossed NAME TEXT OPTION...
groups() {
    name=$1; want=$2; shift 2
    if ! crossed "$@"; then bad "$name: $(head -n 1 "$dir/log")"; return; fi
    got=$(sed -n 's/^group_[0-9]* //p' "$dir/log" | tr '\n' ';')
    [ "$got" = "$want" ] && ok || bad "$name: got '$got', expected '$want'"
}
not_crossed() {
    name=$1; want=$2; shift 2
    crossed "$@" && bad "$name: exit 0" && return
    grep -qF -- "$want" "$dir/log" && ok || bad "$name: $(head -n 1 "$dir/log")"
}
groups "crossed groups" "g = a, s = m: 12 rows;g = a, s = w: 20 rows;g = b, s = m: 20 rows;g = b, s = w: 36 rows;other: 8 rows;" \
    --group-columns g,s --group-least 8 --predictions "$dir/cross.csv"
for row in baseline reweighing group_thresholds evidence_fair; do grep -q "^${row}_dp_difference " "$dir/log" && ok || bad "crossed groups: no row $row"; done
grep -qE '^(greedy|fairbatch|untrained)_' "$dir/log" && bad "crossed groups: a selector of two groups has a row" || ok
awk -F, 'NR > 1 { n++; of[$3]++ } END { exit !(n == 29 && of[0] == 4 && of[1] && of[2] && of[3] && of[4]) }' "$dir/cross.csv" && ok || bad "crossed groups: the split keeps no shares"
groups "small ones together" "g = a, s = w: 20 rows;g = b, s = m: 20 rows;g = b, s = w: 36 rows;other: 20 rows;" --group-columns g,s --group-least 15
groups "the smallest joins them" "g = a, s = w: 20 rows;g = b, s = m: 20 rows;g = b, s = w: 36 rows;other: 20 rows;" --group-columns g,s --group-least 9
groups "one column" "g = a: 32 rows;g = b: 56 rows;g = c: 8 rows;" --group-columns g --group-least 8
not_crossed "groups too small" "expected at least two of 60 rows, got 0 of 6 values" --group-columns g,s --group-least 60
not_crossed "a group column twice" "column 'g' is asked for twice" --group-columns g,g
not_crossed "the label as a group column" "is the label and cannot be the group too" --group-columns g,y
not_crossed "two ways to groups" "--group: has no effect here" --group g=a --group-columns g
not_crossed "a policy, which knows two groups" "--policy: has no effect here" --group-columns g --policy random
not_crossed "a bound on no groups" "--group-least: has no effect here" --group g=a --group-least 9

# conditions on rows
{ echo "y,x,g,s"; table 96 'printf "%d,%s,%s,%s\n", y, i == 7 ? "" : i, g, i % 8 < 3 ? "m" : "w"'; } >"$f"
right "a condition" "48 16 24 x s = w" $y --where 'x>=48'
grep -q '^rows_1_after_filter 48$' "$dir/log" && ok || bad "a condition: the rows left are not said"
right "two conditions" "18 6 6 x" $y --features x --where 's=m,x=48..95'
right "a condition on what is missing" "7 3 3 x s = w" $y --where 'x<8'
refused "a condition without a sign" "--where: expected COLUMN=VALUE" $y --where x
refused "a condition on words" "column 's': expected a number" $y --where 's>3'
refused "a condition on no column" "expected a column 'q'" $y --where 'q>3'
refused "a condition that no row meets" "no row is left under the condition on column 'x'" $y --where 'x>500'

# a person file of the American Community Survey: codes that are names, blanks, ten times too many columns; ACSIncome's rows and columns
{ echo "RT,SERIALNO,PWGTP,AGEP,COW,SCHL,MAR,OCCP,POBP,RELP,WKHP,SEX,RAC1P,PINCP,FOD1P"
  awk 'BEGIN { for (i = 0; i < 400; i++) {
      age = 14 + i * 7 % 60; work = age > 16 && i % 5
      printf "P,%d,%d,%d,%s,%d,%d,%s,%03d,%d,%s,%d,%d,%s,\n", 2018000000 + i, i % 4 ? 10 : 0, age, work ? 1 + i % 8 : "", 16 + i % 8, 1 + i % 5,
          work ? sprintf("%04d", 10 + i * 13 % 90) : "", i % 60, i % 17, work ? 10 + i * 11 % 50 : "", 1 + i % 2, i % 3 ? 1 : 2 + i % 7, age < 15 ? "" : work ? 30000 + i * 97 % 40000 : 0 } }'; } >"$f"
acs="--label PINCP>50000 --where AGEP>16,PINCP>100,WKHP>0,PWGTP>=1 --features AGEP,COW,SCHL,MAR,OCCP,POBP,RELP,WKHP,SEX,RAC1P"
acs="$acs --categorical COW,SCHL,MAR,OCCP,POBP,RELP,SEX,RAC1P --levels 50"
run --group RAC1P=1 $acs && ok || bad "ACS: $(head -n 1 "$dir/log")"
rows=$(awk -F, 'NR > 1 && $4 > 16 && $14 != "" && $14 > 100 && $11 > 0 && $3 >= 1' "$f" | wc -l | tr -d ' ')
grep -q "^rows $rows\$" "$dir/log" && ok || bad "ACS: $(grep '^rows ' "$dir/log"), expected $rows"
for said in "column_7 OCCP: the 50 commonest of" "column_4 COW: 6 texts" "column_3 AGEP: numbers" "column_14 FOD1P: left out, not asked for"; do grep -qF "$said" "$dir/log" && ok || bad "ACS: no '$said'"; done
n=$((n + 1)); $prog evaluate --csv "$f" --bootstrap 0 --threads 1 --quiet --out "$dir/o$n" $acs --group-columns SEX,RAC1P --group-least 40 >"$dir/log" 2>&1 && grep -q '^group_[0-9] other: ' "$dir/log" && ok || bad "ACS, crossed: $(head -n 1 "$dir/log")"

# labels and groups of more than two values, numbers that are none, cells and headers that people write
{ echo "y,x,g"; table 24 'printf "%d,%s,%s\n", i % 3, x, g'; } >"$f"; right "three labels, one asked for" "24 8 8 x" $y
right "three labels, two asked for" "24 8 16 x" --label 'y=1|2' --group g=a
right "three labels, at least" "24 8 16 x" --label 'y>=1' --group g=a
plain | head -n 2 >"$f"; refused "one row" "the value '1' never occurs" $y
{ echo "y,x,g"; echo "1,2,a"; } >"$f"; refused "one row, the label asked for" "every row has '1'" $y
i=0
for w in 1e400 -inf 0x1F '"1,234"' '12 %' '$12' 12kg 1e 1.2.3 --5 1_000 '1 000'; do
    { echo "y,x,g"; table 24 "printf \"%d,%s,%s\n\", y, i == 3 ? \"$(printf %s "$w" | sed 's/"/\\"/g')\" : x, g"; } >"$f"
    refused "no number: $w" "column 'x', record 4: got '$(printf %s "$w" | tr -d '"')'" $y
done
{ echo "y,x,g"; table 24 'printf "%d,%s,%s\n", y, i == 3 ? "1e308" : x, g'; } >"$f"; refused "one number too large to square" "column 'x': numbers too large" $y
{ echo "y,x,g"; table 24 'printf "%d,+%s,%s\n", y, x, g'; } >"$f"; right "a plus before each" "24 8 12 x" $y
{ echo "y,x,g"; table 24 'printf "%d,%d.,%s\n", y, i * 7 % 24, g'; } >"$f"; right "a point behind each" "24 8 12 x" $y
{ echo "y,x,g"; table 24 'printf "%d,%d,%s\n", y, 9007199254740993 + i * i, g'; } >"$f"; right "integers beyond 2^53" "24 8 12 x" $y
{ echo "y,x,g"; table 24 'printf "%d,-0.0,%s\n", y, g'; } >"$f"; right "a constant alone" "24 8 12 x" $y
{ echo "y,x,g"; table 24 'printf "%d,2024-01-%02d,%s\n", y, i + 1, g'; } >"$f"; refused "dates alone" "column 'x': text of their own in most rows" $y
{ echo "y,g"; table 24 'printf "%d,%s\n", y, g'; } >"$f"; refused "no column to learn from" "expected a column of numbers beside label and group" $y
plain | tr '\n' '\r' >"$f"; right "CR alone" "24 8 12 x" $y
plain | awk 'NR % 2 { printf "%s\r\n", $0; next } { print }' >"$f"; right "mixed line ends" "24 8 12 x" $y
plain | sed 's/$/,/' >"$f"; right "a comma behind every line" "24 8 12 x" $y
plain | sed '2,$s/$/,/' >"$f"; refused "a comma behind every row" ":2:" $y
{ printf '\357\273\277'; plain | tr , ';'; } >"$f"; right "byte order mark and semicolons" "24 8 12 x" $y
plain | iconv -f UTF-8 -t UTF-16 >"$f"; refused "UTF-16 with its mark" "text in UTF-16" $y
{ echo "# made by hand"; plain; } >"$f"; refused "a comment before the header" ":2:" $y
{ echo "sep=,"; plain; } >"$f"; refused "a spreadsheet's first line" ":2:" $y
plain | tail -n +2 >"$f"; refused "no header" "expected a column 'y'" $y
plain | tr yxg YXG >"$f"; refused "names in capitals" "expected a column 'y'" $y
{ echo "y,a=b,g"; table 24 'printf "%d,%s,%s\n", y, x, g'; } >"$f"; right "a sign in a name" "24 8 12 a=b" $y
{ echo "y,x,,g"; table 24 'printf "%d,%s,%d,%s\n", y, x, i * i % 7, g'; } >"$f"; right "a nameless feature" "24 8 12 x Unnamed: 2" $y
plain | sed 's/[^,]*/"&"/g' >"$f"; right "quotes around everything" "24 8 12 x" $y
plain | sed "s/a\$/'a'/" >"$f"; right "single quotes are part of it" "24 8 12 x" --label y=1 --group "g='a'"
{ echo "y,x,g"; table 24 'printf "%d,%s,%s\n", y, x, i % 2 ? "\303\251" : "e\314\201"'; } >"$f"; right "two ways to write one letter are two" "24 12 12 x" --label y=1 --group "g=$(printf '\303\251')"
{ printf 'y,x,g'; awk 'BEGIN { for (k = 1; k <= 500; k++) printf ",c%d", k; print "" }'; table 24 'printf "%d,%s,%s", y, x, g; for (k = 1; k <= 500; k++) printf ",%d", (i * k + k / 7) % 5; print ""'; } >"$f"
run $y && [ "$(grep -c '^feature_' "$dir/log")" = 501 ] && ok || bad "more columns than rows: $(head -n 1 "$dir/log")"
{ echo "y,x,g,t"; table 2000 'printf "%d,%s,%s,level %d\n", i == 1 || i == 3 || i == 5, x, g, i % 1000'; } >"$f"
right "1,000 levels, three kept" "2000 667 3 x t = level 0 t = level 1 t = level 10 t: other" $y --levels 3
{ echo "y,x,g,t"; table 24 'printf "%d,%s,%s,", y, x, g; for (k = 0; k < 200000; k++) printf "z"; print i % 2'; } >"$f"; right "cells of 200 KB" "24 8 12 x" $y --levels 0
{ echo "y,x,g"; table 24 'printf "%d,%s\n", y, x'; } >"$f"; refused "every row one cell short" "no row is left" $y
head -c 3000 /dev/zero >"$f"; refused "zeros" "t.csv" $y
plain | gzip -c >"$f"; right "gzip" "24 8 12 x" $y

# files
: >"$f"; refused "an empty file" "t.csv" $y
echo "y,x,g" >"$f"; refused "a header alone" "no rows" $y
{ plain; echo "1,2"; } >"$f"; right "a short record has no group" "24 8 12 x" $y
{ plain; echo "1,2,a,9"; } >"$f"; refused "a long record" ":26" $y
{ plain; printf '1,2,"a\n'; } >"$f"; refused "a quote that never closes" "quote" $y
{ echo "y,x,g"; table 24 'printf "%d,%s,%s\n", y, x, i ? g : "\000"'; } >"$f"; right "a zero byte" "24 7 12 x" $y
{ echo "y,x,g"; table 24 'printf "%d,%s,%s\n", y, x, g == "a" ? "gr\374n" : "b"'; } >"$f"; right "Latin-1" "24 16 12 x" --label y=1 --group g=b
printf 'y\0,\0x\0,\0g\0\n\0001\0,\0002\0,\0a\0\n\0' >"$f"; refused "UTF-16" "column" $y
{ echo "y,x,g"; table 3 'printf "%d,%s,%s\n", y, x, g'; } >"$f"; refused "three rows" "3" $y
rm "$f"; refused "no file" "t.csv" $y
mkdir "$f"; refused "a folder" "folder" $y; rmdir "$f"
# a group that one part of the split has no row of: undefined figures, no abort
{ echo "y,x,g"; table 60 'printf "%d,%s,%s\n", y, x, i == 7 ? "a" : "b"'; } >"$f"; right "a group of one row" "60 1 30 x" $y
grep -q '^evidence_fair_accuracy ' "$dir/log" && ok || bad "a group of one row: no figures of the default"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
