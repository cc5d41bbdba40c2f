"""Other memories beside this one, with the same texts and vectors, and no model.

__main__.py  long conversations: evidence found, by mem0, LangGraph's store and Chroma (memories.py)
scale.py     made-up facts, ten thousand and a hundred thousand: stores of vectors and of graphs (stores.py)
"""
