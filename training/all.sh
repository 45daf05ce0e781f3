#!/bin/sh
# The shipped weights from photos and rendered scalps: sh training/all.sh PYTHON PHOTOS CACHE RUNS
# Leaves RUNS/fold0.onnx (development: no man of fold 0 was seen) and RUNS/scalp.onnx (all men: to be shipped).
set -eu
python=$1 photos=$2 cache=$3 runs=$4
here=$(dirname "$0")
train() { "$python" "$here/train.py" --photos "$photos" "$@"; }
second="--rendered $cache --steps 850 --batch 8 --lights 1 --rate 1.2e-3 --encoder-rate 5e-4 --w-squares 5
  --rendered-share 0.15 --frozen-blocks 3 --seed 2"
near="--rendered $cache --warmup 10 --batch 8 --lights 1 --encoder-rate 3e-4 --w-squares 6
  --rendered-share 0.12 --frozen-blocks 3 --head-low 220 --head-high 360"
train --out "$runs/first" --hold-out 0 --steps 700
# shellcheck disable=SC2086 # the options are words
for kind in fold0 all; do
  if [ "$kind" = fold0 ]; then held="--hold-out 0"; else held=""; fi
  train --out "$runs/$kind-2" --start "$runs/first/weights.pt" $held $second
  train --out "$runs/$kind-3" --start "$runs/$kind-2/weights.pt" $held $near --steps 360 --rate 8e-4 --seed 3
  train --out "$runs/$kind-4" --start "$runs/$kind-3/weights.pt" $held $near --steps 190 --rate 7e-4 --seed 4
  "$python" "$here/average.py" "$runs/$kind/weights.pt" "$runs/$kind-3/weights.pt" "$runs/$kind-4/weights.pt"
done
"$python" "$here/export.py" "$runs/fold0/weights.pt" "$runs/fold0.onnx"
"$python" "$here/export.py" "$runs/all/weights.pt" "$runs/scalp.onnx"
