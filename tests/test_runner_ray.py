"""The same run on a Ray cluster: same statuses, same bytes, and machines that go away cost nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from record_examples import fake_extract
from vnadmin_extract import batch
from vnadmin_extract.batch import FileReport, RunOptions, RunSummary
from vnadmin_extract.batch.runner import _OnFile

ray = pytest.importorskip("ray", reason="Ray is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.ray]

POISON = {"03.txt": "hang", "05.txt": "abort", "06.txt": "balloon", "07.txt": "scan", "08.txt": "defect"}


def fill(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, order in files.items():
        (folder / name).write_text(f"{order} {name}", encoding="utf-8")
    return folder


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two machines with one processor each, as far as Ray can tell."""
    from ray.cluster_utils import Cluster

    here = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", here)  # the workers need record_examples
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 100 << 20})
    made.add_node(num_cpus=1, object_store_memory=100 << 20)
    made.wait_for_nodes()
    yield made
    ray.shutdown()
    made.shutdown()


def run(folder: Path, out: Path, listener: Any = None, **options: Any) -> RunSummary:
    given = RunOptions(timeout=8, memory=400 << 20, exports=("workbook", "table"), **options)
    return batch.run([folder], out, None, given, extract=fake_extract, listener=listener)


def test_a_poisoned_folder_on_two_machines_gives_the_same_bytes_as_here(tmp_path: Path, cluster: Any) -> None:
    files = {f"{number:02}.txt": "two" if number % 3 else "one" for number in range(12)} | POISON
    folder = fill(tmp_path / "in", files)
    there = run(folder, tmp_path / "there", jobs=None, engine="ray", address=cluster.address)
    assert there.statuses == {
        "crashed": 1,
        "internal_error": 1,
        "memory": 1,
        "needs_ocr": 1,
        "ok": 7,
        "timeout": 1,
    }
    run(folder, tmp_path / "here", jobs=2)
    for name in there.outputs:
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes(), name


def test_a_machine_that_goes_away_costs_nothing(tmp_path: Path, cluster: Any) -> None:
    folder = fill(tmp_path / "in", {f"{number:02}.txt": "slow" for number in range(24)})
    second = cluster.add_node(num_cpus=1, object_store_memory=100 << 20)
    cluster.wait_for_nodes()

    def stop_it(report: FileReport, done: int, to_do: int) -> None:
        if done == 6:
            cluster.remove_node(second, allow_graceful=False)

    summary = run(folder, tmp_path / "out", _OnFile(stop_it), jobs=3, engine="ray", address=cluster.address)
    assert summary.statuses == {"ok": 24}
