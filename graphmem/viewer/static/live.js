"use strict";

/* Follows a memory that is being written to: what a run remembers is shown as it comes. */

const POLL = 1000;         // milliseconds between two looks for changes

class Live {
  constructor(page) {
    this.page = page;
  }

  /* Look for changes, again and again. */
  async follow() {
    find("live").hidden = false;
    try {
      if (!document.hidden) await this.catchUp();
      find("live").dataset.state = find("live-text").textContent = "live";
    } catch (error) {
      find("live").dataset.state = "ended";
      find("live-text").textContent = error instanceof TypeError ? "ended" : error.message;
    }
    setTimeout(() => this.follow(), POLL);
  }

  async catchUp() {
    const { page } = this;
    const stats = await page.source.stats();
    if (JSON.stringify(stats) === JSON.stringify(page.stats)) return;
    const wasLast = page.last;
    const changed = await this.learn(stats);
    if (wasLast && !page.playing) page.place = page.graph.steps.length - 1;
    page.marksFresh ||= wasLast;
    page.show(0.3);
    page.refresh();
    if (wasLast) page.say(`${titled(when(page.step))}: ${count(changed, "fact")} learned or changed`);
  }

  /* Take in what new episodes taught; all anew, when it was no episode that changed the memory (but forgetting, merging);
     gives the number of facts that changed. */
  async learn(stats) {
    const { page } = this;
    const taught = stats.episodes > page.stats.episodes || stats.pending !== page.stats.pending;
    if (!taught) return this.readAgain();
    const found = await page.source.changes(page.stats.episodes - page.stats.pending);
    const changed = page.graph.add(found, true).length;
    page.stats = found.stats;
    return !page.whole || this.agrees() ? changed : this.readAgain();
  }

  /* Whether the facts that are here are as many as the memory has: not so when episodes were forgotten. */
  agrees() {
    const { graph, stats } = this.page;
    const facts = [...graph.facts.values()];
    return facts.length === stats.facts && facts.filter((fact) => fact.until === null).length === stats.current_facts;
  }

  async readAgain() {
    const { page } = this;
    const content = await page.source.overview();
    const graph = new Graph();
    graph.add(content, true);
    for (const node of graph.nodes.values()) {
      const { x, y, shown } = page.graph.nodes.get(node.name) ?? {};
      if (x !== undefined) Object.assign(node, { x, y, shown });
    }
    Object.assign(page, { graph, stats: content.stats, whole: content.whole });
    page.picture.facts.clear();
    page.place = Math.min(page.place, graph.steps.length - 1);
    page.home();
    return graph.facts.size;
  }
}
