# Sourced by the other scripts: where things are, and which tools to use.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/.tools

# npm's tools first; among them is the Node that wrangler needs.
export PATH="$root/node_modules/.bin:$tools/bin:$PATH"
export WASM_BINDGEN_BIN="$tools/bin/wasm-bindgen"
export ESBUILD_BIN="$root/scripts/esbuild" # which calls the one of node_modules
export WASM_OPT_BIN="$root/scripts/wasm-opt" # which calls the one of node_modules
export WRANGLER_SEND_METRICS=false
export WRANGLER_LOG_PATH="$root/.wrangler/logs"
# The local world asks nobody where its requests come from.
export CLOUDFLARE_CF_FETCH_ENABLED=false

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The version of a crate in Cargo.lock.
locked_version() {
  awk -v want="name = \"$1\"" '$0 == want { getline; gsub(/version = |"/, ""); print; exit }' "$root/Cargo.lock"
}

# Makes cargo use the toolchain that scripts/setup found or made for wasm32. Host builds keep the
# default one, so call this only around wasm builds.
use_wasm_toolchain() {
  local chosen
  chosen=$(cat "$tools/wasm-toolchain" 2>/dev/null) || die "not set up yet: run scripts/setup"
  if [ "$chosen" != default ]; then export RUSTUP_TOOLCHAIN=$chosen; fi
}

# No file and line in panic messages, no code for `{:?}`: 10 kB of the Worker (gzipped). Nothing may
# panic, what does shows its text, and no text of ours is made by `{:?}`. The flags are not stable,
# so a compiler that refuses them builds without.
use_small_code() {
  local flags="-Zlocation-detail=none -Zfmt-debug=none"
  # shellcheck disable=SC2086
  if RUSTC_BOOTSTRAP=1 rustc $flags --print cfg --target wasm32-unknown-unknown >/dev/null 2>&1; then
    export RUSTC_BOOTSTRAP=1 RUSTFLAGS="${RUSTFLAGS:-} $flags"
  fi
}

# Prints the path of the browser that the tests drive.
find_browser() {
  local name
  for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return
  done
  return 1
}
