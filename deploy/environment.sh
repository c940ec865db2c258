# Makes the project's Python environment; read by ./run and ./test, not run by itself.
# Works with no internet once installed: pip is asked only when a list of requirements changed.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# The first Python from 3.11 on that can make environments. PYTHON overrides.
find_python() {
    local python without_venv=
    for python in ${PYTHON:+"$PYTHON"} python3 python3.{11..14} /usr/local/bin/python3 ~/.pyenv/versions/*/bin/python3; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
            printf '%s' "$python"
            return
        fi
        without_venv=$python
    done
    if [ "$without_venv" ]; then
        say "$without_venv cannot make environments: apt install python3-venv (or set PYTHON to another Python)"
    else
        say "Python 3.11 or later is needed: apt install python3 python3-venv (or set PYTHON to its program)"
    fi
    return 1
}

# install DATA LIST…: sets $python to that of an environment with what the LISTs require: the project's, or,
# where we may not write there, one in the folder DATA.
install() {
    local data=$1 folder=$project/.venv
    shift
    if ! is_current "$folder" "$@"; then
        if [ ! -w "$project" ]; then
            if ! mkdir -p "$data" 2>/dev/null || [ ! -w "$data" ] || [ ! -x "$data" ]; then
                say "$data may not be written by this user: choose another folder by --data"
                return 1
            fi
            folder=$(cd "$data" && pwd)/.venv
        fi
        make_environment "$folder" "$@" || return 1
    fi
    python=$folder/bin/python
}

stamp_of() { printf '%s/%s.sha256' "$1" "$(printf '%s' "${2#"$project"/}" | tr / -)"; }

# is_current FOLDER LIST…
is_current() {
    local folder=$1 list
    "$folder/bin/python" -c 'import pip' 2>/dev/null || return 1
    for list in "${@:2}"; do
        [ "$(cat "$(stamp_of "$folder" "$list")" 2>/dev/null)" = "$(sha256sum <"$list")" ] || return 1
    done
}

# make_environment FOLDER LIST…
make_environment() {
    local folder=$1 base list
    exec 9>"$folder.lock"
    flock 9 2>/dev/null || true # two first starts at once: the second waits, then finds all done
    if ! "$folder/bin/python" -c 'import pip' 2>/dev/null; then
        base=$(find_python) || return 1
        say "Making the environment in $folder"
        rm -rf "$folder"
        "$base" -m venv "$folder" || return 1
    fi
    for list in "${@:2}"; do
        if ! is_current "$folder" "$list"; then
            say "Installing ${list#"$project"/} (once; about a minute)"
            "$folder/bin/python" -m pip install -qq --no-input --disable-pip-version-check -r "$list" || return 1
            sha256sum <"$list" >"$(stamp_of "$folder" "$list")"
        fi
    done
    exec 9>&-
}
