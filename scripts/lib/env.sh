# Sourced by the scripts: a Python environment of the project's own, made when it is not there or
# no longer what the files ask for. Sets `root` (the project) and `venv`, and puts the environment
# first in PATH.
#
#   CRMBRIDGE_VENV     where the environment lies (default: .venv inside the project)
#   CRMBRIDGE_PYTHON   the Python to make it with (default: the newest of python3.13 … python3.11)
# shellcheck shell=bash
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
venv=${CRMBRIDGE_VENV:-$root/.venv}
[[ $venv == /* ]] || venv=$PWD/$venv

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename -- "$0"): $*"; exit 1; }

_is_new_enough() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

_find_python() {
  local one
  if [[ -n ${CRMBRIDGE_PYTHON:-} ]]; then
    _is_new_enough "$CRMBRIDGE_PYTHON" ||
      die "CRMBRIDGE_PYTHON=$CRMBRIDGE_PYTHON is no Python 3.11 or newer that has venv."
    printf '%s\n' "$CRMBRIDGE_PYTHON"
    return
  fi
  for one in python3.13 python3.12 python3.11 python3 python; do
    if command -v "$one" >/dev/null && _is_new_enough "$one"; then
      command -v "$one"
      return
    fi
  done
  die "no Python 3.11 or newer that can make a virtual environment." \
    "Install one (on Debian: python3 and python3-venv), or name it in CRMBRIDGE_PYTHON."
}

# What the environment was made from. It is made anew when this text differs.
_wanted() {
  "$1" - "$root" <<'PY'
import hashlib, pathlib, sys
root = pathlib.Path(sys.argv[1])
files = ("requirements-dev.txt", "pyproject.toml")
print(sys.version.split()[0], root, *(hashlib.sha256((root / f).read_bytes()).hexdigest() for f in files))
PY
}

_take_lock() {
  local waited=0
  mkdir -p -- "$(dirname -- "$venv")"
  until mkdir -- "$venv.lock" 2>/dev/null; do
    local owner
    owner=$(cat -- "$venv.lock/pid" 2>/dev/null || true)
    if [[ -n $owner ]] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf -- "$venv.lock" # whoever held it was killed
      continue
    fi
    ((waited > 0)) || say "waiting for process ${owner:-?}, which is making $venv"
    ((++waited <= 900)) ||
      die "gave up after 15 minutes. If no other script is running, remove $venv.lock"
    sleep 1
  done
  echo "$$" >"$venv.lock/pid"
  trap 'rm -rf -- "$venv.lock"' EXIT
}

_drop_lock() {
  rm -rf -- "$venv.lock"
  trap - EXIT
}

_step() { # what is done, command …
  local log=$venv.log
  if ! "${@:2}" >"$log" 2>&1 </dev/null; then
    tail -n 25 -- "$log" >&2
    die "$1 failed; the end of its output is above, all of it in $log"
  fi
  rm -f -- "$log"
}

_make() { # python, stamp
  say "making the environment $venv (once; it takes a minute)"
  _step "making the environment" "$1" -m venv --clear -- "$venv"
  _step "installing the pinned packages" "$venv/bin/python" -m pip install \
    --quiet --disable-pip-version-check --no-input --require-hashes -r "$root/requirements-dev.txt"
  _step "installing crmbridge" "$venv/bin/python" -m pip install \
    --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e "$root"
  printf '%s\n' "$2" >"$venv/.crmbridge-stamp"
}

_fresh() { [[ -x $venv/bin/python && $(cat -- "$venv/.crmbridge-stamp" 2>/dev/null) == "$1" ]]; }

_prepare() {
  local python wanted
  python=$(_find_python)
  wanted=$(_wanted "$python")
  _fresh "$wanted" && return
  _take_lock
  _fresh "$wanted" || _make "$python" "$wanted"
  _drop_lock
}

unset PYTHONHOME PYTHONPATH
_prepare
export VIRTUAL_ENV=$venv PATH="$venv/bin:$PATH"
export CRMBRIDGE_TEST_DATA=${CRMBRIDGE_TEST_DATA:-$root/../shared/data}
