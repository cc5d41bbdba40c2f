"""One agent, many memories: the same games, played with each, and what it was worth.

grid.py      which games, memories and budgets
playing.py   one run
running.py   all of them, in processes or by an executor; store.py: their folder, where nothing is lost or doubled
results.py   what the logs say
tables.py    as Markdown, LaTeX and CSV; plots.py: as PNG and SVG; report.py: both from a folder
command.py   `python -m agents compare`
"""
