"use strict";

/* The page: what is chosen, at which step, and what follows from it. */

const SOON = 120;                     // milliseconds before a panel follows the slider
const PACE = { all: 30000, least: 90, most: 900 };   // of a replay, in milliseconds: for all steps, and for one

class Page {
  constructor(source) {
    this.source = source;
    this.graph = new Graph();
    this.place = 0;                   // index of the step among graph.steps
    this.chosen = null;
    this.recalled = { facts: [], episodes: [] };
    this.hidden = new Set();
    this.trail = [];                  // how to show again what was shown before
    this.marksFresh = false;
  }

  async open() {
    const content = await this.source.overview();
    this.stats = content.stats;
    this.whole = content.whole;
    this.graph.add(content, true);
    this.place = this.graph.steps.length - 1;
    this.picture = new Picture(find("canvas"), content.colours);
    this.pointer = new Pointer(this.picture, (node) => this.select(node));
    this.panels = new Panels(find("side"), content.colours, this);
    this.legend(content.colours);
    find("name").textContent = document.title = content.name;
    document.title = `${content.name} · graphmem`;
    this.show(1);
    this.home();
    if (this.source.stats) {
      this.live = new Live(this);
      this.live.follow();
    }
  }

  get step() { return this.graph.steps[this.place] ?? 0; }

  get last() { return this.place >= this.graph.steps.length - 1; }

  /* Draw the graph as it stands at the step; `heat` says how much it may move. */
  show(heat) {
    const { graph, step } = this;
    const recalled = new Set(this.recalled.facts);
    const presence = (fact) => this.presence(fact, recalled);
    const { facts, of } = graph.choose(presence, this.chosen, recalled, this.hidden);
    const drawn = new Set(facts);
    this.picture.show({
      facts: drawn, step, recalled, chosen: this.chosen, marksFresh: this.marksFresh,
      presence, holds: (fact) => graph.holds(fact, step),
    }, heat);
    this.showTime();
    this.describe(facts.filter((fact) => graph.holds(fact, step)), facts.length, of);
  }

  /* How much of a fact is to be seen; the past of what is chosen or recalled does not fade. */
  presence(fact, recalled) {
    const kept = fact.since <= this.step && (recalled.has(fact) || fact.from === this.chosen || fact.to === this.chosen);
    return Math.max(this.graph.presence(fact, this.step), kept ? 0.5 : 0);
  }

  describe(holding, shown, of) {
    const entities = new Set(holding.flatMap((fact) => [fact.from, fact.to])).size;
    find("canvas").setAttribute("aria-label",
      `The graph at ${when(this.step)}: ${count(entities, "entity").replace("entitys", "entities")}, ${count(holding.length, "fact")}`);
    find("size").textContent = `${number(this.stats.entities)} entities, ${number(this.stats.facts)} facts`;
    const part = shown < of || !this.whole;
    const around = this.chosen ? `around ${this.chosen.name}` : this.recalled.facts.length ? "those recalled" : "the best connected";
    find("notice").hidden = !part && of > 0;
    find("notice").textContent = of === 0 ? (this.stats.facts ? "Nothing is known at this step" : "This memory holds no facts yet")
      : `${number(shown)} of ${number(Math.max(this.stats.facts, of))} facts are drawn: ${around}. Choose an entity to see what lies around it.`;
  }

  showTime() {
    const { graph, step } = this;
    const slider = find("time");
    slider.max = Math.max(graph.steps.length - 1, 0);
    slider.value = this.place;
    const [learned, retired] = [this.countAt("since"), this.countAt("until")];
    const change = [learned && `${learned} learned`, retired && `${retired} retired`].filter(Boolean).join(", ");
    slider.setAttribute("aria-valuetext", `${titled(when(step))}${this.last ? ", now" : ""}${change ? `: ${change}` : ""}`);
    find("step").replaceChildren(make("strong", { text: this.graph.steps.length ? titled(when(step)) : "No steps" }),
      make("span", { text: `${this.last ? "now" : `of ${when(graph.steps.at(-1)).replace("step ", "")}`}` }),
      make("span", { class: "learned", text: learned ? `+${learned}` : "", title: "facts learned" }),
      make("span", { class: "gone", text: retired ? `−${retired}` : "", title: "facts retired" }));
    const episodes = graph.byStep.get(step) ?? [];
    const more = episodes.length > 1 ? `   (and ${episodes.length - 1} more)` : "";
    find("caption").textContent = episodes.length ? episodes[0].headline + more : "";
    find("caption").disabled = !episodes.length;
  }

