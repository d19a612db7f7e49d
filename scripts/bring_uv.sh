#!/bin/sh
# Print the path of a uv to use: the one on PATH, else one brought along into .uv/ (needs only Python's venv or pip).
set -eu
if command -v uv >/dev/null 2>&1; then command -v uv; exit 0; fi
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
for uv in "$here/.uv/bin/uv" "$here/.uv/lib/bin/uv"; do
    if [ -x "$uv" ]; then echo "$uv"; exit 0; fi
done
python=${PYTHON:-python3}
echo "uv is not on this machine: bringing it along into .uv/ (once)" >&2
if "$python" -m venv "$here/.uv" >/dev/null 2>&1 && "$here/.uv/bin/python" -m pip install -q uv >&2; then
    echo "$here/.uv/bin/uv"
elif "$python" -m pip install -q --target "$here/.uv/lib" uv >&2; then
    echo "$here/.uv/lib/bin/uv"
else
    echo "Could not bring uv along: $python has neither a working venv nor pip, or the package index does not answer." >&2
    echo "Install uv by hand (it is a single program), or python3-venv, and run make again." >&2
    exit 3
fi
