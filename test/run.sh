#!/bin/sh
# npm test: installs what is missing, then types, house rules, units, simulation, and clusters of real peers.
# With an argument only those parts: unit, sim, cluster; apart, where machines are made a cluster of by hand; browser, which
# needs Debian's chromium; or compose, which needs Docker. The last three are not in npm test. It stops at the first that fails.
set -eu
cd "$(dirname "$0")/.."
./shoal prepare
PATH=$PWD/node_modules/.bin:$PATH
export PATH
parts=${1:-"types unit sim cluster"}
start=$(date +%s)
for part in $parts; do
  case $part in
    types) tsc --noEmit && tsc --noEmit -p node/dashboard ;;
    unit) mocha --parallel --jobs 2 'test/{tidy,protocol,contract,golden,integration,bench,mutants,chaos}/**/*.test.ts' 'test/node/**/*.test.ts' 'test/sim/**/*.test.ts' --ignore 'test/sim/seeds.test.ts' ;;
    sim) mocha --timeout 300000 test/sim/seeds.test.ts ;;
    cluster) mocha --timeout 180000 'test/e2e/**/*.test.ts' --ignore 'test/e2e/{apart,compose}/**' ;;
    apart) mocha --timeout 180000 'test/e2e/apart/*.test.ts' ;;
    browser) mocha --timeout 60000 'test/browser/*.test.ts' ;;
    compose) mocha --timeout 180000 --require ./test/support/compose/setup.ts 'test/e2e/compose/*.test.ts' ;;
    *) echo "unknown part $part" >&2; exit 2 ;;
  esac
  echo "$part: done after $(($(date +%s) - start)) s"
done
