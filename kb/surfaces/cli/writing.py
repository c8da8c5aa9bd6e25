"""Options that name the files to write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_File = Path | None
DocxOption = Annotated[_File, typer.Option("--docx", help="Write a Word file.")]
DraftOption = Annotated[_File, typer.Option("--draft", help="Write the skeleton of a study report.")]
ProposeOption = Annotated[
    bool, typer.Option("--propose", help="Ask the writing server of kb.toml for sentences of the draft.")
]
TemplateOption = Annotated[_File, typer.Option("--template", help="The office's own Word template.")]
XlsxOption = Annotated[_File, typer.Option("--xlsx", help="Write an Excel file.")]
MdOption = Annotated[_File, typer.Option("--md", help="Write a Markdown file.")]
CsvOption = Annotated[_File, typer.Option("--csv", help="Write a CSV file.")]
