"use strict";

/* What stands beside the picture. Names and texts from the memory are only ever set as text. */

const LISTED = 200;

function make(tag, properties = {}, ...children) {
  const { class: className, on = {}, ...others } = properties;
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(others)) {
    if (value === null || value === false) continue;
    if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, act] of Object.entries(on)) made.addEventListener(event, act);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

class Panels {
  /* `page` is asked to go places: openEntity, openEpisode, goTo, back, point. */
  constructor(root, colours, page) {
    this.root = root;
    this.colours = colours;
    this.page = page;
  }

  /* Put these in place of what is shown; the heading takes the focus, when the focus was in the panel. */
  show(kind, title, ...children) {
    const focused = this.root.contains(document.activeElement) || this.page.focusNext;
    const back = kind === "home" ? null
      : make("button", { class: "back", type: "button", text: "← Back", on: { click: () => this.page.back() } });
    const heading = make("h2", { tabindex: "-1" }, ...title);
    this.root.dataset.panel = kind;
    this.root.replaceChildren(...[back, heading, ...children].filter(Boolean));
    this.root.scrollTop = 0;
    if (kind !== "home") heading.scrollIntoView({ block: "nearest" });
    if (focused && kind !== "home") heading.focus({ preventScroll: true });
    this.page.focusNext = false;
  }

  home(entities, words, stats, step, last) {
    const title = words.trim() ? `Entities named “${words.trim()}”` : "Entities";
    this.show("home", [title], words.trim() ? null : this.summary(stats, step, last), this.list(entities, words.trim()));
  }

  summary(stats, step, last) {
    if (!stats.facts) return make("p", { class: "quiet", text: "Nothing is known yet. What is remembered will appear here." });
    const text = last
      ? `${count(stats.current_facts, "fact")} ${stats.current_facts === 1 ? "holds" : "hold"}, `
        + `${count(stats.facts - stats.current_facts, "more")} ${stats.facts - stats.current_facts === 1 ? "is" : "are"} retired; `
        + `learned from ${count(stats.episodes, "episode")}. ▶ below replays how.`
      : `As it stood at ${when(step)}.`;
    return make("p", { class: "quiet", text });
  }

  list(entities, words) {
    if (!entities.length) return words ? make("p", { class: "quiet", text: "None. Enter asks the memory." }) : null;
    const list = make("ul", { id: "entities", role: "listbox", tabindex: "0", "aria-label": "Entities, the best connected first" });
    entities.slice(0, LISTED).forEach((node, index) => {
      const option = make("li", { role: "option", id: `entity-${index}`, "aria-selected": "false" },
        this.dot(node.kind), make("span", { class: "grow", text: node.name }),
        make("span", { class: "number", text: String(node.degree), title: "facts" }));
      list.append(option);
    });
    const under = (event) => entities[[...list.children].indexOf(event.target.closest("li"))];
    list.addEventListener("click", (event) => { if (under(event)) this.page.openEntity(under(event).name); });
    list.addEventListener("pointerover", (event) => this.page.point(under(event) ?? null));
    list.addEventListener("pointerleave", () => this.page.point(null));
    this.walk(list, entities);
    const more = entities.length - LISTED;
    return make("div", {}, list, more > 0 ? make("p", { class: "quiet", text: `and ${number(more)} more: type a name to find one` }) : null);
  }

  /* Arrow keys walk a list, Enter opens. */
  walk(list, entities) {
    let active = -1;
    const go = (index) => {
      list.children[active]?.setAttribute("aria-selected", "false");
      active = Math.min(Math.max(index, 0), list.children.length - 1);
      const option = list.children[active];
      option.setAttribute("aria-selected", "true");
      list.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
      this.page.point(entities[active]);
    };
    const moves = { ArrowDown: () => go(active + 1), ArrowUp: () => go(active - 1), Home: () => go(0), End: () => go(LISTED) };
    list.addEventListener("keydown", (event) => {
      if (event.key in moves) moves[event.key]();
      else if (event.key === "Enter" && active >= 0) this.page.openEntity(entities[active].name);
      else return;
      event.preventDefault();
    });
    list.addEventListener("blur", () => this.page.point(null));
  }

  entity(node, { aliases = [], all }, graph, step, episodes) {
    const order = (a, b) => b.since - a.since;
    const holding = node.facts.filter((fact) => graph.holds(fact, step)).sort(order);
    const before = node.facts.filter((fact) => fact.since <= step && !graph.holds(fact, step)).sort(order);
    const shown = all > node.facts.length ? `The newest ${number(node.facts.length)} of ${number(all)} facts.` : null;
    this.show("entity", [this.dot(node.kind), node.name],
      make("p", { class: "quiet", text: [node.kind, aliases.length ? `also called ${aliases.join(", ")}` : null].filter(Boolean).join(", ") }),
      shown && make("p", { class: "quiet", text: shown }),
      ...this.section("What holds", holding.map((fact) => this.fact(fact, true, node)), "Nothing is known at this step."),
      ...this.section("What held before", before.map((fact) => this.fact(fact, false, node))),
      ...this.section("Episodes", episodes.map((episode) => this.episodeRow(episode))));
  }