  countAt(end) {
    let found = 0;
    for (const fact of this.graph.facts.values()) found += fact[end] === this.step ? 1 : 0;
    return found;
  }

  goTo(step) {
    this.goToPlace(this.graph.place.get(step) ?? this.place);
  }

  goToPlace(place) {
    this.place = Math.min(Math.max(place, 0), this.graph.steps.length - 1);
    this.marksFresh = true;
    this.show(0.35);
    this.refresh();
  }

  play() {
    if (this.playing) {
      this.pause();
      return;
    }
    if (this.last) this.goToPlace(0);
    const pace = Math.min(Math.max(PACE.all / this.graph.steps.length, PACE.least), PACE.most);
    this.playing = setInterval(() => {
      this.goToPlace(this.place + 1);
      if (this.last) this.pause();
    }, pace);
    this.showPlaying("❚❚", "Pause the replay");
  }

  pause() {
    clearInterval(this.playing);
    this.playing = null;
    this.showPlaying("▶", "Replay step by step");
  }

  showPlaying(sign, label) {
    find("play").firstElementChild.textContent = sign;
    find("play").setAttribute("aria-label", label);
  }

  /* Show a panel, so that "back" finds the one before it; `again` draws it anew when the step changes. */
  visit(again) {
    if (this.again) this.trail.push(this.again);
    this.again = again;
    return again();
  }

  back() {
    const before = this.trail.pop();
    this.again = before ?? (() => this.showHome());
    this.focusNext = find("side").contains(document.activeElement);
    this.again();
  }

  home() {
    this.trail = [];
    this.again = () => this.showHome();
    this.again();
  }

  /* Draw the panel again soon, unless somebody is working in it. */
  refresh() {
    clearTimeout(this.refreshing);
    this.refreshing = setTimeout(() => this.drawAgain(), SOON);
  }

  drawAgain() {
    const working = find("side").contains(document.activeElement);
    if (this.again && !working && ["home", "entity"].includes(find("side").dataset.panel)) this.again();
  }

  choose(node, recalled = { facts: [], episodes: [] }) {
    const changed = this.chosen !== node || this.recalled.facts.length || recalled.facts.length;
    this.chosen = node;
    this.recalled = recalled;
    if (changed) this.show(this.graph.facts.size > MOST_DRAWN ? 0.5 : 0.02);
  }

  select(node) {
    if (node) this.openEntity(node.name);
    else if (this.chosen || this.recalled.facts.length) this.home();
  }

  point(node) { this.picture.point(node); }

  showHome() {
    const words = find("query").value;
    this.choose(null);
    this.panels.home(this.graph.entities(words), words, this.stats, this.step, this.last);
  }

  async openEntity(name) {
    await this.attempt(async () => {
      const known = await this.source.entity(name);
      this.graph.add(known);
      await this.visit(() => this.showEntity(this.graph.node(name), known));
    });
  }

  showEntity(node, known) {
    this.choose(node);
    const makers = new Set(node.facts.flatMap((fact) => [fact.assertedBy, fact.retiredBy]));
    const episodes = [...makers].map((id) => this.graph.episodes.get(id)).filter((each) => each && each.step <= this.step);
    this.panels.entity(node, known, this.graph, this.step, episodes.sort((a, b) => b.step - a.step));
  }

  async openEpisode(id) {
    await this.attempt(async () => {
      const found = await this.source.episode(id);
      if (!found.id) throw new Error("This episode is not here any more.");
      this.graph.add(found);
      await this.visit(() => this.showEpisode(found));
    });
  }

  showEpisode(found) {
    const told = found.taught.map((id) => this.graph.facts.get(id)).filter(Boolean);
    const taught = told.filter((fact) => fact.assertedBy === found.id);
    const retired = [...this.graph.facts.values()].filter((fact) => fact.retiredBy === found.id);
    this.choose(null, { facts: [...taught, ...retired], episodes: [] });
    this.panels.episode(found, taught, told.filter((fact) => fact.assertedBy !== found.id), retired);
  }

