"""What a run costs: ``python benchmarks/batch.py [--documents 200] [--memory-documents 500 5000] [--no-ray]``.

Prints documents per second with one and two workers, on this machine and on a Ray cluster of this machine, as ratios
to one local worker (start-up of workers and models left out: the rate is that between the first and the last file),
and the peak memory of the process that runs it all, which must not grow with the number of documents.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
from chaos import make_documents

RUN = """
import json, resource, sys
from vnadmin_extract.batch import RunOptions, run
if __name__ == "__main__":
    folder, out, options = sys.argv[1:]
    options = json.loads(options)
    peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peaks = {}
    class Listener:
        def phase(self, name): peaks[name] = peak()
        def listed(self, files): pass
        def planned(self, to_do, unchanged): pass
        def file(self, report, done, to_do): pass
    summary = run([folder], out, None, RunOptions(**options), listener=Listener())
    print(json.dumps({"seconds": summary.seconds, "peak": peak(), **peaks}))
"""


def run(folder: Path, out: Path, **options: object) -> dict[str, float]:
    """One run in a process of its own; seconds, peak kilobytes, and files per second of its log."""
    log = out.with_suffix(".log")
    given = {"log": str(log), "exports": ["workbook"], **options}
    result = subprocess.run(
        [sys.executable, "-c", RUN, str(folder), str(out), json.dumps(given)],
        capture_output=True,
        text=True,
        check=True,
    )
    values: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    moments = [datetime.fromisoformat(line["time"]) for line in lines if line["event"] == "file"]
    # The first tenth: models are still loading in some worker.
    warm = moments[len(moments) // 10 :]
    values["rate"] = (len(warm) - 1) / (warm[-1] - warm[0]).total_seconds()
    return values


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--memory-documents", type=int, nargs="*", default=[500, 5000])
    parser.add_argument("--no-ray", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        work = Path(temporary)
        folder = work / "in"
        make_documents(folder, options.documents, seed=1)
        engines = ["local"] if options.no_ray or find_spec("ray") is None else ["local", "ray"]
        first = 0.0
        print(f"{options.documents} documents")
        for engine in engines:
            for jobs in (1, 2):
                values = run(folder, work / f"{engine}-{jobs}", engine=engine, jobs=jobs)
                first = first or values["rate"]
                print(
                    f"{engine:6} {jobs} workers {values['rate']:8.1f} documents/s  "
                    f"{values['rate'] / first:5.2f} of one local worker  (whole run {values['seconds']:.1f} s)",
                    flush=True,
                )
        for count in options.memory_documents:
            documents = work / f"in-{count}"
            make_documents(documents, count, seed=2)
            begin = time.monotonic()
            values = run(documents, work / f"memory-{count}", jobs=2)
            print(
                f"{count:6} documents: peak memory of the run's own process {values['reading'] / 1024:.1f} MiB "
                f"after listing, {values['exporting'] / 1024:.1f} after reading, {values['peak'] / 1024:.1f} after "
                f"the workbook, {time.monotonic() - begin:.0f} s",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
