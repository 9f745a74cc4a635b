# Sourced by scripts/test: has Chromium installed for the tests of pages, where that is possible.
# Debian's package is taken, and only by root. Without a browser these tests say so.
# shellcheck shell=bash

_has_browser() {
  [[ -n ${CRMBRIDGE_CHROMIUM:-} ]] || command -v chromium >/dev/null ||
    command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

_install_browser() {
  [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || return 1
  say "installing Debian's chromium for the tests of pages (once; it takes a minute)"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
    --no-install-recommends chromium; } >"$venv.browser.log" 2>&1 </dev/null
}

if ! _has_browser && ! _install_browser; then
  say "no Chromium here: the tests of pages will say so. Install the package chromium, or name a" \
    "browser in CRMBRIDGE_CHROMIUM."
fi
