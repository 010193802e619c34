#!/usr/bin/env bash
# Counts the instructions of bench/instructions.cpp by function, with valgrind. A report, never a test:
# the count of one compiler compares with another count of the same compiler only.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench/core.sh bench/instructions.cpp "$work/small"
# Valgrind knows AVX2 but not AVX-512, so what it counts are the x86-64-v3 kernels.
valgrind --tool=callgrind --callgrind-out-file="$work/out" "$work/small" 2> "$work/log"
grep -E 'Collected' "$work/log"
callgrind_annotate "$work/out" | grep -E '^ *[0-9,]+ \([ 0-9.]+%\)' | awk "NR <= 12" | cut -c1-150
