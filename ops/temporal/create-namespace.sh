#!/bin/sh
# Makes the namespace of cxone-sync and its search attributes, and ends when both can be used. Running it again changes
# nothing; an existing namespace keeps its retention. Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables
# of the `temporal` command, TEMPORAL_RETENTION (30d) and WAIT_SECONDS (300), how long it waits for the server.
set -eu

export TEMPORAL_NAMESPACE="${TEMPORAL_NAMESPACE:-cxone}"
deadline=$(($(date +%s) + ${WAIT_SECONDS:-300}))

# The same list as ops/search-attributes.ts, in the order in which Web UI is to offer them.
attributes='CxoneTenant Keyword
CxoneStatus Keyword
CxoneTrigger Keyword
CxoneErrorType Keyword
CxoneBackfillId Keyword
CxoneWindowStart Datetime
CxoneWindowEnd Datetime
CxoneContacts Int
CxoneRecordings Int
CxoneRejected Int'

say() { echo "create-namespace: $*"; }
fail() {
  say "$*" >&2
  exit 1
}

# Repeats a command, in silence, until it succeeds; status 2 says that waiting does not help.
until_ok() {
  what=$1
  shift
  while :; do
    status=0
    answer=$("$@" 2>&1) || status=$?
    [ "$status" -ne 0 ] || return 0
    [ "$status" -ne 2 ] || fail "$answer"
    [ "$(date +%s)" -lt "$deadline" ] || fail "gave up waiting for $what: $answer"
    sleep 1
  done
}

create_namespace() {
  temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "${TEMPORAL_RETENTION:-30d}"
}

# One call for each: given several names, version 1.8.2 of the command creates the first and says nothing of the rest.
create_attributes() {
  present=$(temporal operator search-attribute list) || return 1
  echo "$attributes" | while read -r name type; do
    found=$(echo "$present" | awk -v name="$name" '$1 == name { print $2 }')
    case $found in
      "$type") ;;
      '') temporal operator search-attribute create --name "$name" --type "$type" || exit 1 ;;
      *)
        echo "$name is of type $found and must be $type: temporal operator search-attribute remove --name $name"
        exit 2
        ;;
    esac
  done
}

# A query that names them all fails until the server that answers knows them all.
attributes_usable() {
  temporal workflow count --query "$(echo "$attributes" | awk '{ printf "%s%s IS NULL", (NR > 1 ? " AND " : ""), $1 }')"
}

until_ok 'the Temporal server' temporal operator cluster health
until_ok "namespace $TEMPORAL_NAMESPACE" create_namespace
say "namespace $TEMPORAL_NAMESPACE is there"
until_ok 'the search attributes' create_attributes
until_ok 'the search attributes' attributes_usable
say 'search attributes are there'
