"""AriGraph as its authors run it: one model, six calls a step, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents import prompts
from agents.extraction import game_model
from agents.policies.llm import LLMPolicy, plan_text, scene
from agents.policies.protocol import Plan, Situation
from graphmem import Extraction, Fact
from graphmem.protocols import LLM, SHOWN
from graphmem.records import Observation


class PaperPolicy(LLMPolicy):
    """Extractor and policy in one, for what the calls of a step hand to each other.

    An observation: query entities with their depths, triples, outdated facts. Then: does the plan need exploration,
    the plan, the action.
    """

    name = "paper"
    anchors: tuple[str, ...] = ()

    def __init__(self, llm: LLM) -> None:
        super().__init__(llm)
        self._reader = game_model(llm)
        self._queries: dict[str, int] = {}
        self._last = Plan()
        self._explore = True
        self.counts = self._reader.counts

    def extract(self, observation: Observation, known: Sequence[Fact]) -> Extraction:
        """The first three calls of a step. Raises `LLMError`."""
        text = observation.text
        asked = prompts.query_entities(text, plan_text(self._last))
        entities = self._llm.reply(asked, prompts.EntitiesReply, purpose="entities")
        self._queries = dict(zip(entities.entities, entities.depths, strict=False))
        shown = known[:SHOWN]
        raw = self._llm.reply(prompts.triples_alone(text), prompts.TriplesReply, purpose="extract")
        triples = self._reader.checked(raw.triples, text, shown)
        if not (shown and triples):
            return Extraction(triples)
        asked = prompts.outdated_alone(triples, shown)
        numbers = self._llm.reply(asked, prompts.OutdatedReply, purpose="outdated").outdated
        return Extraction(triples, self._reader.outdated(numbers, shown, triples))

    def queries(self, mentioned: Sequence[str], plan: Plan) -> Mapping[str, int]:
        """The entities that the model scored, with their depths; what the observation mentions when there are none."""
        return self._queries or super().queries(mentioned, plan)

    def _planned(self, situation: Situation) -> Plan:
        asked = prompts.exploration(plan_text(situation.plan) or situation.task)
        self._explore = self._llm.reply(asked, prompts.ExplorationReply, purpose="explore").explore
        self._last = super()._planned(situation)
        return self._last

    def _scene(self, situation: Situation, *, actions: bool = False, exits: bool = True) -> dict[str, str]:
        """As AriGraph shows it: all that was recalled, all of the latest answers, exits only when it is to explore."""
        parts = scene(situation, actions=actions, exits=self._explore)
        recent = [f"> {command}: {' '.join(seen.split())}" for command, seen in situation.recent[:-1]]
        return {**parts, "Recent actions": "\n".join(recent), "Memory": situation.recollection}
