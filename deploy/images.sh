#!/bin/bash
# Builds each image of deploy/Dockerfile without an engine or a registry, starts every service from its own image and
# asks its health, then runs all of them together as docker-compose.yml does. Needs root; takes some minutes.
#
#   deploy/images.sh [TARGET…]   default: client embed ann factcheck gateway, and then all together
#
# The base is made by mmdebstrap from Debian's packages. `buildah run --isolation chroot` gives a service its image's
# files and user on this machine's network: that it runs with what its image holds is shown, isolation is not.
# MONSHIN_IMAGES_DIR (default .monshin/images) keeps base.tar between runs; all else is removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

ALL=(client embed ann factcheck gateway)
declare -A PORT=([embed]=60051 [ann]=60052 [factcheck]=60053 [gateway]=18080)
PLACE=${MONSHIN_IMAGES_DIR:-$PWD/.monshin/images}
BASE=localhost/monshin-base:bookworm
COMPILER_BASE=localhost/monshin-compiler-base:bookworm
START_LIMIT_S=180
WORK= # of this run: image store, keys, data

export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot BUILDAH_FORMAT=docker
store() { buildah --root "$WORK/store" --runroot "$WORK/runroot" "$@"; }
say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
fail() { say "FAILED: $*"; exit 1; }

