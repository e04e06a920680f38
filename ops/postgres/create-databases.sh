#!/bin/sh
# Run by the PostgreSQL image once, when its volume is empty (/docker-entrypoint-initdb.d): a role and its databases for
# Temporal, another for cxone-sync. Neither role may make databases or roles, nor enter the other's databases.
# Passwords come from files and reach psql through its own backquotes, never as an argument others could list.
set -eu

secrets=${SECRETS_FOLDER:-/run/secrets}

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set "secrets=$secrets" <<'SQL'
\set temporal_password `cat "$(printf %s :'secrets')/temporal-database-password"`
\set cxone_password `cat "$(printf %s :'secrets')/cxone-database-password"`

create role temporal login password :'temporal_password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;

create role cxone login password :'cxone_password';
create database cxone owner cxone;

revoke all on database temporal, temporal_visibility, cxone from public;
SQL
