#!/bin/sh
# What has to be seen on a machine with an NVIDIA GPU, and could not be seen where this was written: CUDA and TensorRT work, fall
# back where they should not, agree with the processor, and are faster than torch with fp16 and torch.compile.
#
#   scripts/gpu-check.sh [OUT] [CHECKPOINT]
#
# CHECKPOINT is a name on the hub or a folder (default: random weights in Swin-tiny's architecture). Needs an NVIDIA driver,
# CUDA 13, cuDNN 9 and TensorRT 10. Reports, and one JSON file of timings, go to OUT (default: bench-out/gpu).
set -eu
# The program takes these for options.
unset MEASURE_MODEL M2F_LONG_SIDE MEASURE_CAMERA_HEIGHT_CM MEASURE_CEILING_HEIGHT_CM MEASURE_DEFAULT_FOV_DEG

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
out=${1:-bench-out/gpu}
checkpoint=${2:-}
python=.venv/bin/python
binary=target/release/measure-bench

mkdir -p "$out"
scripts/install-system-packages.sh
scripts/get-onnxruntime.sh gpu
scripts/python-environment.sh models/requirements.txt
cargo build --release --locked
if [ -z "$checkpoint" ]; then
    checkpoint=$out/mask2former-swin-tiny-random
    [ -f "$checkpoint/preprocessor_config.json" ] || "$python" models/random_checkpoint.py tiny "$checkpoint"
fi
# Named for its checkpoint: another one is exported anew.
model=$out/$(basename "$checkpoint")
for precision in fp32 fp16-gpu; do
    [ -f "$model-$precision.onnx" ] ||
        "$python" models/export.py --checkpoint "$checkpoint" --precision "$precision" --output "$model-$precision.onnx"
done

printf '\n== what this machine offers\n'
"$binary" doctor
"$binary" doctor --summary json >"$out/doctor.json"

# The last lines of what a command prints, and its exit code, which a pipe would hide.
shown() {
    lines=$1
    shift
    status=0
    "$@" >"$out/printed.txt" || status=$?
    tail -n "$lines" "$out/printed.txt"
    return "$status"
}
measure() {
    name=$1
    shift
    printf '\n== %s\n' "$name"
    # What an earlier check left would be compared below when this run fails.
    rm -rf "$out/$name" "$out/$name.json"
    shown 12 "$binary" --dir fixtures --ground-truth ground_truth.json --no-config --quiet --repeat 5 --warmup 2 \
        --debug-dir "$out/$name" --save "$out/$name.json" "$@"
}
measure cpu --device cpu --model "$model-fp32.onnx"
measure cuda --device cuda --model "$model-fp32.onnx"
measure cuda-fp16 --device cuda --model "$model-fp16-gpu.onnx"
measure tensorrt --device tensorrt --model "$model-fp32.onnx"
# The engine is kept: the second start must not build it again.
measure tensorrt-again --device tensorrt --model "$model-fp32.onnx"
measure bundled-auto --device auto

# Photos go together only where each is measured once.
[ -f "$out/rooms/ground_truth.json" ] || "$binary" rooms "$out/rooms" --count 64 --seed 1 --size 1024x768
for batch in 1 4 8; do
    printf '\n== cuda, %s photos a run\n' "$batch"
    shown 4 "$binary" --dir "$out/rooms" --no-config --quiet --device cuda --model "$model-fp32.onnx" --batch "$batch" \
        --save "$out/cuda-batch-$batch.json"
done

printf '\n== agreement of masks with the processor, and times\n'
"$python" perf/compare_runs.py "$out/cpu" "$out/cuda" "$out/cuda-fp16" "$out/tensorrt" "$out/tensorrt-again"

printf '\n== torch on the same GPU: eager, fp16, torch.compile\n'
"$python" perf/torch_gpu.py --checkpoint "$checkpoint" --size 512x704 >"$out/torch.json"
cat "$out/torch.json"