main() {
  [ "$(id -u)" = 0 ] || fail "root is needed: chroot and bind mounts"
  install_tools
  mkdir -p "$PLACE"
  WORK=$(mktemp -d "$PLACE/run.XXXXXX")
  trap clean EXIT
  read_pip_settings
  make_base "$BASE" base.tar python3,python3-venv,ca-certificates,libstdc++6
  make_base "$COMPILER_BASE" compiler-base.tar python3,python3-venv,python3-dev,ca-certificates,g++
  local targets=("${@:-${ALL[@]}}") target
  build client
  make_keys
  for target in "${targets[@]}"; do
    [ "$target" = client ] || build "$target"
    check_contents "$target"
    [ "$target" = client ] || check_alone "$target"
  done
  [ $# -gt 0 ] || check_together
  column -t -s $'\t' "$WORK/report"
}

install_tools() {
  local missing=()
  command -v buildah >/dev/null || missing+=(buildah)
  command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

make_base() { # NAME FILE PACKAGES
  if [ ! -f "$PLACE/$2" ]; then
    say "making $2 from Debian's packages"
    mmdebstrap --quiet --format=tar --variant=essential --include="$3" \
      --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$PLACE/$2.new"
    mv "$PLACE/$2.new" "$PLACE/$2"
  fi
  local container
  container=$(store from scratch)
  store add -q "$container" "$PLACE/$2" >/dev/null
  store commit -q --rm "$container" "$1" >/dev/null
}

# pip inside a build finds packages as pip outside does: its configuration and the local folders named there are
# mounted while an image is built, and are in no image.
read_pip_settings() {
  PIP_MOUNTS=()
  python3 - >"$WORK/pip.conf" 3>"$WORK/pip.mounts" <<'PYTHON'
import os, re, subprocess
lines = subprocess.run(["pip", "config", "list"], capture_output=True, text=True, check=True).stdout.splitlines()
found = dict(re.fullmatch(r"(?:global|user|site|:env:)\.(\S+?)='(.*)'", line).groups() for line in lines)
print("[global]")
for name, value in found.items():
    print(f"{name} = {value}")
    for word in value.split():
        path = word.removeprefix("file://")
        if path.startswith("/") and os.path.exists(path):
            real = path.removesuffix("/simple")  # a local index links to files beside it
            os.write(3, f"--volume\n{real}:{real}:ro\n".encode())
PYTHON
  mapfile -t PIP_MOUNTS <"$WORK/pip.mounts"
  PIP_MOUNTS+=(--volume "$WORK/pip.conf:/etc/pip.conf:ro")
}

build() {
  local started=$SECONDS
  say "building $1"
  store bud --quiet --layers=false --pull-never --build-arg "BASE=$BASE" \
    --build-arg "COMPILER_BASE=$COMPILER_BASE" "${PIP_MOUNTS[@]}" \
    --target "$1" --tag "localhost/monshin/$1" --file deploy/Dockerfile . >"$WORK/$1.build.log" 2>&1 ||
    { tail -30 "$WORK/$1.build.log" >&2; fail "$1 cannot be built"; }
  report "$1" "built in $((SECONDS - started)) s" "$(size "$1")"
}

size() { store images --format '{{.Size}}' "localhost/monshin/$1"; }
report() { (IFS=$'\t'; echo "$*" >>"$WORK/report"; say "$*"); }

make_keys() {
  mkdir -p "$WORK/keys" "$WORK/identity"
  chown 10001:10001 "$WORK/keys" "$WORK/identity"
  local container names=()
  for name in embed ann factcheck gateway client; do names+=(--tls "$name"); done
  container=$(store from "localhost/monshin/client")
  store run --user 10001:10001 --volume "$WORK/keys:/data/keys" "$container" \
    monshin keys init "${names[@]}" --service-token factcheck >/dev/null
  store rm "$container" >/dev/null
  for name in embed ann factcheck gateway client; do
    install -d -o 10001 -g 10001 "$WORK/identity/$name"
    install -o 10001 -g 10001 -m 0400 "$WORK/keys/$name-key.pem" "$WORK/identity/$name/tls.key"
    install -o 10001 -g 10001 "$WORK/keys/$name.pem" "$WORK/identity/$name/tls.crt"
    install -o 10001 -g 10001 "$WORK/keys/ca.pem" "$WORK/identity/$name/ca.crt"
    install -o 10001 -g 10001 "$WORK/keys/jwks.json" "$WORK/identity/$name/jwks.json"
  done
  install -o 10001 -g 10001 -m 0400 "$WORK/keys/factcheck.token" "$WORK/identity/factcheck/token"
}

# An image holds no build tools, no other service's heavy parts, and nothing that its user may write to but its folders.
check_contents() {
  local container wrong
  container=$(store from "localhost/monshin/$1")
  # shellcheck disable=SC2016  # for the shell inside
  wrong=$(store run --user 10001:10001 "$container" sh -c 'for tool in gcc cc c++ make pip pip3; do command -v $tool; done; true')
  [ -z "$wrong" ] || fail "$1 holds $wrong"
  if [ "$1" != embed ] && [ "$1" != factcheck ]; then
    store run --user 10001:10001 "$container" python3 -c 'import importlib.util as u, sys; sys.exit(bool(u.find_spec("torch")))' ||
      fail "$1 holds torch"
  fi
  wrong=$(store run --user 10001:10001 "$container" sh -c \
    'find / -xdev -writable \( -type d -o -type f \) 2>/dev/null | grep -vE "^/(data|identity|artefacts|tmp|var/tmp|run/lock|dev|proc|sys)(/|$)"; true')
  [ -z "$wrong" ] || fail "the user of $1 may write to $wrong"
  store rm "$container" >/dev/null
}

# $1: service. Sets CONTAINER; the service's own log is $WORK/$1.log, its process id $WORK/data/$1/pid.
start() {
  local name=$1 port=${PORT[$1]} settings
  CONTAINER=$(store from --name "$1-$RANDOM" "localhost/monshin/$1")
  install -d -o 10001 -g 10001 "$WORK/data" "$WORK/data/$name"
  settings=(MONSHIN_HOST=127.0.0.1 "MONSHIN_PORT=$port" MONSHIN_AUTH_JWKS=/identity/jwks.json
    MONSHIN_TLS_CA=/identity/ca.crt MONSHIN_TLS_CERTIFICATE=/identity/tls.crt MONSHIN_TLS_KEY=/identity/tls.key)
  case $name in
    factcheck) settings+=(MONSHIN_SERVICE_TOKEN_FILE=/identity/token
      "MONSHIN_FACTCHECK_EMBED_TARGET=127.0.0.1:${PORT[embed]}" "MONSHIN_FACTCHECK_ANN_TARGET=127.0.0.1:${PORT[ann]}") ;;
    gateway) settings+=(MONSHIN_GATEWAY_TLS_CERTIFICATE=/identity/tls.crt MONSHIN_GATEWAY_TLS_KEY=/identity/tls.key
      "MONSHIN_GATEWAY_UPSTREAMS=embed=127.0.0.1:${PORT[embed]} ann=127.0.0.1:${PORT[ann]} factcheck=127.0.0.1:${PORT[factcheck]}") ;;
  esac
  store run --user 10001:10001 --volume "$WORK/data/$name:/data" --volume "$WORK/identity/$name:/identity:ro" \
    "$CONTAINER" sh -c 'echo $$ >/data/pid; exec env "$@"' sh "${settings[@]}" python3 -m "monshin_$name" \
    >"$WORK/$name.log" 2>&1 &
  RUNNING[$name]="$! $CONTAINER"
}

