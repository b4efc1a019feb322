#!/bin/sh
# Makes ui/vendor/lit.js anew: one module out of pinned npm packages, with their licence.
# Needs node and npm; nothing else of the project does.
set -eu
vendor="$(cd "$(dirname "$0")/../ui/vendor" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts lit@3.3.3 lit-html@3.3.3 @lit/task@1.0.3
npm install --silent --no-audit --no-fund esbuild@0.28.2 # its script fetches the binary of this machine

cat >entry.js <<'JS'
export { LitElement, css, html, nothing, svg } from "lit";
export { classMap } from "lit/directives/class-map.js";
export { live } from "lit/directives/live.js";
export { repeat } from "lit/directives/repeat.js";
export { Task, TaskStatus } from "@lit/task";
JS
npx esbuild entry.js --bundle --format=esm --minify --target=es2022 --legal-comments=inline --outfile=lit.js

cp lit.js "$vendor/lit.js"
cp node_modules/lit/LICENSE "$vendor/LICENSE"
{
    echo "Lit (https://lit.dev), BSD-3-Clause, see LICENSE. Bundled by gateway/tools/vendor.sh; do not edit."
    echo
    for package in lit lit-html lit-element @lit/reactive-element @lit/task; do
        node -p "'$package ' + require('./node_modules/$package/package.json').version"
    done
    echo
    sha256sum lit.js
} >"$vendor/VERSIONS"
