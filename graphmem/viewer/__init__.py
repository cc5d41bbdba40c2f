"""The graph to look at: a page in the browser, a small drawing in a notebook, an axis of matplotlib.

content.py   what the page is told of a memory
server.py    the page served on this machine; local.py: any server that only this machine reaches
page.py      the page as one file
drawing.py   a picture that stands still
kinds.py     place, character, container, thing or value
static/      the page: its markup, its style, and its scripts, one for each part
"""
