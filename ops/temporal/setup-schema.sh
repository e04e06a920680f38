#!/bin/sh
# Brings the schema of Temporal's two PostgreSQL databases to the version of the temporal-sql-tool that runs this; to be
# run again before each upgrade of the server. The databases exist already (ops/postgres/create-databases.sh), so that
# Temporal's role needs no right to make any. SQL_HOST, SQL_PORT and SQL_USER are read by the tool itself.
set -eu

SQL_PLUGIN=${SQL_PLUGIN:-postgres12}
SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
export SQL_PLUGIN SQL_PASSWORD

set_up() {
  export SQL_DATABASE="$1"
  # Does nothing where a version is recorded already.
  temporal-sql-tool setup-schema --version 0.0
  temporal-sql-tool update-schema --schema-name "postgresql/v12/$2"
}

set_up temporal temporal
set_up temporal_visibility visibility
