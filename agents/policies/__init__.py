"""Who plans and decides: one protocol, and those that satisfy it.

protocol.py    Policy, and what it is given and gives back
heuristic/     a player that knows the rules of thumb of three kinds of games and needs no model
llm.py         a language model plans and acts; paper.py: with AriGraph's own six calls
"""
