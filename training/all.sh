#!/bin/sh
# The shipped weights from photos and rendered scalps: sh training/all.sh PYTHON PHOTOS CACHE RUNS
# Leaves RUNS/fold0.onnx (development: no man of fold 0 was seen) and RUNS/scalp.onnx (all men: to be shipped).
# CACHE holds the scalps of render.py --count 600 and of sketch.py --count 700.
set -eu
python=$1 photos=$2 cache=$3 runs=$4
here=$(dirname "$0")
train() {
  "$python" "$here/train.py" --photos "$photos" --rendered "$cache" --batch 8 --lights 1 --frozen-blocks 3 --threads 1 "$@"
}
train --out "$runs/first" --hold-out 0 --steps 2700 --rendered-heads 180 --rendered-share 0.22 --w-squares 5 \
  --head-low 220 --head-high 400
for kind in fold0 all; do
  if [ "$kind" = fold0 ]; then held="--hold-out 0"; else held=""; fi
  # shellcheck disable=SC2086 # the option is two words, or none
  train --out "$runs/$kind-second" --start "$runs/first/weights.pt" $held --steps 450 --warmup 20 --rate 1e-3 \
    --encoder-rate 4e-4 --rendered-heads 300 --rendered-share 0.2 --w-squares 6 --head-low 180 --head-high 300 --seed 2
  # shellcheck disable=SC2086
  train --out "$runs/$kind-third" --start "$runs/$kind-second/weights.pt" $held --steps 1300 --warmup 20 --rate 1e-3 \
    --encoder-rate 4e-4 --rendered-heads 1000 --rendered-share 0.32 --w-squares 6 --head-low 180 --head-high 300 --seed 3
  # shellcheck disable=SC2086
  train --out "$runs/$kind" --start "$runs/$kind-third/weights.pt" $held --steps 1900 --warmup 20 --rate 1e-3 \
    --encoder-rate 4e-4 --rendered-share 0.4 --w-squares 6 --head-low 180 --head-high 300 --thinned 0.3 --seed 4
  "$python" "$here/export.py" "$runs/$kind/weights.pt" "$runs/$kind.onnx"
done
mv "$runs/all.onnx" "$runs/scalp.onnx"
