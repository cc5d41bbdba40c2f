"""The numbers that a person may tune in retrieval, in the order in which a question meets them.

They were chosen on passages of Wikipedia (2WikiMultihopQA, MuSiQue) and on dialogue (LoCoMo). `tests/retrieval` holds
a small corpus whose ranking changes when one of the weights does.
"""

# --- Seeds: what a question finds before it follows a link

HITS = 60
"""So many facts and episodes are asked for by vector, and by full text."""

STRONGEST = 12
"""So many of the hits of a kind are seeds of the walk, each by its score to the power of `SHARPNESS`."""

SHARPNESS = 4

VECTOR_SHARE, TEXT_SHARE, NAME_SHARE = 0.5, 0.3, 1.0
"""How much of the walk starts at what is near by vector, matches by full text, or is named."""

# --- Neighbourhood: how far the seeds spread, which bounds what a question costs

HOPS = 1
"""Hops after the one from the seeds. A second one found no more on any of the benchmarks."""

FRONTIER_ENTITIES, FRONTIER_EPISODES = 24, 16
"""From how many entities and episodes a hop goes on: those of the highest rank that were not asked about before."""

FACTS_OF_EACH, EPISODES_OF_EACH = 10, 10
"""Of each entity the newest, no more: a hub is never read whole."""

RESTART, STEPS = 0.3, 20
"""How likely the walk starts again at each step, and how many steps it takes."""

LEADING, LED_TO = 3, 0.3
"""A next round starts from so many of the best facts and episodes too; what these mention weighs so much of a name."""

# --- Facts: by rank and by cosine, each as a part of the largest

MOST_FACTS = 40
"""No more facts than these are recalled."""

FAINT = 0.03
"""A fact with less than this part of the highest rank bears on nothing that was asked."""

SUBJECTS, NEARLY_ALL = 6, 0.8
"""A relation of a state is of one object at a time when so many subjects have it, this part of them with one only."""

NEAR_CHANGE = 0.75
"""What tells of a change is of the matter of an earlier text when it is as near to the question by this part."""

# --- Chains: from what a question names to what it asks of it; tuned on the half of questions of even number

CHAIN_STARTS, CHAIN_HOPS, CHAIN_BEAM = 4, 4, 6
"""From how many names chains grow, by how many facts at most, and how many ways grow on at each hop."""

FACTS_OF_LINK = 40
"""So many facts of each end are looked at, the newest of each relation; of one with more, those near what is asked."""

MANY_AT_ONCE = 3
"""A relation of which a subject has so many at once can have many; of any other the newest is the one to follow."""

CHAINS_TOLD, CHAINS = 12, 3
"""So many of the ways are told as a whole to be scored, and at most so many chains are recalled."""

NEAR_CHAIN = 0.45
"""The least cosine of a chain's relations to a question. With MiniLM relations that a question does not ask for are
below 0.4."""

CHAIN_HEAD, CHAIN_HOP, HEAD_WORDS = 0.2, 0.02, 2
"""What the last relation weighs that is near to the first words of the question, so many; and what each fact costs."""

ASKED, UNASKED = 0.6, 0.4
"""The question asks for a fact when one of its words is as near to each word of the relation; what it lacks, so much of
it, is taken from the cosine before that is compared with `NEAR_CHAIN`."""

CHAIN_MARGIN = 0.15
"""A chain whose score is lower than the best one by more is not told."""

# --- Episodes: chosen one after the other; each part of a score is at most 1

BY_RANK, BY_VECTOR, BY_TEXT, CHOICE = 30, 15, 15, 1.5
"""From how many episodes of the highest rank, the nearest and the best matching, those to recall are chosen: at least
so many times as many as are wanted. Among many more, passages that only a link leads to are lost."""

COSINE = 0.8
"""Of the similarity in meaning."""

RANK, RANK_OF_TALK = 1.0, 0.6
"""Of the rank in the walk: what brings in the passage that only a link leads to; less of what has no heading."""

WORDS = 1.0
"""Of the words of the question (BM25)."""

PHRASES = 0.3
"""Of pairs of words of the question that stand side by side in the text too."""

TITLE, SPEAKER = 0.5, 1.0
"""Of the heading, and of who says it, when the question names them."""

TIME = 0.5
"""Of the time of which the question asks: the newest, the oldest, near a step."""

THEN = 1.25
"""Of being of the time, of which the question asks ("in May", "before we moved")."""

KNOWN = 1.5
"""Taken, as a part of `THEN`, from what tells of the event itself before or after which something was."""

SOON = 8
"""Before and after an event, the so manieth from it counts half."""

