#!/bin/sh
# The shipped weights, from photos: sh training/all.sh PYTHON PHOTOS WORK [folds]
# Leaves WORK/runs/scalp.onnx (all men: to be shipped) and WORK/runs/fold0.onnx (development: no man of fold 0 was seen);
# with "folds" also fold1.onnx and fold2.onnx, for cross-validation over men. Scalps that are rendered and runs that are
# finished are kept: called again after a stop, it goes on.
set -eu
python=$1 photos=$2 work=$3 more=${4:-}
here=$(cd "$(dirname "$0")" && pwd)
now=$work/scalps early=$work/early-scalps runs=$work/runs
export PYTHONPATH="$here/.."
# A step frees and takes again a gigabyte: left to itself, glibc gives it back to the system each time, a fifth of the time.
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4000000000:glibc.malloc.trim_threshold=8000000000

# The first three stages of the shipped weights learned from 110 scalps of two earlier states of the renderer.
earlier() { # COMMIT FIRST-SEED COUNT
  mkdir -p "$work/renderer-$1"
  git -C "$here/.." archive "$1" hairdensity | tar x -C "$work/renderer-$1"
  PYTHONPATH=$work/renderer-$1 "$python" "$here/render.py" "$early" --first "$2" --count "$3"
}
mkdir -p "$early" "$runs"
earlier 6605022 700000 2
earlier d54b81f 700002 108
"$python" "$here/render.py" "$now" --count 600
"$python" "$here/sketch.py" "$now" --count 700
for seed in $(seq 700110 700599) $(seq 800000 800399); do
  if [ -e "$now/$seed.npz" ]; then cp -u "$now/$seed.npz" "$early/"; fi
done

# run NAME SCALPS HELD-OUT-FOLD-OR-NOTHING options...: one stage, left out where its weights are there.
run() {
  name=$1 scalps=$2 fold=$3
  shift 3
  if [ -e "$runs/$name/plan.json" ]; then return; fi
  "$python" "$here/train.py" --photos "$photos" --rendered "$scalps" --out "$runs/$name" ${fold:+--hold-out "$fold"} \
    --batch 8 --lights 1 --frozen-blocks 3 --threads 1 "$@"
}

first() { # FOLD
  run "first$1" "$early" "$1" --steps 2700 --rendered-heads 180 --rendered-share 0.22 --w-squares 5 \
    --head-low 220 --head-high 400
}

# later NAME FOLD-OF-ITS-FIRST-STAGE HELD-OUT-FOLD-OR-NOTHING
later() {
  set -- "$1" "$2" "$3" --warmup 20 --rate 1e-3 --encoder-rate 4e-4 --w-squares 6 --head-low 180 --head-high 300
  made=$1 from=$2 held=$3
  shift 3
  run "$made-second" "$early" "$held" --start "$runs/first$from/weights.pt" --steps 450 --rendered-heads 300 \
    --rendered-share 0.2 --seed 2 "$@"
  run "$made-third" "$early" "$held" --start "$runs/$made-second/weights.pt" --steps 1300 --rendered-share 0.32 \
    --seed 3 "$@"
  run "$made" "$now" "$held" --start "$runs/$made-third/weights.pt" --steps 1900 --rendered-share 0.4 --thinned 0.3 \
    --seed 4 "$@"
  "$python" "$here/export.py" "$runs/$made/weights.pt" "$runs/$made.onnx"
}

first 0
later fold0 0 0
later scalp 0 ""
if [ "$more" = folds ]; then
  for fold in 1 2; do
    first "$fold"
    later "fold$fold" "$fold" "$fold"
  done
fi
