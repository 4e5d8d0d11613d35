#!/bin/sh
# distributed 2026.8.0: starting a LocalCluster leaves OMP_NUM_THREADS=1 in the process that starts it, for good.
# Expected: workers get one thread each for BLAS and OpenMP, so that they do not fight; the process that made the
#   cluster keeps its own environment, and certainly has it back when the cluster is closed.
# Happens: the three variables (OMP, MKL, OPENBLAS) are written into os.environ of the client's own process just before
#   a worker is spawned, and stay after close(). What is imported or started there later has one thread: a NumPy or a
#   PyTorch that is imported after, a training script run by subprocess, joblib's loky workers. With processes=False
#   nothing is written.
# Hurt: searching with Dask first, then training the final network in the same notebook: on one core, with no word.
# Needs two processors or more. Exit status 0: distributed still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install dask==2026.8.0 distributed==2026.8.0 numpy==2.4.6 threadpoolctl==3.8.0 2> "$work/log" || { cat "$work/log"; exit 1; }
cat > "$work/cluster.py" <<'END'
import os
import subprocess
import sys

from dask.distributed import Client, LocalCluster

NAMES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
CHILD = "import numpy, threadpoolctl; print(max(pool['num_threads'] for pool in threadpoolctl.threadpool_info()))"


def threads():
    """Of NumPy's BLAS in a program that this process starts."""
    return int(subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True).stdout)


def after(**options):
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, **options) as cluster, Client(cluster):
        pass
    return [os.environ.get(name) for name in NAMES], threads()


if __name__ == "__main__":
    before = threads()
    inside = after(processes=False)
    workers = after()
    print(f"before: a program has {before} threads; {len(os.sched_getaffinity(0))} processors")
    print(f"after a cluster of threads: {inside[0]}, {inside[1]} threads")
    print(f"after a cluster of processes, closed: {workers[0]}, {workers[1]} thread(s)")
    if before < 2:
        raise SystemExit("this needs two processors")
    still = inside == ([None] * 3, before) and workers == (["1"] * 3, 1)
    raise SystemExit(0 if still else "distributed behaves differently now")
END
env -u OMP_NUM_THREADS -u MKL_NUM_THREADS -u OPENBLAS_NUM_THREADS "$work/venv/bin/python" "$work/cluster.py"