OF_A_TIME, NEAREST_THEN = 500, 40
"""So many of the newest of a time are looked at, and so many of these, the nearest to the question, are candidates."""

AFTERWARDS = 7 * 24 * 3600 * 1000
"""So long (in milliseconds) after a time it is still told of: "last Friday"."""

BEFORE, AFTER, REPLY = 0.2, 0.1, 0.25
"""Of the score of the episode just after goes to the one before it, of that before to the one after it; more when the
one before is a question, to which it may be the answer."""

ASKING = 0.2
"""Taken from a line that is itself a question."""

SAYING, MUCH = 0.8, 40
"""Of how much somebody says, in words, up to so many: the short lines of talk are thanks and nods."""

COMPANY, A_WHILE, COMPANY_SHARPNESS = 0.7, 3.0, 4
"""Of the scores around an episode, each to the power of the last, fading over so many steps: what a question asks
about was talked of for a while."""

BRIDGE = 1.6
"""Of an entity that joins an episode to a chosen one and is not asked about: the next hop of a question of several."""

ABOUT = 4.0
"""How much more such an entity counts when the episode is about it, by its heading."""

STRONG = 3.0
"""So many shared names that no other episode has make the strongest bridge."""

SAME_HEADING = 0.8
"""Taken from an episode with the heading of a chosen one."""

COVERED = 0.1
"""What is left of a word's weight once a document with it is chosen."""

TELLING = 0.5
"""Words that are in nearly all texts tell them apart by less than this, and count less."""

MOST_EPISODES = 8
"""When no number is asked for, at most so many are recalled."""

WORTH, WORTH_OPEN, WORTH_DOCUMENT = 0.55, 0.27, 0.4
"""Then none is told after the first that scores less than this part of the best; the second holds while the question
has words that nothing told has, the third once something long with a heading is told: of such, a few sentences are."""

SHORTEST_MENDED, SPELLED_ALIKE = 5, 0.83
"""A word of so many letters that no text has is taken for the one of theirs that is so much alike (difflib)."""

RERANKED = 24
"""So many of the best are given to a reranker, or as many as are wanted."""

SPARE_EPISODES = 3
"""So many episodes more are chosen than recalled, since some may be near-repeats."""

ALIKE = 0.9
"""Episodes are near-repeats when they share this part of their words (Jaccard)."""

SERIES = 0.8
"""Episodes are of one series when they share this part of their words that are no numbers."""

# --- Absence: when nothing is known

NEAR_ENOUGH = 0.33
"""The least cosine of what answers a question none of whose words the memory knows."""

NEAR_STRANGER, NAME_MEANT, WORDS_MEANT = 0.5, 0.5, 40
"""The least cosines of what answers a question about somebody whose name the memory has not, and of the name to a word
of that, among so many: Mom and mother 0.90, Holland and Netherlands 0.90, two first names 0.2 to 0.65."""

NAMES_ALIKE = 0.8
"""A name is taken for one that is spelled so much alike (difflib): Nadja and Nadia 0.8, Jon and Joe 0.67."""

NEAR_LINE_OF_ONE, NEAR_FACT_OF_ONE = 0.18, 0.26
"""The least cosines, to a question about somebody, of a line and of a fact that may be told of them, where neither has
the name and no word is the same: "What is someone's blood type?" is 0.09 from a line about a nurse, the job 0.32."""

COMPARED, LONGEST_LINE = 12, 400
"""So many of each are compared; what has more letters says more than its vector."""

WITHOUT_NUMBER = 1.5
"""So many times as near it must be to a question for a number, when none of it has one."""

NEAR_THING = 0.42
"""The same of a question about one thing. With MiniLM "couch" is 0.56 from a line about a sofa, a telescope 0.26 from
all that stands in a kitchen."""

SAME_NAME = 0.87
"""The least cosine of two names of one thing: physician and doctor's appointment 0.88, front door and back door 0.84,
silver and golden key 0.74."""

SAME_KIND = 0.68
"""The same of names with a word in common but another noun: bike lock code and combination 0.76, golden trumpet and
key 0.53."""

MOST_OF_THING = 2 / 3
"""A text that has this part of the words of a thing is about it, if nothing of another name is."""

RIVALS = 20
"""So many things of another name are compared."""

LONGEST_THING = 3
"""A thing is called by so many words at most."""

# --- The paper's search

SPARE_NEAREST = 4
"""How many times as many nearest episodes are asked for as wanted, since some read the same."""

# --- Reasons

REASONS = 3
"""So many seeds are named for each find."""

FARTHEST = 30.0
"""No way longer than this explains anything; a step to a node of n links is `log(1 + n)` long."""
