#!/bin/sh
# lineage-hook 1 @SUM@
# Written by `lineage hook install`. `lineage hook uninstall` takes it away and puts back what stood here.
hook=@HOOK@
block=@BLOCK@ # yes: what makes a model due for retraining, or cannot be judged, is stopped; no: it is told
trust=@TRUST@ # yes: before a push, programs that the repository's own git configuration names are followed
program=@PROGRAM@
words=@WORDS@
shell=@SHELL@ # runs what stood here under the name of the hook; nothing: it is run as it is

# Nothing of lineage stops the work by accident: only the answer "block" does, when it was asked for. What stood here
# before comes first, with the same words and the same input, and its exit status is kept.
nl='
'
here=${0%/*}
[ "$here" != "$0" ] || here=.
kept=$here/$hook.before-lineage
stops=
[ "$block" != yes ] || stops=--block
trusts=
[ "$trust" != yes ] || trusts=--trust-config
raw='--raw --no-renames --no-abbrev --no-relative -O/dev/null'

before() {
    if [ ! -f "$kept" ] || [ ! -x "$kept" ]; then
        return 0
    elif [ -n "$shell" ]; then
        # shellcheck disable=SC2016,SC2086 # words of its own; expanded there
        $shell -c 'kept=$1; shift; . "$kept"' "$here/$hook" "$kept" "$@"
    else
        "$kept" "$@"
    fi
}

# What keeps a commit from being judged is told once: by pre-commit, where that is ours.
tool() {
    if [ "$hook" = prepare-commit-msg ] && grep -qs '^# lineage-hook ' "$here/pre-commit" "$here/pre-commit.legacy"; then
        start "$@" 2>/dev/null
    else
        start "$@"
    fi
}

start() {
    if [ -x "$program" ]; then
        # shellcheck disable=SC2086 # words of its own
        "$program" $words "$@"
    elif command -v lineage >/dev/null 2>&1; then
        lineage "$@"
    elif [ -n "$(git ls-files -- '*.lineage.toml')" ]; then
        echo "lineage: $hook: nothing is judged, the tool is not there any more: install it, then lineage hook install" >&2
    fi
}

# Of a listing of changes: whether one is of a file that the judging of models asks for, by its name here, or by the
# names that the last judging asked for. A new file counts where its name is one of a dependency file.
concerns() {
    KNOWN=$1 EVERY=$2 LC_ALL=C awk '
        BEGIN { while ((getline line < ENVIRON["KNOWN"]) > 0) known[line] = 1 }
        !/^:/ { next }
        {
            path = substr($0, index($0, "\t") + 1)
            status = substr($0, index($0, "\t") - 1, 1)
            name = path
            sub(/.*\//, "", name)
            name = tolower(name)
            if (path ~ /^"/) found = 1 # an odd name: quoted, and known under another
            if (name ~ /\.lineage(-log)?\.toml$|^lineage\.toml$|^pyproject\.toml$|^dvc\.(yaml|lock)$|\.dvc$/) found = 1
            if (status != "M" || ENVIRON["EVERY"] == "yes")
                if (name ~ /\.(txt|in|pip|lock|toml|yaml|yml|cfg)$|^pipfile|^setup\.py$|^\.python-version$|^\.tool-versions$|docker|container/) found = 1
            place = path
            while (!found) {
                if (place in known) found = 1
                if (!sub(/\/[^\/]*$/, "", place)) break
            }
            if (found) exit
        }
        END { exit found ? 0 : 1 }' 2>/dev/null
    [ $? -ne 1 ]
}

# The directory of git and the commit that is checked out; false where there is nothing to judge.
place() {
    facts=$(git rev-parse --git-dir HEAD 2>/dev/null)
    directory=${facts%"$nl"*}
    head=${facts##*"$nl"}
    [ "$head" != HEAD ] || head=
    memory=$directory/lineage
    [ -n "$directory" ] && [ ! -d "$directory/rebase-merge" ] && [ ! -d "$directory/rebase-apply" ] &&
        [ ! -e "$directory/MERGE_HEAD" ]
}

parent_has() {
    grep -qzsE "$1" "/proc/$PPID/cmdline"
}

# The commit that the one to be made is compared with: HEAD, its parent when HEAD is amended; nothing for a first one.
# False for a merge that is amended.
since() {
    base=$head
    if parent_has '^--am' || { [ "$1 $2" = 'commit HEAD' ] && ! parent_has '^-[a-z]*[cC]|^--re[ue]'; }; then
        ! git rev-parse --quiet --verify 'HEAD^2' >/dev/null || return 1
        base=$(git rev-parse --quiet --verify 'HEAD^1') || base=
    fi
}

# What is staged, against the base: whether a model can be concerned. Where nothing tells, it can.
is_concerned() {
    [ -n "$base" ] || return 0
    # shellcheck disable=SC2086 # words of its own
    changed=$(git -c core.quotePath=false diff-index --cached $raw "$base" --) || return 0
    [ -r "$memory/hook-names" ] && [ -r "$memory/hook-state" ] || return 0
    read -r at staged <"$memory/hook-state" || return 0
    between=
    # shellcheck disable=SC2086
    if [ "$staged" = - ]; then
        [ "$at" = "$base" ] || between=$(git -c core.quotePath=false diff-tree -r $raw "$at" "$base" -- 2>/dev/null) || return 0
    else
        [ "$at" != "$base" ] || return 0 # something was staged on that very commit, and nothing is made of it yet
        [ "$(git -c core.quotePath=false diff-tree -r $raw "$at" "$base" -- 2>/dev/null | git hash-object --stdin)" = "$staged" ] || return 0
    fi
    ! printf '%s\n%s\n' "$between" "$changed" | concerns "$memory/hook-names" no || return 0
    [ "$at $staged" = "$base -" ] || echo "$base -" 2>/dev/null >"$memory/hook-state"
    return 1
}

# What names the process of git that runs this hook, and no other one before or after it; nothing where that is not known.
process() {
    [ -r "/proc/$PPID/stat" ] || return 0
    read -r told <"/proc/$PPID/stat" || return 0
    # shellcheck disable=SC2086 # fields: the 22nd is when it began
    set -f -- ${told##*) }
    [ $# -lt 20 ] || echo "$PPID ${20}"
}

has_manifests() {
    [ -n "$(git ls-files -- '*.lineage.toml')" ]
}

pre_commit() {
    place && since '' '' || return 0
    if ! is_concerned; then
        process 2>/dev/null >"$memory/hook-passed"
        return 0
    fi
    has_manifests || return 0
    set -- pre-commit
    [ -z "$base" ] || set -- --since "$base" "$@"
    [ "$(tool hook run ${stops:+"$stops"} "$@")" != block ]
}

prepare_commit_msg() {
    case ${2-} in merge | squash) return 0 ;; esac
    place || return 0
    trailers=/dev/null
    passed=
    [ ! -r "$memory/hook-passed" ] || read -r passed <"$memory/hook-passed"
    if [ -n "$passed" ] && [ "$passed" = "$(process)" ]; then
        : # this very commit was found to concern no model
    elif ! since "${2-}" "${3-}"; then
        return 0
    elif is_concerned; then
        told=
        [ ! -r "$memory/hook-answer" ] || read -r told <"$memory/hook-answer"
        if [ -n "$base" ] && [ "$told" = "$base $(printf '%s\n' "$changed" | git hash-object --stdin)" ]; then
            ! has_trailers <"$memory/hook-answer" || trailers=$memory/hook-answer
        elif has_manifests; then
            set -- prepare-commit-msg "$@"
            [ -z "$base" ] || set -- --since "$base" "$@"
            tool hook run "$@"
            return 0
        fi
    fi
    if grep -qi '^Lineage-Retrain[ 	]*:' "$1"; then
        tool hook run --trailers "$trailers" prepare-commit-msg "$@"
    elif [ "$trailers" != /dev/null ]; then
        # Without an editor git strips no comments, so that it can put them in by itself.
        if [ "${GIT_EDITOR-}" = : ] && ! grep -q '^#' "$1"; then
            append "$1" <"$trailers"
        else
            tool hook run --trailers "$trailers" prepare-commit-msg "$@"
        fi
    fi
    return 0
}

has_trailers() {
    while read -r line; do
        case $line in "Lineage-Retrain: "*) return 0 ;; esac
    done
    return 1
}

append() {
    message=$1
    set --
    while read -r trailer; do
        case $trailer in Lineage-Retrain:*) set -- "$@" --trailer "$trailer" ;; esac
    done
    git interpret-trailers --in-place --no-divider --where end --if-exists add --if-missing add "$@" "$message"
}

checked_out() {
    place || return 0
    # shellcheck disable=SC2086
    git -c core.quotePath=false diff-tree -r $raw "$1" "$2" -- 2>/dev/null | concerns /dev/null yes &&
        has_manifests && tool hook run "$hook" >/dev/null
    return 0
}

ours() {
    case $hook in
    pre-commit) pre_commit ;;
    prepare-commit-msg) prepare_commit_msg "$@" ;;
    post-merge) [ "${1-}" = 1 ] || checked_out ORIG_HEAD HEAD ;;
    post-checkout) [ "${3-}" != 1 ] || [ "$1" = "$2" ] || checked_out "$1" "$2" ;;
    pre-push)
        [ -z "$given" ] || [ "$(printf '%s\n' "$given" | tool hook run ${stops:+"$stops"} ${trusts:+"$trusts"} pre-push "$@")" != block ]
        ;;
    esac
}

if [ "$hook" = pre-push ]; then
    given=$(cat)
    if [ -n "$given" ]; then printf '%s\n' "$given" | before "$@"; else before "$@" </dev/null; fi
else
    before "$@"
fi
status=$?
case $hook in
post-*) ours "$@" ;;
*)
    [ "$status" -eq 0 ] || exit "$status"
    ours "$@" || exit 1
    ;;
esac
exit "$status"
