"""Many files: every one extracted, each failure reported, nothing lost and nothing half-written.

Files are worked on in processes of their own, because PDF libraries can crash on hostile files and pdfium must
not run in threads: a crash, a hang or a memory blow-up costs the one file that caused it. What is done is kept in a
catalogue (:mod:`vnadmin_extract.catalogue`), so a run that was stopped or killed goes on where it was.

``inputs`` and ``remote`` find the files, ``runner`` decides what is to be read, an executor (``executor``, ``pool``,
``ray_engine``) reads it by ``work``, and ``outputs`` writes the exports from the catalogue.
"""

from __future__ import annotations

from vnadmin_extract.batch.executor import Executor as Executor
from vnadmin_extract.batch.outputs import RECORDS_FILE as RECORDS_FILE
from vnadmin_extract.batch.outputs import SUMMARY_FILE as SUMMARY_FILE
from vnadmin_extract.batch.report import CRASHED as CRASHED
from vnadmin_extract.batch.report import INTERNAL_ERROR as INTERNAL_ERROR
from vnadmin_extract.batch.report import MEMORY as MEMORY
from vnadmin_extract.batch.report import TIMEOUT as TIMEOUT
from vnadmin_extract.batch.report import FileReport as FileReport
from vnadmin_extract.batch.report import RunSummary as RunSummary
from vnadmin_extract.batch.runner import CATALOGUE_FILE as CATALOGUE_FILE
from vnadmin_extract.batch.runner import RUN_FILE as RUN_FILE
from vnadmin_extract.batch.runner import Listener as Listener
from vnadmin_extract.batch.runner import RunOptions as RunOptions
from vnadmin_extract.batch.runner import make_executor as make_executor
from vnadmin_extract.batch.runner import processors as processors
from vnadmin_extract.batch.runner import run as run
from vnadmin_extract.batch.runner import run_folder as run_folder
from vnadmin_extract.batch.stopping import Interrupted as Interrupted
from vnadmin_extract.batch.work import ExtractFunction as ExtractFunction
from vnadmin_extract.batch.work import Job as Job
from vnadmin_extract.batch.work import Task as Task
from vnadmin_extract.batch.work import extract_file as extract_file
