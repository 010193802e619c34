#!/usr/bin/env bash
# Builds a program of this folder with the core alone, as CMake does: core.sh PROGRAM.cpp OUTPUT
set -euo pipefail
program=$(realpath "$1") output=$(realpath -m "$2")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
math=(-O3 -fno-math-errno -fno-trapping-math -ffp-contract=fast)
for level in 2 3 4; do
  wide=$([ "$level" = 4 ] && echo -mprefer-vector-width=512 || true)
  c++ -std=c++17 -g "${math[@]}" -march=x86-64-v$level $wide -c core/kernels_v$level.cpp \
    -o "$work/kernels_v$level.o"
done
c++ -std=c++17 -g -O3 -Icore "$program" core/{buffer,cpu,descent,lessons,losses,network,panels,playback,readout,session,stream,threads,worker}.cpp \
  "$work"/kernels_v*.o -pthread -o "$output"
