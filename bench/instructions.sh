#!/usr/bin/env bash
# Counts the instructions of bench/instructions.cpp by function, with valgrind. A report, never a test:
# the count of one compiler compares with another count of the same compiler only.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
math=(-O3 -fno-math-errno -fno-trapping-math -ffp-contract=fast)
for level in 2 3 4; do
  wide=$([ "$level" = 4 ] && echo -mprefer-vector-width=512 || true)
  c++ -std=c++17 -g "${math[@]}" -march=x86-64-v$level $wide -c core/kernels_v$level.cpp \
    -o "$work/kernels_v$level.o"
done
c++ -std=c++17 -g -O3 -Icore bench/instructions.cpp core/{cpu,network,stream,threads}.cpp \
  "$work"/kernels_v*.o -pthread -o "$work/small"
# Valgrind knows AVX2 but not AVX-512, so what it counts are the x86-64-v3 kernels.
valgrind --tool=callgrind --callgrind-out-file="$work/out" "$work/small" 2> "$work/log"
grep -E 'Collected' "$work/log"
callgrind_annotate "$work/out" | grep -E '^ *[0-9,]+ \([ 0-9.]+%\)' | awk "NR <= 12" | cut -c1-150
