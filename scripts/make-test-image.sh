#!/bin/sh
# Makes the image that the tests run programs in: scoregate-test:latest, a minimal Debian with the whole of Python's
# standard library, `python` as well as `python3`, no entrypoint, nothing else. It is built with debootstrap from the
# mirror that this machine's apt uses, so it needs no image registry. The packed root file system is kept in
# ${SCOREGATE_CACHE:-$HOME/.cache/scoregate}; with it, the next machine or engine has the image in seconds.
set -eu

image=scoregate-test:latest
cache=${SCOREGATE_CACHE:-${HOME:-/root}/.cache/scoregate}
suite=bookworm
# A new number makes every machine build again: raise it when the content of the image changes.
edition=1
packed=$cache/test-image-$suite-$(uname -m)-$edition.tar

say() { printf 'make-test-image: %s\n' "$*"; }
fail() {
  say "$*" >&2
  exit 1
}

# Docker's and Podman's command lines take the same words here.
if command -v docker >/dev/null 2>&1; then
  engine=docker
elif command -v podman >/dev/null 2>&1; then
  engine=podman
else
  fail 'neither docker nor podman is installed. Type: sudo apt-get install docker.io'
fi
if ! answer=$($engine version 2>&1); then
  say "$answer" >&2
  fail "$engine is installed but no engine answers. Type: sudo systemctl start docker (without systemd: sudo dockerd --iptables=false --bridge=none &)"
fi

if $engine image inspect "$image" >/dev/null 2>&1; then
  say "$image is there"
  exit 0
fi

if [ ! -f "$packed" ]; then
  command -v debootstrap >/dev/null 2>&1 || fail 'debootstrap is not installed. Type: sudo apt-get install debootstrap'
  if [ "$(id -u)" = 0 ]; then
    as_root=''
  elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
  else
    fail 'debootstrap must run as root, and there is no sudo. Run this script once as root'
  fi

  # apt itself says which mirror it uses, whatever the format of its source files.
  mirror=$(apt-get indextargets --format '$(SITE)' "Codename: $suite" 2>/dev/null | head -n 1)
  if [ -z "$mirror" ]; then
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
      sed -n -e 's/^URIs:[[:space:]]*\([^ ]*\).*/\1/p' -e 's/^deb[[:space:]]\(\[[^]]*\][[:space:]]*\)\{0,1\}\([^ ]*\).*/\2/p' |
      grep -E '/debian/?$' | head -n 1)
  fi
  mirror=${mirror:-http://deb.debian.org/debian}

  mkdir -p "$cache"
  room=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder's name is fixed now
  trap "$as_root rm -rf '$room' '$packed.$$'" EXIT INT TERM
  say "building $image from $mirror (about a minute, once)"
  if ! $as_root debootstrap --variant=minbase --include=python3-minimal,python3 "$suite" "$room/root" "$mirror" >"$room/log" 2>&1; then
    tail -n 20 "$room/log" >&2
    fail "debootstrap failed; the last lines of what it said are above"
  fi
  $as_root ln -s python3 "$room/root/usr/bin/python"
  $as_root sh -c "rm -rf '$room'/root/var/cache/apt/* '$room'/root/var/lib/apt/lists/* '$room'/root/usr/share/doc/* \
    '$room'/root/usr/share/man/* '$room'/root/usr/share/locale/* '$room'/root/var/log/* '$room'/root/dev/*"
  $as_root tar --numeric-owner --one-file-system -C "$room/root" -cf "$packed.$$" .
  # The cache holds whole files only: a build that was interrupted leaves nothing that looks finished.
  mv "$packed.$$" "$packed"
fi

$engine import "$packed" "$image" >/dev/null
say "$image is made"
