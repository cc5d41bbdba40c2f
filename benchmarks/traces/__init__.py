"""Recorded runs of AriGraph's agent, replayed through this one: is the same graph made of the same replies?

    record.py   a recorded run, a turn a line
    replies.py     what the recorded model said, as the answer to our prompts
    replay.py   a run through Memory and LLMPolicy, over HTTP
    compare.py  our graph beside theirs after each turn, and why they differ
    parsers.py  replies that AriGraph's parser drops
    slips.py    malformed replies, made on purpose
    tokens.py   what the prompts take
    long.py     the same on a walk of 150 steps

python -m benchmarks.traces FOLDER
"""
