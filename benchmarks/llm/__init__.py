"""A language model as extractor and player: how well it reads recorded observations, and games told in other words.

    python -m benchmarks.llm --model qwen-1.5b --traces FOLDER --samples 24
    python -m benchmarks.llm --model qwen-1.5b --reworded --seeds 10 --commands 150 --players rules hybrid

Any OpenAI-compatible endpoint will do (OPENAI_BASE_URL, OPENAI_API_KEY). The folder holds runs recorded from AriGraph's
agent with GPT-4, a JSON object a step and a line: `observation`, `new_triples`, `graph` after the step, `action_raw`.

    reading.py   observations of such runs, read by the model and held against GPT-4's triples
    reworded.py  made hunts and cookings told in other words: rules, rules with a model, the model alone

How it plays with the graph, with full history, without a memory: `python -m agents compare --policy llm`.
"""
