"""The notebooks run from top to bottom in a kernel of their own, and the outputs that they are kept with are whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
NAMES = sorted(path.name for path in FOLDER.glob("*.ipynb"))

pytestmark = [
    pytest.mark.notebooks,
    pytest.mark.skipif(not any((ROOT / "corpus" / "samples").glob("*.pdf")), reason="no samples were made"),
]


def notebook(name: str) -> Any:
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(FOLDER / name, as_version=4)


def code(cells: Any) -> list[Any]:
    return [cell for cell in cells if cell.cell_type == "code"]


def kinds(cells: Any) -> list[set[str]]:
    """For each cell of code: what kinds of output it has."""
    return [
        {kind for output in cell.outputs for kind in output.get("data", {output.get("name", ""): ""})}
        for cell in code(cells)
    ]


def test_there_are_notebooks() -> None:
    assert NAMES == ["folder_to_tracker.ipynb", "quickstart.ipynb", "train_and_evaluate.ipynb"]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_as_it_is_kept(name: str) -> None:
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    kept, fresh = notebook(name), notebook(name)
    for cell in code(fresh.cells):
        cell.outputs = []
    # An exception in a cell is one here.
    client.NotebookClient(
        fresh, timeout=600, startup_timeout=300, resources={"metadata": {"path": str(FOLDER)}}
    ).execute()
    assert kinds(fresh.cells) == kinds(kept.cells)


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_kept_and_tell_nothing_of_the_machine(name: str) -> None:
    cells = code(notebook(name).cells)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
            words = str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
            for private in ("/home/", "/root/", "/tmp/", "/Users/", str(ROOT)):
                assert private not in words
