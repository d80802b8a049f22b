"""The frame of the suite's HTML pages: one file each, nothing loaded from elsewhere."""

from __future__ import annotations

from html import escape

_STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1c1c1c; --faint: #6b6b6b; --line: #d0d0d0; --soft: #f4f4f2; --alarm: #a40000;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #181818; --ink: #eaeaea; --faint: #a0a0a0; --line: #444; --soft: #242424; --alarm: #ff8a80; }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.35rem; line-height: 1.25; max-width: 70rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
th, td { padding: .3rem .7rem; text-align: left; vertical-align: top; }
th { vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; }
thead tr:last-child th { border-bottom: 1px solid var(--ink); }
th.group { text-align: center; border-bottom: 1px solid var(--line); }
th.block { font-weight: normal; font-style: italic; padding-top: .9rem; border-bottom: 1px solid var(--line); }
tbody tr:hover td { background: var(--soft); }
.wide { overflow-x: auto; }
.wide td:first-child { white-space: nowrap; }
.warning { border-left: 4px solid var(--alarm); color: var(--alarm); padding: .2rem .8rem; max-width: 70rem; }
.note { color: var(--faint); font-size: .88rem; margin: .35rem 0; max-width: 70rem; }
sup { line-height: 0; }
.absent { color: var(--faint); }
"""


def page(title: str, body: str, style: str = "", script: str = "") -> str:
    """Return a whole page around `body`, which is markup already; `title` is plain text."""
    end = f"<script>{script}</script>\n" if script else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}{end}</body>\n</html>\n"
    )


def warning(text: str) -> str:
    """Return `text` as a warning that is not overlooked; nothing for no text."""
    return f'<p class="warning">{escape(text)}</p>\n' if text else ""
