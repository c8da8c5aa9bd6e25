"""`kb backup`, and `kb restore` of a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.access.audit import COMMAND_LINE
from kb.config import load_settings
from kb.errors import BackupError
from kb.store.layout import Layout
from kb.store.restoring import restore_backup
from kb.surfaces import backups
from kb.surfaces.cli.common import AsJson, Home, Index, emit, out
from kb.surfaces.cli.opening import open_library
from kb.surfaces.health_shapes import amount, todo
from kb.surfaces.messages import Words
from kb.types import Health


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, such as 2026-11.kbz.")],
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Write a backup of the whole library; everything goes on meanwhile."""
    with open_library(home, index) as library:
        report = library.upkeep.backups.write(file.absolute())
    if json:
        emit(backups.backup_out(report))
    else:
        size = report.size / 2**20
        out.print(f"已备份 {report.documents} 篇，{size:.1f} MB：{report.path}", markup=False)


def restore_from(file: Path, replace: bool, home: Path | None, index: str | None, json: bool) -> None:
    """Restores a backup and says what was done. Raises `BackupError`."""
    if not file.is_file():
        raise BackupError(
            f"there is no backup file {file}; what cleaning took away comes back with `kb restore DOC PIECE`"
        )
    settings = load_settings(home, index)
    report = restore_backup(Layout(settings.index_folder), settings.home, file.absolute(), replace=replace)
    with open_library(home, index) as library:  # the log is the backup's: it must say why it is older
        library.audit.record(COMMAND_LINE, "kb restore", f"backup of {backups.when(report.created)}")
    if json:
        emit(backups.restore_out(report))
        return
    out.print(f"已从备份恢复 {report.documents} 篇（{backups.when(report.created)}）", markup=False)
    if report.kept:
        out.print(f"原有内容保存在 {report.kept}，确认无误后可以删除", markup=False)
    out.print("账号、角色和密码是备份时的；所有登录已结束", markup=False)
    if report.revoked:
        out.print(f"备份之后撤销的 {report.revoked} 个密钥仍然无效", markup=False)
    if report.locked:
        names = "、".join(report.locked)
        out.print(
            f"备份之后停用或删除的账号已停用：{names}（`kb user lock NAME --undo` 可恢复）", markup=False
        )


def print_health(health: Health) -> None:
    """What the index holds, in one line, and what is to be done."""
    words = Words("zh")
    run = health.last_run
    facts = [
        f"{health.documents} 篇",
        f"{health.passages} 片段",
        f"版次 {health.generation}",
        f"主库 {amount(health.truth_bytes)}",
        *(f"{words(f'health.{one.name}')} {amount(one.bytes)}" for one in health.indexes),
        *([f"上次入库 {backups.when(run.at)}"] if run else []),
    ]
    out.print(" · ".join(facts), markup=False, soft_wrap=True)
    for key in todo(health):
        out.print(words(f"health.todo.{key}"), markup=False)