  async recall(query) {
    await this.attempt(async () => {
      const { step, last } = this;
      this.panels.show("waiting", [`“${query}”`], make("p", { class: "quiet", text: "Asking the memory …" }));
      const found = await this.remember(query, step, last);
      await this.visit(() => {
        this.choose(null, found);
        this.panels.recollection(query, found.told, found.facts, found.episodes, step, last);
      });
      this.say(`Recalled ${count(found.facts.length, "fact")} and ${count(found.episodes.length, "episode")}`);
    });
  }

  async remember(query, step, last) {
    if (!this.source.recall) return { ...this.graph.find(query, step), told: {} };
    const told = await this.source.recall(query, last ? null : step);
    this.graph.add(told);
    return {
      told,
      facts: told.facts.map(([id]) => this.graph.facts.get(id)),
      episodes: told.episodes.map(([id]) => this.graph.episodes.get(id)),
    };
  }

  /* How a thing on the way to a find is called: a sighting by its step. */
  toldOf(name) {
    const episode = this.graph.episodes.get(name.replace(/^episode /, ""));
    return episode ? `the sighting at step ${episode.step}` : name;
  }

  async attempt(act) {
    try {
      await act();
    } catch (error) {
      const cause = error instanceof TypeError
        ? "The memory does not answer: the program that served this page has ended." : error.message;
      this.visit(() => this.panels.show("error", ["That did not work"], make("p", { text: cause })));
      this.say(cause);
    }
  }

  say(text) { find("status").textContent = text; }

  legend(colours) {
    for (const [kind, colour] of Object.entries(colours)) {
      const dot = make("span", { class: "dot" });
      dot.style.background = colour;
      const button = make("button", { type: "button", "aria-pressed": "true", on: { click: () => this.toggle(kind, button) } }, dot, kind);
      find("legend").append(button);
    }
    for (const [name, meaning] of [["fresh", "learned now"], ["old", "retired"]]) {
      find("legend").append(make("span", { class: "line" }, make("span", { class: name }), meaning));
    }
  }

  toggle(kind, button) {
    if (!this.hidden.delete(kind)) this.hidden.add(kind);
    button.setAttribute("aria-pressed", String(!this.hidden.has(kind)));
    this.show(0.3);
    this.refresh();
  }

  listen() {
    on("time", "input", (event) => { this.pause(); this.goToPlace(Number(event.target.value)); });
    on("play", "click", () => this.play());
    on("caption", "click", () => this.openEpisode(this.graph.byStep.get(this.step)[0].id));
    on("query", "input", () => this.home());
    on("search", "submit", (event) => {
      event.preventDefault();
      if (find("query").value.trim()) this.recall(find("query").value.trim());
    });
    on("query", "keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      find("entities")?.focus();
      find("entities")?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" }));
    });
    on("closer", "click", () => this.picture.zoom(1.3));
    on("farther", "click", () => this.picture.zoom(1 / 1.3));
    on("fit", "click", () => this.picture.fit());
    on("theme", "click", () => this.turnTheme());
    document.addEventListener("keydown", (event) => this.key(event));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.picture.readStyle());
  }

  key(event) {
    if (event.key === "Escape") {
      find("query").value = "";
      if (this.trail.length) this.back();
      else this.home();
    } else if (event.key === "/" && document.activeElement !== find("query")) {
      event.preventDefault();
      find("query").focus();
      find("query").select();
    }
  }

  turnTheme() {
    const theme = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme === "dark" ? "light" : "dark";
    keep("graphmem theme", document.documentElement.dataset.theme);
    this.picture.readStyle();
  }
}

function find(id) { return document.getElementById(id); }

function on(id, event, act) { find(id).addEventListener(event, act); }

/* Keep a preference; where the browser does not let us, the page does without. */
function keep(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch {
    // no storage for this page
  }
  return value;
}

const theme = keep("graphmem theme");
if (theme) document.documentElement.dataset.theme = theme;
const page = new Page(openSource());
page.ready = page.open().then(() => page.listen(), (error) => {
  find("notice").hidden = false;
  find("notice").textContent = `The memory cannot be shown: ${error.message}`;
});
