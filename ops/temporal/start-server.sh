#!/bin/sh
# Starts the Temporal server of the image with the database password from a file: the server itself takes it from the
# environment only, where `docker inspect` would show it.
set -eu

POSTGRES_PWD=$(cat "$POSTGRES_PWD_FILE")
export POSTGRES_PWD

exec "${ENTRYPOINT:-/etc/temporal/entrypoint.sh}"
