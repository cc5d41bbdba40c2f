"use strict";

/* The facts and episodes that the page knows of, and which of them a picture can hold. */

const MOST_DRAWN = 2000;    // facts in a picture
const HUBS = 32;            // of a larger memory: so many entities at first, the best connected,
const SPOKES = 10;          // with so many facts each;
const MOST_AROUND = 400;    // or so many facts around a chosen one;
const MOST_PART = 600;      // and no more, with what links the entities in the picture
const FADES_IN = 5;         // steps after which a retired fact is out of sight

class Graph {
  constructor() {
    this.facts = new Map();
    this.nodes = new Map();
    this.episodes = new Map();
    this.byStep = new Map();
    this.steps = [];
    this.place = new Map();
  }

  /* Put in a piece of the graph, as content.py makes it; gives the facts that are new or have changed. A kind that is
     known stays, unless the piece is one that may `renew` it: one that holds all about its entities. */
  add({ facts = [], kinds = {}, episodes = [] }, renew = false) {
    const changed = facts.map((row) => this.addFact(row)).filter(Boolean);
    for (const [name, kind] of Object.entries(kinds)) {
      const node = this.nodes.get(name);
      if (node && (renew || !node.kind)) node.kind = kind;
    }
    for (const [id, step, headline] of episodes) this.addEpisode({ id, step, headline });
    if (changed.length || episodes.length) this.countSteps();
    return changed;
  }

  addFact([id, subject, relation, object, since, until, support, assertedBy, retiredBy]) {
    const known = this.facts.get(id);
    if (known) {
      if (known.until === until && known.support === support) return null;
      return Object.assign(known, { until, support, retiredBy });
    }
    const [from, to] = [this.node(subject), this.node(object)];
    const fact = { id, subject, relation, object, since, until, support, assertedBy, retiredBy, from, to, shown: 0 };
    this.facts.set(id, fact);
    from.facts.push(fact);
    if (to !== from) to.facts.push(fact);
    return fact;
  }

  node(name) {
    if (!this.nodes.has(name)) {
      this.nodes.set(name, { name, kind: null, facts: [], x: NaN, y: NaN, vx: 0, vy: 0, shown: 0, degree: 0 });
    }
    return this.nodes.get(name);
  }

  addEpisode(episode) {
    if (this.episodes.has(episode.id)) return;
    this.episodes.set(episode.id, episode);
    if (!this.byStep.has(episode.step)) this.byStep.set(episode.step, []);
    this.byStep.get(episode.step).push(episode);
  }

  countSteps() {
    const steps = new Set(this.byStep.keys());
    for (const fact of this.facts.values()) {
      steps.add(fact.since);
      if (fact.until !== null) steps.add(fact.until);
    }
    this.steps = [...steps].sort((a, b) => a - b);
    this.place = new Map(this.steps.map((step, index) => [step, index]));
  }

  /* How much of a fact is to be seen at a step: 1 while it holds, then less with every step, at last 0. */
  presence(fact, step) {
    if (fact.since > step) return 0;
    if (fact.until === null || fact.until > step) return 1;
    const age = this.place.get(step) - this.place.get(fact.until);
    return age < FADES_IN ? 0.7 * (1 - age / FADES_IN) : 0;
  }

  holds(fact, step) {
    return fact.since <= step && (fact.until === null || fact.until > step);
  }

  /* The facts to draw, of those with a `presence`: all, or of a larger memory those around the chosen entity, or the
     `recalled` ones, or those of the hubs. */
  choose(presence, chosen, recalled, hidden) {
    const seen = (fact) => presence(fact) > 0 && !hidden.has(fact.from.kind) && !hidden.has(fact.to.kind);
    const all = [...this.facts.values()].filter(seen);
    for (const node of this.nodes.values()) node.degree = 0;
    for (const fact of all) {
      fact.from.degree += 1;
      fact.to.degree += 1;
    }
    if (all.length <= MOST_DRAWN) return { facts: all, of: all.length };
    const picked = new Set([...recalled].filter(seen));
    if (chosen) this.pickAround(chosen, seen, picked);
    else if (!picked.size) this.pickHubs(seen, picked);
    this.pickBetween(seen, picked);
    return { facts: [...picked], of: all.length };
  }

  pickAround(chosen, seen, picked) {
    let ring = [chosen];
    const met = new Set(ring);
    while (ring.length && picked.size < MOST_AROUND) {
      const next = [];
      for (const node of ring) {
        for (const fact of node.facts.filter(seen).slice(-(MOST_AROUND >> (node === chosen ? 1 : 4)))) {
          if (picked.size >= MOST_AROUND) return;
          picked.add(fact);
          const other = fact.from === node ? fact.to : fact.from;
          if (!met.has(other)) next.push(other);
          met.add(other);
        }
      }
      ring = next;
    }
  }

  pickHubs(seen, picked) {
    const hubs = [...this.nodes.values()].sort((a, b) => b.degree - a.degree).slice(0, HUBS);
    for (const hub of hubs) {
      for (const fact of hub.facts.filter(seen).slice(-SPOKES)) picked.add(fact);
    }
  }

  /* What else links the entities that are in the picture. */
  pickBetween(seen, picked) {
    const met = new Set([...picked].flatMap((fact) => [fact.from, fact.to]));
    for (const node of met) {
      for (const fact of node.facts) {
        if (picked.size >= MOST_PART) return;
        if (met.has(fact.from) && met.has(fact.to) && seen(fact)) picked.add(fact);
      }
    }
  }

  /* Entities whose name holds `words`: those it begins with first, then the best connected. */
  entities(words = "") {
    const wanted = words.trim().toLowerCase();
    const found = [...this.nodes.values()].filter((node) => node.name.toLowerCase().includes(wanted));
    const begins = (node) => Number(wanted !== "" && node.name.toLowerCase().startsWith(wanted));
    return found.sort((a, b) => begins(b) - begins(a) || b.degree - a.degree || b.facts.length - a.facts.length);
  }

  /* Where there is no memory to recall from: the facts and episodes that have most of the query's words. */
  find(query, step) {
    const words = [...new Set(query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])].filter((word) => word.length > 1);
    const score = (text) => words.filter((word) => text.toLowerCase().includes(word)).length;
    const best = (items, text, most) => items
      .map((item) => [score(text(item)), item])
      .filter(([points]) => points > 0)
      .sort((a, b) => b[0] - a[0])
      .slice(0, most)
      .map(([, item]) => item);
    const held = [...this.facts.values()].filter((fact) => this.holds(fact, step));
    const past = [...this.episodes.values()].filter((episode) => episode.step <= step);
    return {
      facts: best(held, (fact) => `${fact.subject} ${fact.relation} ${fact.object}`, 24),
      episodes: best(past, (episode) => episode.headline, 3),
    };
  }
}
