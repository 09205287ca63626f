#!/bin/sh
# tests/e2e_options.sh [PROGRAM...] - every option of every command, in every mode: used, or refused
# From `PROGRAM options` (the table that drives flags, keys and help) and tests/options.txt (the smallest job of each command), for each
# row with its probe value:
#   data    another result than without it          text    another report or message, the same results
#   place   the same results elsewhere              speed   the same results
#   in a mode (each value of each option that a mode of the command names; FULL=1: all pairs): as declared, or exit 2 with its name
#   in a command that does not have it: exit 2 and where it belongs
# Results are files but run.json, metrics.json (where `figures` does not name the command), reports, plots, logs; of a job that writes none, standard output and the status.
# A row without an effect, a probe or a job fails, and so does a mode that never refuses.
# KEEP=DIR keeps what ran there.
set -u
root=$(pwd)
B=$root/${BUILD:-build}
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
export HF_TOKEN=none                # uploads ask for one; they go to programs among the inputs
# a run has a folder of links to all inputs: in memory, where programs may be started there, that is forty times as fast
usable() { [ -w "$1" ] && printf '#!/bin/sh\n' >"$1/nn_$$" && chmod +x "$1/nn_$$" && "$1/nn_$$" 2>/dev/null; r=$?; rm -f "$1/nn_$$"; return $r; }
[ -n "${TMPDIR:-}" ] || ! usable /dev/shm || TMPDIR=/dev/shm
tmp=$(mktemp -d "${TMPDIR:-/tmp}/nn_options.XXXXXX") || exit 1
if [ -n "${KEEP:-}" ]; then mkdir -p "$KEEP" && tmp=$KEEP; else trap 'rm -rf "$tmp"' EXIT INT TERM; fi
[ $# -gt 0 ] || set -- $(sed -n 's/^program //p' tests/options.txt)
passed=0; failed=0; skipped=0

# ---- the plan: plan.COMMAND is a shell script of runs, meta.COMMAND says what each of them must show
cat >"$tmp/plan.awk" <<'PLAN'
function quoted(s) { gsub(/'/, "'\\''", s); return "'" s "'" }
# the row of a command that a mode's name means, or 0
function resolve(c, name,   i, r, last) {
    for (i = 1; i <= rows[c]; i++) {
        r = row[c, i]; last = key[r]; sub(/.*\./, "", last)
        if (key[r] == name || last == name || flag[r] == name || flag[r] == dashed(name)) return r
    }
    return 0
}
function dashed(s) { gsub(/_/, "-", s); return s }
function fail(what) { print "FAIL " prog " " what }
# one run of these words; the same words are run once
function run(c, words, name,   id) {
    if ((c, words) in known) return known[c, words]
    id = ++n_runs
    known[c, words] = id
    print "r " id " " leave(c, name) " " words >(dir "/plan." (id % 2) "." c)
    return id
}
function leave(c, name) { return (c, name) in may ? 1 : 0 }
function say(c, kind, id, base, what, r, own, other) {
    print kind "\t" id "\t" base "\t" what "\t" key[r] "\t" own "\t" other >(dir "/meta." c)
}
# in other company: with the probe value and, of choices, with another one (a mode may make one of them the default)
function company(c, words, what, r, own,   id, base, i, n, list, other) {
    base = run(c, words, fixture[r])
    id = run(c, words opt(r, probe[r]), fixture[r])
    other = ""
    if (type[r] == 8 && effect[r] == "data") {
        # neither the probe nor, where there is a third, the default
        n = split(choices[r], list, "|")
        for (i = 1; i <= n && (list[i] == probe[r] || list[i] == def[r]); i++) { }
        if (i > n) for (i = 1; i <= n && list[i] == probe[r]; i++) { }
        if (i <= n) other = run(c, words opt(r, list[i]), fixture[r])
    }
    say(c, effect[r] == "data" ? "or" : "either", id, base, what, r, own, other)
}
function drawn(s,   i, h) {
    h = 7
    for (i = 1; i <= length(s); i++) h = (h * 31 + index(" abcdefghijklmnopqrstuvwxyz0123456789-_=.,:'ABCDEFGHIJKLMNOPQRSTUVWXYZ", substr(s, i, 1))) % 65521
    return h
}
function opt(r, value) { return " --" flag[r] "=" quoted(value) }
# the job of that name; a command without one of it takes its own, when another command has one
function has_job(c, name) { return ((c, name) in jobs) || (("*", name) in jobs) || (name in named && (c, "") in jobs) }
function job(c, name) { return ((c, name) in jobs) ? jobs[c, name] : ("*", name) in jobs ? jobs["*", name] : jobs[c, ""] }
BEGIN { FS = "\t"; n_runs = 0 }
FILENAME == ARGV[1] && FNR > 1 {
    c = $1 == "" ? "-" : $1
    if (!(c in rows)) { commands[++n_commands] = c; rows[c] = 0 }
    r = ++n_rows
    row[c, ++rows[c]] = r
    flag[r] = $2; key[r] = $3; type[r] = $4; effect[r] = $5; mode[r] = $6; fixture[r] = $8; def[r] = $9
    choices[r] = $10; bits[r] = $11
    probe[r] = $7; before[r] = ""; at = index($7, ";")
    if (at) { before[r] = " " substr($7, 1, at - 1); probe[r] = substr($7, at + 1) }
    has[c, $3] = 1; owner[$3] = owner[$3] " " c; some[$3] = r
}
FILENAME == ARGV[2] {
    at = index($1, "/")
    c = at ? substr($1, 1, at - 1) : $1; name = at ? substr($1, at + 1) : ""
    if (name != "") named[name] = 1
    if ($2 == "may") may[c, name] = 1
    else if ($2 == "few") few[c] = 1
    else if ($2 == "refuse") refusals[c, ++n_refusals[c]] = $3
    else jobs[c, name] = $3
}
END {
    for (k = 1; k <= n_commands; k++) plan(commands[k])
}
function about(c, r, s,   n, i, list, name) {
    n = split(mode[r], list, " ")
    for (i = 1; i <= n; i++) {
        name = list[i]; sub(/^!/, "", name); sub(/[=!].*/, "", name)
        if (name != "or" && name != "command" && resolve(c, name) == s) return 1
    }
    return 0
}
# a mode that does not hold in this command anyway
function speaks(c, r,   n, i, list, name, open, never) {
    n = split(mode[r], list, " ")
    for (i = 1; i <= n + 1; i++) {
        if (i > n || list[i] == "or") {
            if (!never && !open) return 0
            never = open = 0
        } else if (list[i] ~ /^command=/) {
            if (("|" substr(list[i], 9) "|") !~ ("[|]" c "[|]")) never = 1
        } else {
            name = list[i]; sub(/^!/, "", name); sub(/[=!].*/, "", name)
            if (resolve(c, name)) open = 1
        }
    }
    return 1
}
# the value of an option in a file is the value of its flag; without an option for it, an unknown key is refused
function config(c, word, own, what, r,   i, s, id) {
    id = ++n_runs
    for (i = 1; i <= rows[c]; i++) {
        s = row[c, i]
        if (effect[s] == "data" && mode[s] before[s] fixture[s] == "" && int(bits[s] / 32) % 2 == 0 && bits[s] % 2 == 0 &&
            index(own, "--" flag[s] " ") == 0 && s != r) {
            print "conf " id " " leave(c, "") " " key[s] " " quoted(probe[s]) " " word own >(dir "/plan.0." c)
            say(c, "config", id, run(c, word own opt(s, probe[s]), ""), what " (" key[s] ")", r)
            return
        }
    }
    print "conf " id " 0 nosuch 1 " word own >(dir "/plan.0." c)
    say(c, "nosuch", id, "-", what, r)
}
function plan(c,   at, word, own, i, j, n, r, s, name, value, w, base, id, list, contexts, ctx, ctx_row, foreign, what) {
    word = c == "-" ? "" : c " "
    if (only != "" && index(" " only " ", " " c " ") == 0) return
    if (!has_job(c, "")) { fail(c ": no job in tests/options.txt"); return }
    own = job(c, "")
    # contexts: every value of every option that a mode names
    contexts = 0
    for (i = 1; i <= rows[c]; i++) {
        n = split(mode[row[c, i]], list, " ")
        for (j = 1; j <= n; j++) {
            name = value = list[j]; sub(/^!/, "", name); sub(/[=!].*/, "", name)
            if (name == "or" || name == "command" || !(s = resolve(c, name))) continue
            # a number's or a text's values: the probe, and those that a mode speaks of
            if (type[s] == 8) value = choices[s]
            else if (type[s] == 1) value = def[s] == "true" ? "false" : "true"
            else if (value ~ /=/) { sub(/.*=/, "", value); value = probe[s] "|" value }
            else value = probe[s]
            w = split(value, values, "|")
            for (id = 1; id <= w; id++) {
                if ((c, s, values[id]) in steers) continue
                steers[c, s, values[id]] = 1
                ctx[++contexts] = opt(s, values[id]); ctx_row[contexts] = s
            }
        }
    }
    for (j = 1; j <= contexts; j++) say(c, "mode of the job", run(c, word own ctx[j], ""), "-", c ctx[j], ctx_row[j])
    for (i = 1; i <= rows[c]; i++) {
        r = row[c, i]
        what = c " --" flag[r]
        if (effect[r] == "none") { fail(what ": no effect is declared"); continue }
        if (probe[r] == "") { fail(what ": no probe value"); continue }
        if (!has_job(c, fixture[r])) { fail(what ": no job " c "/" fixture[r] " in tests/options.txt"); continue }
        w = job(c, key[r] == "overwrite" && (c, "overwrite") in jobs ? "overwrite" : fixture[r])
        base = run(c, word w before[r], fixture[r])
        if (key[r] == "overwrite" || key[r] == "resume") {
            id = ++n_runs
            print "again " id " 0 " key[r] " " word w >(dir "/plan.0." c)
            say(c, key[r], id, base, what, r)
            continue
        }
        if (key[r] == "config") { config(c, word, own, what, r); continue }
        id = run(c, word w before[r] opt(r, probe[r]), fixture[r])
        if (key[r] ~ /^(dry_run|print_config|help|version)$/) { say(c, "stops", id, base, what, r); continue }
        say(c, effect[r], id, base, what, r)
        if (speaks(c, r)) say(c, "mode", id, base, what, r)
        if (effect[r] != "data" && !speaks(c, r) || key[r] == "seed") continue
        if (mode[r] != "") company(c, word w, what, r, base)
        if (speaks(c, r) && fixture[r] != "" && fixture[r] !~ /^@/) company(c, word own, what, r, base)
        for (j = 1; j <= contexts; j++) {
            if (ctx_row[j] == r) continue
            if (c in few && !about(c, r, ctx_row[j])) continue
            # all modes that the row itself speaks of; of the others one pair in twelve, by a hash of its names, so that a new
            # option moves no other; FULL=1: all
            if (fixture[r] != "" && (type[ctx_row[j]] == 7 || type[ctx_row[j]] == 12) && !about(c, r, ctx_row[j])) continue
            if ((full == "" || effect[r] != "data") && !about(c, r, ctx_row[j]) && (effect[r] != "data" || drawn(c " " key[r] ctx[j]) % 12)) continue
            company(c, word w before[r] ctx[j], what ctx[j], r, base)
            # what the fixture says beside may be refused first there
            if (fixture[r] ~ /^@/ && about(c, r, ctx_row[j])) say(c, "maybe", run(c, word own ctx[j] opt(r, probe[r]), ""), "-", what ctx[j], r)
            if (before[r] == "" || mode[r] == "") continue
            company(c, word w ctx[j], what ctx[j], r, base)
        }
    }
    for (i = 1; i <= n_refusals[c]; i++) {
        at = index(refusals[c, i], " "); name = substr(refusals[c, i], 1, at - 1)
        if (!(r = resolve(c, name))) { fail(c ": refuse " name ": no such option"); continue }
        say(c, "refuse", run(c, word substr(refusals[c, i], at + 1)), "-", c " --" flag[r], r)
    }
    for (name in owner)
        if (!((c, name) in has)) {
            id = ++n_runs
            print "f " id " " word own " --" dashed(name) "=" quoted(probe[some[name]]) >(dir "/plan.1." c)
            say(c, "foreign", id, "-", c " --" name, some[name])
        }
}
PLAN

# ---- the verdict: meta.COMMAND against what the runs left (cksum lines) and how they ended (status lines)
cat >"$tmp/judge.awk" <<'JUDGE'
# what a run said: standard streams, metrics and reports down to "How to repeat it"; what a clock says is left out
function said(id,   f, line, text) {
    if (id in words_of) return words_of[id]
    text = status[id] "\n" slurp(id "/.o", 0) slurp(id "/.e", 0)
    for (f = 1; f <= n_texts[id]; f++) text = text slurp(texts[id, f], 1)
    words_of[id] = text
    return text
}
function slurp(path, page,   line, text) {
    text = ""
    while ((getline line <path) > 0) {
        if (page && line ~ /How to repeat it/) break
        if (line ~ /second|elapsed|per_minute/) continue
        gsub(/[0-9.]+ ?(s|ms|MB|KB|min)([^a-z]|$)/, "T ", line)
        text = text line "\n"
    }
    close(path)
    return text
}
# the results: contents of files, sorted; if there are none, standard output and the status
function data(id,   i, j, n, list, t) {
    if (id in data_of) return data_of[id]
    n = n_sums[id]
    for (i = 1; i <= n; i++) list[i] = sums[id, i]
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j - 1] > list[j]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
    t = ""
    for (i = 1; i <= n; i++) t = t list[i] "\n"
    data_of[id] = t
    return t
}
function same(a, b) {
    if (n_sums[a] || n_sums[b]) return data(a) == data(b)
    return status[a] == status[b] && slurp(a "/.o", 0) == slurp(b "/.o", 0)
}
function last(id,   line, text) {
    if (id in final) return final[id]
    text = ""
    while ((getline line <(id "/.e")) > 0) text = line
    close(id "/.e")
    return substr(text, 1, 160)
}
function good() { passed++ }
function bad(why) { print "FAIL " prog " " what ": " why; failed++ }
function ends(id) { return status[id] == 0 || (status[id] == 1 && may[id]) }
BEGIN { FS = "\t" }
FILENAME == "status" {
    n = split($0, p, " ")
    if (p[1] !~ /^[0-9]+$/) next
    status[p[1]] = p[2]; may[p[1]] = p[3]
    if (n > 3) { line = $0; sub(/^[^ ]* [^ ]* [^ ]* /, "", line); final[p[1]] = line }
    next
}
FILENAME == "../sums" {
    at = index($0, "./"); path = substr($0, at + 2); id = path; sub(/\/.*/, "", id)
    if (path ~ /\/\.[oe]$/) next
    n_files[id]++
    if (path ~ /(metrics\.json|report\.html)$/) texts[id, ++n_texts[id]] = path
    if (path ~ /\/plots\//) drawn[id] = path
    if (path ~ /report\.html$/ || (path ~ /metrics\.json$/ && figures < 1)) next
    if (path ~ /(run\.json|config\.yaml|\.log|\.lock|\.conf)$/ || path ~ /\/(plots|tensorboard)\//) next
    if (skip != "" && path ~ skip) next
    split($0, p, " ")
    sums[id, ++n_sums[id]] = p[1] " " p[2]; names[id] = names[id] " " path
    next
}
{
    kind = $1; id = $2; base = $3; what = $4; key = $5
    if (kind == "data") {
        if (!ends(id)) bad("status " status[id] ": " last(id))
        else if (same(id, base)) bad("changes no result")
        else good()
    } else if (kind == "text" || kind == "place" || kind == "speed") {
        if (!ends(base)) bad("without it: status " status[base] ": " last(base))
        else if (!ends(id)) bad("status " status[id] ": " last(id))
        else if (n_sums[base] && !same(id, base)) bad(kind ", and the results change")
        else if (kind == "text" && said(id) == said(base)) bad("says nothing else")
        else if (key == "plots" && drawn[base] != "") bad("not given, and there is " drawn[base])
        else if (kind == "place") {
            a = names[id]; b = names[base]; gsub(" " id "/", " ", a); gsub(" " base "/", " ", b)
            if (a == b && said(id) == said(base)) bad("changes neither place nor course")
            else good()
        } else good()
    } else if (kind == "or" || kind == "either") {
        # used as declared, or refused by name. A company that is itself refused says nothing, nor does one in which the
        # row's own job fails; an option that gives leave (--force) is idle where there is nothing to forbid.
        flag = what; sub(/^[^ ]* /, "", flag); sub(/ .*/, "", flag)
        if (status[id] == 2 && index(last(id), flag)) refused[key] = 1
        if (status[base] == 2 || (status[base] == 1 && status[id] == 1 && !may[id])) next
        leave = status[$6] == 1 && !may[$6] && status[base] == 0 && status[id] == 0
        if (status[id] == 2 && (index(last(id), flag) || index(last(id), "has no effect here"))) good()
        else if (!ends(id)) bad("status " status[id] ": " last(id))
        else if (kind == "or" && !leave && same(id, base) && ($7 == "" || status[$7] != 0 || same($7, base))) {
            if (again == "") bad("neither used nor refused")
            else print id "\t" base "\t" what "\t" key "\t" $7 >again
        }
        else good()
    } else if (kind == "twice") {
        # the same with another seed
        if (ends(id) && ends(base) && !same(id, base)) good()
        else if ($7 != "" && ends($7) && ends(base) && !same($7, base)) good()
        else if (again == "") bad("neither used nor refused, whatever the seed")
        else print id "\t" base "\t" what "\t" key "\t" $7 >again
    } else if (kind == "maybe") {
        flag = what; sub(/^[^ ]* /, "", flag); sub(/ .*/, "", flag)
        if (status[id] == 2 && index(last(id), flag)) refused[key] = 1
    } else if (kind == "mode of the job") {
        if (status[id] != 0 && status[id] != 2 && !may[id]) bad("the job fails in this mode: " last(id))
    } else if (kind == "mode") { modes[key] = what }
    else if (kind == "stops") {
        if (status[id] != 0) bad("status " status[id] ": " last(id))
        else if (n_files[id]) bad("leaves files")
        else if (slurp(id "/.o", 0) slurp(id "/.e", 0) == "") bad("says nothing")
        else good()
    } else if (kind == "config") {
        if (!ends(id)) bad("status " status[id] ": " last(id))
        else if (!same(id, base)) bad("a key of the file gives another result than its flag")
        else good()
    } else if (kind == "nosuch") {
        if (status[id] != 2 || last(id) !~ /nosuch/) bad("status " status[id] " with an unknown key in the file: " last(id))
        else good()
    } else if (kind == "overwrite" || kind == "resume") {
        # "again" put what the second run without it said into .e, its status before the slash
        if (status[id] !~ /^1\/0$/) bad("status without it / with it: " status[id] ", wanted 1/0: " last(id))
        else if (!same(id, base)) bad("other results than those of one run")
        else good()
    } else if (kind == "refuse") {
        flag = what; sub(/^[^ ]* /, "", flag)
        if (status[id] == 2 && index(last(id), flag ": ")) { refused[key] = 1; good() }
        else bad("status " status[id] ", wanted 2 and its name: " last(id))
    } else if (kind == "foreign") {
        flag = what; sub(/^[^ ]* /, "", flag); gsub(/_/, "-", flag)
        # an alias of another option of the command is not foreign
        if (status[id] == 2 && index(last(id), flag ": expected ")) good()
        else if (status[id] != 2 || !index(last(id), "belongs to")) bad("status " status[id] ", wanted 2 and where it belongs: " last(id))
        else good()
    }
}
END {
    for (key in modes) { what = modes[key]; if (key in refused) good(); else bad("its mode never refuses") }
    print "sum " passed + 0 " " failed + 0
}
JUDGE

# ---- one run each, in a folder of its own where the inputs are
enter() { cp -RP ../links "$1" && cd "$1" || exit 1; }
r() {
    id=$1 may=$2; shift 2
    enter "$id"
    "$P" "$@" >.o 2>.e </dev/null
    echo "$id $? $may" >>"../status.$half"
    cd ..
}
# twice in the same place: refused; then with --resume or --overwrite
again() {
    id=$1 may=$2 key=$3; shift 3
    enter "$id"
    "$P" "$@" >.o 2>.e </dev/null
    "$P" "$@" >.o 2>.e </dev/null; first=$?
    "$P" "$@" --$key >.o 2>>.e </dev/null
    echo "$id $first/$? $may" >>"../status.$half"
    cd ..
}
# with a config file: "a.b" as a map in a map
conf() {
    id=$1 may=$2 key=$3 value=$4; shift 4
    enter "$id"
    case $key in *.*) printf '%s:\n  %s: "%s"\n' "${key%%.*}" "${key#*.}" "$value" ;; *) printf '%s: "%s"\n' "$key" "$value" ;; esac >o.conf
    "$P" "$@" --config o.conf >.o 2>.e </dev/null
    echo "$id $? $may" >>"../status.$half"
    cd ..
}
# a refusal reads and writes nothing: no folder for it
f() {
    id=$1; shift
    words=$("$P" "$@" 2>&1 </dev/null)
    echo "$id $? 0 $words" >>"status.$half"
}
# verdict META AGAIN: what is judged, and the file for pairs that show no effect
verdict() {
    awk -v prog="$prog" -v skip="$skip" -v figures="$(grep -cw -- "$c" ../figures)" -v again="$2" -f "$tmp/judge.awk" status ../sums "$1" >../verdict
    grep '^FAIL' ../verdict
    passed=$((passed + $(sed -n 's/^sum \([0-9]*\) .*/\1/p' ../verdict)))
    failed=$((failed + $(sed -n 's/^sum [0-9]* //p' ../verdict)))
}
for prog in "$@"; do
    P=$B/$prog
    T=$tmp/$prog
    mkdir "$T" "$T/in" || exit 1
    # its part of options.txt: jobs as "COMMAND<tab>words", what makes inputs, what is no result
    awk -v prog="$prog" -v dir="$T" '
        /^#/ || /^[ \t]*$/ { next }
        $1 == "program" { on = $2 == prog; next }
        !on { next }
        $1 == "make" { sub(/^make +/, ""); print >(dir "/make"); next }
        $1 == "only" { sub(/^only */, ""); print >(dir "/only"); next }
        $1 == "figures" { sub(/^figures */, ""); print >(dir "/figures"); next }
        $1 == "skip" { sub(/^skip +/, ""); print >(dir "/skip"); next }
        $1 == "may" || $1 == "few" || $1 == "job" || $1 == "refuse" {
            kind = $1; sub(/^[a-z]+ +/, ""); at = index($0 " ", " ")
            print substr($0, 1, at - 1) "\t" kind "\t" substr($0, at + 1) >(dir "/jobs")
            next
        }
        { print "FAIL tests/options.txt:" NR ": " $0 }' tests/options.txt
    touch "$T/only" "$T/figures" "$T/skip" "$T/make" "$T/jobs"
    if ! "$P" options >"$T/options"; then echo "FAIL $prog options"; failed=$((failed + 1)); continue; fi
    if ! (cd "$T/in" && set -e && . ../make) >"$T/make.log" 2>&1; then
        echo "FAIL $prog: its inputs: $(tail -n 1 "$T/make.log")"; failed=$((failed + 1)); continue
    fi
    [ ! -d "$T/in/bin" ] || PATH=$T/in/bin:$PATH     # what it starts is among its inputs, too
    mkdir "$T/links"
    for i in "$T"/in/*; do [ ! -e "$i" ] || ln -s "$i" "$T/links"; done
    only=$(cat "$T/only")
    if [ -n "$only" ]; then
        for c in $(awk -F '\t' 'NR > 1 { print $1 }' "$T/options" | sort -u); do
            case " $only " in *" $c "*) ;; *) skipped=$((skipped + 1)); echo "skip $prog $c: it has no job yet" ;; esac
        done
    fi
    awk -v prog="$prog" -v dir="$T" -v only="$only" -v full="${FULL:-}" -f "$tmp/plan.awk" "$T/options" "$T/jobs" >"$T/faults"
    failed=$((failed + $(wc -l <"$T/faults"))); cat "$T/faults"
    skip=$(tr ' ' '\n' <"$T/skip" | sed 's/[.]/\\./g; s/\*/.*/g; s/$/$/' | paste -s -d '|' -)
    for meta in "$T"/meta.*; do
        c=${meta##*/meta.}
        [ -z "${ONLY:-}" ] || case " $ONLY " in *" $c "*) ;; *) continue ;; esac
        mkdir "$T/run" && cd "$T/run" || exit 1
        : >status.0; : >status.1
        (half=0; [ ! -f "../plan.0.$c" ] || . "../plan.0.$c") &
        (half=1; [ ! -f "../plan.1.$c" ] || . "../plan.1.$c") &
        wait
        cat status.0 status.1 >status
        find . -type f -exec cksum {} + >../sums
        verdict "$meta" ../again
        # the best epoch of a small job may be the best one by chance: pairs without an effect are seen with three more seeds
        for seed in 11 12 13; do
            [ -s ../again ] || break
            mv ../again ../left
            awk -F '\t' -v k="${seed}0000" -v OFS='\t' '{ print "twice", $1 % 10000 + k, $2 % 10000 + k, $3, $4, "", $5 == "" ? "" : $5 % 10000 + k }' ../left >../meta_again
            cut -f 2,3,7 ../meta_again | tr '\t' '\n' | grep . | sort -u | while read -r id; do
                sed -n "s/^r $((id % 10000)) \([01]\) \(.*\)/half=0; r $id \1 \2 --seed=$seed/p" ../plan.[01]."$c"
            done >../plan_again
            : >status.0
            . ../plan_again
            cat status.0 >>status
            find . -type f -exec cksum {} + >../sums
            [ $seed = 13 ] && verdict ../meta_again "" || verdict ../meta_again ../again
        done
        cd "$root" || exit 1
        if [ -n "${KEEP:-}" ]; then mv "$T/run" "$T/run.$c"; else rm -rf "$T/run"; fi
    done
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