# The health command of the image, asked until it says yes.
wait_serving() {
  local name=$1 question=("${@:2}") started=$SECONDS
  until store run --user 10001:10001 --volume "$WORK/identity/$name:/identity:ro" \
    --env "MONSHIN_PORT=${PORT[$name]}" --env MONSHIN_TLS_CA=/identity/ca.crt \
    --env MONSHIN_TLS_CERTIFICATE=/identity/tls.crt --env MONSHIN_TLS_KEY=/identity/tls.key \
    "$CONTAINER" python3 -m monshin_kit.probe "${question[@]}" 2>"$WORK/$name.probe"; do
    kill -0 "${RUNNING[$name]% *}" 2>/dev/null || { tail -5 "$WORK/$name.log" >&2; fail "$name ended"; }
    [ $((SECONDS - started)) -lt $START_LIMIT_S ] || { tail -5 "$WORK/$name.log" >&2; fail "$name: $(cat "$WORK/$name.probe")"; }
    sleep 0.5
  done
  SERVING_AFTER_S=$((SECONDS - started))
}

stop() {
  local job container status=0
  read -r job container <<<"${RUNNING[$1]}"
  kill -TERM "$(cat "$WORK/data/$1/pid")"
  wait "$job" || status=$?
  [ $status = 0 ] || { tail -5 "$WORK/$1.log" >&2; fail "$1 ended with $status after SIGTERM"; }
  store rm "$container" >/dev/null
  unset "RUNNING[$1]"
}

question() { [ "$1" != gateway ] || echo "https://127.0.0.1:${PORT[gateway]}/$2"; }

check_alone() {
  say "starting $1 alone"
  start "$1"
  # shellcheck disable=SC2046  # no question is one question less
  wait_serving "$1" $(question "$1" healthz)
  [ "$1" = gateway ] || in_data "$1" python3 -m monshin_kit.backup backup /data/store /data/backup
  stop "$1"
  [ "$1" = gateway ] || in_data "$1" python3 -m monshin_kit.backup restore /data/backup /data/store
  report "$1" "serves alone after $SERVING_AFTER_S s, ends with 0 on SIGTERM" ""
}

# Runs a command of the image on the data of a service, as `kubectl exec` or a restoring pod does.
in_data() {
  local container status=0
  container=$(store from "localhost/monshin/$1")
  store run --user 10001:10001 --volume "$WORK/data/$1:/data" "$container" "${@:2}" >"$WORK/$1.data.log" 2>&1 || status=$?
  store rm "$container" >/dev/null
  [ $status = 0 ] || { cat "$WORK/$1.data.log" >&2; fail "$1: ${*:2}"; }
}

check_together() {
  local name started=$SECONDS
  say "starting all together"
  for name in embed ann factcheck; do
    start "$name"
    wait_serving "$name"
  done
  start gateway
  wait_serving gateway "https://127.0.0.1:${PORT[gateway]}/readyz"
  report together "all ready through the gateway after $((SECONDS - started)) s" ""
  check_a_claim
  for name in gateway factcheck ann embed; do stop "$name"; done
}

# The main job through the images, as a person does it in compose: `docker compose run client factcheck check …`.
check_a_claim() {
  local container answer
  echo '{"id": "1", "claim": "アセトアミノフェンは1回500 mgを投与する。", "sources": ["アセトアミノフェンは1回300 mgを投与する。"]}' >"$WORK/claims.jsonl"
  container=$(store from "localhost/monshin/client")
  answer=$(store run --user 10001:10001 --volume "$WORK/keys:/data/keys:ro" --volume "$WORK/identity/client:/identity:ro" \
    --volume "$WORK/claims.jsonl:/tmp/claims.jsonl:ro" \
    --env MONSHIN_TLS_CA=/identity/ca.crt --env MONSHIN_TLS_CERTIFICATE=/identity/tls.crt \
    --env MONSHIN_TLS_KEY=/identity/tls.key --env "MONSHIN_EMBED_TARGET=127.0.0.1:${PORT[embed]}" \
    --env "MONSHIN_ANN_TARGET=127.0.0.1:${PORT[ann]}" --env "MONSHIN_FACTCHECK_TARGET=127.0.0.1:${PORT[factcheck]}" \
    "$container" monshin factcheck check --claims /tmp/claims.jsonl --json)
  report together "a claim checked: $(grep -o '"verdict": *"[A-Z_]*"' <<<"$answer" | tr '\n' ' ')" ""
  store rm "$container" >/dev/null
}

clean() {
  local status=$? name
  for name in "${!RUNNING[@]}"; do
    kill -KILL "$(cat "$WORK/data/$name/pid" 2>/dev/null)" 2>/dev/null || true
  done
  wait
  if [ $status != 0 ]; then
    mkdir -p "$PLACE/failed"
    cp "$WORK"/*.log "$PLACE/failed/" 2>/dev/null || true
    say "logs: $PLACE/failed"
  fi
  store rm --all >/dev/null 2>&1 || true
  store rmi --all --force >/dev/null 2>&1 || true
  rm -rf "$WORK"
}

declare -A RUNNING=()
main "$@"
