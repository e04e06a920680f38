#!/bin/sh
# Makes the secrets that docker-compose.yml asks for, with random passwords, in the folder given (default: secrets).
# What is there already stays. The folder is for its owner alone; the files in it are readable, because a container sees
# them under a user of its own.
set -eu

folder=${1:-secrets}
mkdir -p "$folder/tenants"
chmod 700 "$folder"

# Hexadecimal: these passwords become parts of URLs.
password() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

make() {
  [ -s "$folder/$1" ] || printf '%s\n' "$2" >"$folder/$1"
}

make postgres-password "$(password)"
make temporal-database-password "$(password)"
make cxone-database-password "$(password)"
# The network of this deployment does not leave its host, so the connection goes without TLS; see docs/deploying.md.
make database-url "postgres://cxone:$(cat "$folder/cxone-database-password")@postgres:5432/cxone?sslmode=disable"

chmod 755 "$folder/tenants"
find "$folder" -type f -exec chmod 644 {} +
