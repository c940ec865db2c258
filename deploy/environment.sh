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

# The project's folder when we may write there, else the data folder.
environment_folder() {
    if [ -w "$project" ]; then
        printf '%s/.venv' "$project"
    else
        mkdir -p "$1" && printf '%s/.venv' "$(cd "$1" && pwd)"
    fi
}

# install FOLDER LIST…: an environment in FOLDER with what the LISTs require. Sets $python.
install() {
    local folder=$1 base list stamp
    shift
    python=$folder/bin/python
    mkdir -p "$(dirname "$folder")"
    exec 9>"$folder.lock"
    flock 9 2>/dev/null || true # two first starts at once: the second waits, then finds all done
    if ! "$python" -c 'import pip' 2>/dev/null; then
        base=$(find_python) || return 1
        say "Making the environment in $folder"
        rm -rf "$folder"
        "$base" -m venv "$folder" || return 1
    fi
    for list in "$@"; do
        stamp=$folder/$(printf '%s' "${list#"$project"/}" | tr / -).sha256
        if [ "$(cat "$stamp" 2>/dev/null)" != "$(sha256sum <"$list")" ]; then
            say "Installing ${list#"$project"/} (once; about a minute)"
            "$python" -m pip install --quiet --no-input --disable-pip-version-check -r "$list" || return 1
            sha256sum <"$list" >"$stamp"
        fi
    done
    exec 9>&-
}
