"""Agents that live in a text environment and remember in a graph.

    ariadne.py      the loop: observe, remember, recall, plan, act
worldmap.py     places and exits as the memory knows them: exploration and navigation
policies/       who plans and decides
minds.py        which policy and which extractor go together
cli.py          `python -m agents play`; run.py plays, screen.py shows a run, runlog.py writes it as JSON

Run from a checkout: `python -m agents play treasure-hunt`.
"""
