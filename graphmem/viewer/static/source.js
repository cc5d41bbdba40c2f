"use strict";

/* Where the page's data come from: the server that sent it, or what was written into it. Both answer alike. */

class Served {
  async overview() { return this.ask("overview"); }
  async stats() { return this.ask("stats"); }
  async changes(settled) { return this.ask("changes", { settled }); }
  async entity(name) { return this.ask("entity", { name }); }
  async episode(id) { return this.ask("episode", { id }); }
  image(hash) { return `image/${encodeURIComponent(hash)}`; }
  async recall(query, at) { return this.ask("recall", at === null ? { query } : { query, at }); }

  async ask(what, parameters = {}) {
    const answer = await fetch(`${what}?${new URLSearchParams(parameters)}`);
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error);
    return found;
  }
}

class Inlined {
  constructor(content) {
    this.content = content;
    this.texts = new Map(content.texts.map((text) => [text.id, text]));
  }

  async overview() { return this.content; }
  async entity() { return {}; }
  async episode(id) { return this.texts.get(id) ?? {}; }
  image() { return null; }
}

function openSource() {
  const inlined = document.getElementById("memory").textContent;
  return inlined ? new Inlined(JSON.parse(inlined)) : new Served();
}