  episode({ id, step, text, images = [], time, error }, taught, again, retired) {
    const seen = images.map((hash) => this.page.source.image(hash)).filter(Boolean);
    this.show("episode", [titled(when(step))],
      time && make("p", { class: "quiet", text: time }),
      make("blockquote", { text }),
      ...seen.map((src) => make("img", { class: "seen", src, alt: "An image that came with it" })),
      error && make("p", { class: "quiet", text: `Its facts could not be read: ${error}` }),
      make("p", {}, make("button", { type: "button", class: "plain", text: "Show the memory as of this step", on: { click: () => this.page.goTo(step) } })),
      ...this.section("What it taught", taught.map((fact) => this.fact(fact, true)), "Nothing new."),
      ...this.section("What it said again", again.map((fact) => this.fact(fact, true))),
      ...this.section("What it retired", retired.map((fact) => this.fact(fact, false))));
    this.root.dataset.episode = id;
  }

  recollection(query, { text, why = {}, omitted = 0 }, facts, episodes, step, last) {
    this.best = Math.max(...Object.values(why).map(({ score }) => score), 1e-9);
    const prompt = text && make("details", {}, make("summary", { text: "As a prompt gets it" }), make("pre", { text }));
    const note = text ? `What comes to mind${last ? "" : ` at ${when(step)}`}, the most relevant first.`
      : "Facts and episodes that have these words. (The memory itself is not in this file, to recall from.)";
    this.show("recollection", [`“${query}”`],
      make("p", { class: "quiet", text: note }),
      ...this.section("Facts", facts.map((fact) => this.fact(fact, true, null, why[fact.id])), "None."),
      omitted ? make("p", { class: "quiet", text: `${number(omitted)} more did not fit into the prompt.` }) : null,
      ...this.section("Episodes", episodes.map((episode) => this.episodeRow(episode, why[episode.id]))),
      prompt);
  }

  section(title, rows, otherwise) {
    if (!rows.length && !otherwise) return [];
    const body = rows.length ? make("ul", { class: "rows" }, ...rows.slice(0, LISTED)) : make("p", { class: "quiet", text: otherwise });
    return [make("h3", {}, title, rows.length ? make("span", { class: "number", text: number(rows.length) }) : null), body];
  }

  fact(fact, holds, self, why) {
    const seen = fact.support > 1 ? `, told ${fact.support} times` : "";
    return make("li", { class: holds ? "fact" : "fact retired" },
      make("div", {}, this.name(fact.from, self), make("span", { class: "relation", text: ` ${fact.relation} ` }), this.name(fact.to, self)),
      make("div", { class: "life" },
        this.link(`since ${when(fact.since)}${seen}`, () => this.page.openEpisode(fact.assertedBy), "The episode that taught it"),
        fact.retiredBy ? this.link(`retired at ${when(fact.until)}`, () => this.page.openEpisode(fact.retiredBy), "The episode that retired it") : null),
      this.why(why));
  }

  episodeRow(episode, why) {
    return make("li", { class: "episode" },
      make("button", { type: "button", class: "row", on: { click: () => this.page.openEpisode(episode.id) } },
        make("span", { class: "number", text: when(episode.step).replace("step ", "") }), make("span", { class: "grow", text: episode.headline })),
      this.why(why));
  }

  /* Why something was recalled: how strongly, beside the best; and the way to it from what the question touched. */
  why(why) {
    if (!why) return null;
    const bar = make("span", { class: "bar", title: `score ${why.score.toPrecision(3)}` }, make("span"));
    bar.firstChild.style.width = `${Math.max(100 * Math.sqrt(why.score / this.best), 4)}%`;
    return make("div", { class: "why" }, bar, make("span", { text: this.way(why) }));
  }

  way({ seeds, path }) {
    const between = path.slice(0, -1).map((name) => this.page.toldOf(name));
    if (between.length) return `by way of ${between.join(" → ")}`;
    const [, how] = (seeds[0] ?? "").match(/\(([^()]*)\)$/) ?? [];
    return how ? `found by the question: ${how}` : "near what the question is about";
  }

  name(node, self) {
    return node === self ? make("strong", { text: node.name }) : this.link(node.name, () => this.page.openEntity(node.name), null);
  }

  link(text, act, title) {
    return make("button", { type: "button", class: "link", text, title, on: { click: act } });
  }

  dot(kind) {
    const dot = make("span", { class: "dot", title: kind });
    dot.style.background = this.colours[kind];
    return dot;
  }
}

const FIRST_DATED = 1e10;   // from here on a step is a moment, in milliseconds since 1970

/* A step as it is told: its date, where it has one. */
function when(step) {
  if (step < FIRST_DATED) return `step ${step}`;
  const at = new Date(step);
  return new Date(step - 60000 * at.getTimezoneOffset()).toISOString().slice(0, 16).replace("T", " ");
}

function titled(text) { return text[0].toUpperCase() + text.slice(1); }

function number(value) { return value.toLocaleString("en"); }

function count(value, noun) { return noun === "more" ? `${number(value)} more` : `${number(value)} ${noun}${value === 1 ? "" : "s"}`; }
