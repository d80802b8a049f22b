"""A table in all of its forms on disk."""

from __future__ import annotations

from argparse import Namespace

import pandas as pd

from mixsuite.files import write_text
from mixsuite.reporting.measurements import write_frame
from mixsuite.reporting.table_html import html
from mixsuite.reporting.table_latex import latex
from mixsuite.reporting.table_markdown import markdown
from mixsuite.reporting.tables import Table


def write_table(options: Namespace, table: Table, tidy: pd.DataFrame, measurements: pd.DataFrame) -> None:
    """Write `table` to read, `tidy` to compute with, and `measurements`, to the `output_*` files of `options`."""
    write_text(options.output_html, html(table))
    write_text(options.output_md, markdown(table))
    write_text(options.output_tex, latex(table))
    write_frame(options.output_csv, tidy)
    write_frame(options.output_measurements, measurements)
