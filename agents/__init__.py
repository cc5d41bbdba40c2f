"""Agents that live in a text environment and remember in a graph.

    ariadne.py      the loop: observe, remember, recall, plan, act; tried.py: what was done in vain
    memories/       what an agent remembers with, behind one seam
    policies/       who plans and decides
    players.py      which policy, extractor and search go together; extraction.py: what a model reads of a game
    worldmap.py     the map that facts draw: exploration and navigation
    prompts.py      what is asked of a model
    cli.py          `python -m agents play`; run.py plays, screen.py shows a run, runlog.py writes it as JSON
    compare/        the same games with many memories
    quality/        the graph held against the game's own state
    tale_suite.py   the agent for harnesses that call it

Run from a checkout: `python -m agents play treasure-hunt`.
"""
