"""Who plans and decides: one protocol, and those that satisfy it.

protocol.py    Policy, and what it is given and gives back
heuristic/     a player that knows the rules of thumb of three kinds of games and needs no model
human.py       a person at the keyboard, with what the memory learned beside the game
llm.py         a language model plans and acts; paper.py: with AriGraph's own six calls
"""
