"""`kb jobs`: what was uploaded, how far it is, and what failed."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kb.surfaces import job_shapes as shapes
from kb.surfaces.cli.common import AsJson, Home, Index, emit, out
from kb.surfaces.cli.opening import open_library
from kb.surfaces.messages import Words
from kb.types import Job

app = typer.Typer(
    help="Jobs: uploads on their way into the library.", no_args_is_help=True, add_completion=False
)

JobId = Annotated[str, typer.Argument(metavar="JOB", help="A job's id, see `kb jobs list`.")]
_SHOWN = 50


@app.command("list")
def list_jobs(home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """List the jobs of late, the newest first."""
    with open_library(home, index) as library:
        found, _ = library.jobs.page(_SHOWN)
        total = library.jobs.count()
    if json:
        emit(shapes.JobsOut([shapes.card_out(job) for job in found], total, None))
        return
    table = Table("任务", "状态", "文件", "失败", "说明")
    for job in found:
        table.add_row(job.id, _state(job), f"{job.done}/{job.total}", str(job.failed), escape(job.problem))
    out.print(table)


@app.command()
def show(job: JobId, home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """Show a job with what became of each of its files."""
    with open_library(home, index) as library:
        _print(library.jobs.get(job), json)


@app.command()
def cancel(job: JobId, home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """Stop a job after the file in hand; what is in the library stays there."""
    with open_library(home, index) as library:
        _print(library.jobs.cancel(job), json)


@app.command()
def retry(job: JobId, home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """Let what failed be tried again, while `kb serve` runs."""
    with open_library(home, index) as library:
        _print(library.jobs.retry(job), json)


def _print(job: Job, json: bool) -> None:
    if json:
        emit(shapes.job_out(job))
        return
    words = Words("zh")
    for file in job.files:
        ids = " ".join(file.documents)
        said = f"{words(f'file.{file.state}')}  {file.label}  {file.reason or ids}".rstrip()
        out.print(Text(said, style="red" if file.state == "failed" else ""))
    out.print(Text(f"{job.id} {_state(job)} {job.done}/{job.total} {job.problem}".rstrip(), style="bold"))


def _state(job: Job) -> str:
    return Words("zh")("job.blocked" if job.blocked and job.active else f"job.{job.state}")
