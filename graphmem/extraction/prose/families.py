"""Verbs near each other in meaning: which of them speak of the same, and which end what others began."""

from __future__ import annotations

from graphmem.language.wordlist import words

# Verbs of which one may end what another began: "left Northwind" ends "works at" and "joined".
JOBS = words("job position role post")
WORK = words("work employ serve teach join")
AFFILIATION = words("""work employ join start belong study teach serve play volunteer attend intern be become""")
HOME = words("live reside dwell move settle stay relocate base")
POSSESSION = words("have own possess drive ride keep get buy rent lease adopt")
CONSUMPTION = words("eat drink have take adopt smoke consume use enjoy")
USE = words("use run adopt rely depend switch choose deploy have")
LIKING = words("like love enjoy prefer adore")
DISLIKING = words("hate dislike loathe")
UNION = words("marry date see engage live be")
MEMBERSHIP = words("subscribe pay have use belong join book attend plan")
BEING = words("be become turn stay remain")
FAMILIES = (
    AFFILIATION - {"be", "become", "play"}, HOME, POSSESSION, CONSUMPTION - {"have"}, USE - {"have"}, LIKING, BEING,
    UNION - {"live", "be", "see"}, words("cost price"), words("run host deploy"), words("park stand sit lie"),
    DISLIKING, words("speak know"), words("manage lead head run"),
)  # fmt: skip

# Of these, a thing does one at a time: with "now" another object ends what was before. After a preposition, some only.
ONE_AT_A_TIME = {
    "work": words("work employ"), "live": words("live reside stay base"), "study": words("study"),
    "be": words("be park stand sit lie keep store move"), "cost": words("cost be"), "weigh": words("weigh"),
    "run": words("run"), "listen": words("listen"), "start": words("start begin be"), "begin": words("start begin be"),
    "open": words("open"), "close": words("close"), "report": words("report"), "drive": words("drive"),
    "park": words("be park stand"), "keep": words("keep be store"), "store": words("keep be store"),
    "hang": words("hang be"), "stand": words("be park stand"), "lie": words("be lie"), "sit": words("be sit"),
    "meet": words("meet"), "sleep": words("sleep"), "stay": words("stay"), "train": words("train"),
    "teach": words("teach"), "practise": words("practise"), "perform": words("perform"),
    "host": words("host run"), "play for": words("play"), "go to": words("go"),
}  # fmt: skip

# What ends by these verbs, said of the same object ("left Acme"), by the preposition before that object, if any.
_LEAVING = words("resign retire fire depart dismiss drop part graduate withdraw expel quit")
_DISPOSING = words("sell trade swap return scrap ditch donate")
ENDERS: dict[tuple[str, str], frozenset[str]] = {
    **{(verb, near): AFFILIATION for verb in sorted(_LEAVING) for near in ("from", "out of", "by", "at")},
    **{(verb, ""): POSSESSION - {"adopt"} | {"run"} for verb in sorted(_DISPOSING)},
    **{(verb, f"{job} at"): AFFILIATION for verb in ("leave", "quit", "lose") for job in sorted(JOBS)},
    ("be", "off"): CONSUMPTION | {"is on"}, ("lay", "from"): AFFILIATION, ("leave", ""): AFFILIATION,
    ("move", "out of"): HOME, ("move", "away from"): HOME,
    ("give", ""): POSSESSION | CONSUMPTION | LIKING | words("play practise practice learn study"),
    ("throw", ""): POSSESSION,
    ("divorce", ""): UNION, ("separate", "from"): UNION, ("split", "from"): UNION, ("break", "with"): UNION,
    ("cancel", ""): MEMBERSHIP, ("unsubscribe", "from"): MEMBERSHIP, ("drop", ""): USE | {"study", "take", "learn"},
    ("come", "off"): CONSUMPTION | {"is on"}, ("go", "off"): CONSUMPTION | LIKING,
    ("stop", ""): USE | CONSUMPTION | {"is on"}, ("end", ""): MEMBERSHIP | {"is on"},
    ("give", "on"): CONSUMPTION | LIKING | words("learn study practise practice play try"),
    ("finish", ""): words("read watch write study learn take build make do"),
    ("quit", ""): AFFILIATION | CONSUMPTION, ("abandon", ""): USE,
    ("retire", ""): USE, ("decommission", ""): USE, ("graduate", "from"): AFFILIATION | {"go"},
}  # fmt: skip

_PARTNERS = frozenset({"has girlfriend", "has boyfriend", "has partner", "has fiancé", "has fiancée"})
# The same where no object is named: "Ann moved out", "they got divorced", "Ben resigned".
ENDERS_ALONE: dict[str, frozenset[str]] = {
    "move out": HOME, "divorce": words("marry"), "separate": words("marry date"),
    "split up": words("marry date engage") | _PARTNERS, "break up": words("date engage see") | _PARTNERS,
    "marry": words("engage date"), "resign": WORK, "retire": WORK,
    "graduate": words("study go attend"),
}  # fmt: skip

# One of these is done when another is said to be: "returned the drill" by "gave the drill back".
DEEDS = (
    words("return give bring"), words("buy get order fetch collect pick"), words("call ring phone"),
    words("pay settle"), words("send post mail email submit hand"), words("do finish complete write prepare"),
    words("book reserve"),
)  # fmt: skip

# What one has to do, or is going to, by the verb that says so; of some only a participle does ("I've got to").
DUE_BY_PARTICIPLE = {"get": "has to", "go": "plans to", "decide": "plans to", "suppose": "should",
    "agree": "plans to", "promise": "plans to",
}  # fmt: skip
DUE = DUE_BY_PARTICIPLE | {
    "have": "has to", "need": "needs to", "plan": "plans to", "intend": "plans to", "mean": "plans to",
    "aim": "plans to", "should": "should", "ought": "should",
}  # fmt: skip

# What is off with a trip that is cancelled.
TRIP = words("fly drive travel go sail leave depart stay visit take tour")


def family(lemma: str) -> frozenset[str]:
    """The verb with those near it in meaning."""
    return frozenset({lemma}).union(*(each for each in FAMILIES if lemma in each))
