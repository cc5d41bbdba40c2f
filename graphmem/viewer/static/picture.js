"use strict";

/* The graph on a canvas: what is drawn, and from where it is looked at. A frame costs one tick
   of the layout and one drawing; when nothing moves, no frame is drawn. */

const EASE = 0.22;
const LABELS = 140;
const ARROWS = 700;        // more facts than this are drawn as straight lines without heads

class Picture {
  constructor(canvas, colours) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.colours = colours;
    this.layout = new Layout();
    this.labels = new Labels(this.context);
    this.camera = { x: 0, y: 0, scale: 1 };
    this.follows = true;      // keeps all in sight, until the user looks elsewhere
    this.facts = new Set();   // to be seen, and those on their way out
    this.nodes = [];
    this.scene = { facts: new Set(), step: 0, chosen: null, recalled: new Set(), presence: () => 0 };
    this.frames = 0;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  /* Show `scene`: its facts, as they stand at its step, with what is chosen and recalled. */
  show(scene, heat) {
    const first = this.facts.size === 0;
    this.scene = scene;
    for (const fact of scene.facts) this.facts.add(fact);
    this.nodes = [...new Set([...this.facts].flatMap((fact) => [fact.from, fact.to]))];
    const visible = [...new Set([...scene.facts].flatMap((fact) => [fact.from, fact.to]))];
    for (const node of this.nodes) node.radius = radius(node);
    this.layout.take(visible, [...scene.facts], heat);
    if (first || this.calm.matches) {
      this.layout.settle(this.calm.matches ? 600 : 250);
      this.ease(1);
      if (this.follows) this.look(this.whole(), 1);
    }
    this.wake();
  }

  wake() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.frame();
    });
  }

  frame() {
    this.frames += 1;
    this.layout.tick();
    let moving = !this.layout.still;
    moving = this.ease(this.calm.matches ? 1 : EASE) || moving;
    if (this.follows) moving = this.look(this.whole(), this.calm.matches ? 1 : 0.12) || moving;
    this.draw();
    if (moving) this.wake();
  }

  /* Bring every fact and entity nearer to how much of it is to be seen; tells whether any is still on its way. */
  ease(share) {
    let moving = false;
    for (const node of this.nodes) node.aim = 0;
    for (const fact of this.facts) {
      const aim = this.scene.facts.has(fact) ? this.scene.presence(fact) : 0;
      moving = approach(fact, aim, share) || moving;
      fact.from.aim = Math.max(fact.from.aim, aim);
      fact.to.aim = Math.max(fact.to.aim, aim);
      if (fact.shown === 0 && aim === 0) this.facts.delete(fact);
    }
    for (const node of this.nodes) moving = approach(node, node.aim && 0.35 + 0.65 * node.aim, share) || moving;
    return moving;
  }

  /* The camera that has all in sight. */
  whole() {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { x, y, aim, radius: r } of this.nodes) {
      if (!aim) continue;
      left = Math.min(left, x - r);
      right = Math.max(right, x + r);
      top = Math.min(top, y - r);
      bottom = Math.max(bottom, y + r);
    }
    if (left > right) return { x: 0, y: 0, scale: 1 };
    const [wide, high] = [Math.max(this.width - 110, 80), Math.max(this.height - 130, 80)];
    const scale = Math.min(wide / (right - left), high / (bottom - top), 1.7);
    return { x: (left + right) / 2, y: (top + bottom) / 2 + 22 / scale, scale };   // above the legend
  }

  look(aim, share) {
    const camera = this.camera;
    const far = Math.hypot(aim.x - camera.x, aim.y - camera.y) * aim.scale + 300 * Math.abs(aim.scale / camera.scale - 1);
    if (far < 0.5 || share === 1) {
      Object.assign(camera, aim);
      return false;
    }
    for (const key of ["x", "y", "scale"]) camera[key] += (aim[key] - camera[key]) * share;
    return true;
  }

  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const before = this.toWorld(x, y);
    this.camera.scale = Math.min(Math.max(this.camera.scale * factor, 0.04), 8);
    const after = this.toWorld(x, y);
    this.camera.x += before.x - after.x;
    this.camera.y += before.y - after.y;
    this.follows = false;
    this.wake();
  }

  /* Move the view by so many pixels. */
  shift(dx, dy) {
    this.camera.x -= dx / this.camera.scale;
    this.camera.y -= dy / this.camera.scale;
    this.follows = false;
    this.wake();
  }

  /* Take an entity to a place on the screen. */
  carry(node, { x, y }) {
    Object.assign(node, this.toWorld(x, y), { held: true, vx: 0, vy: 0 });
    this.layout.heat = Math.max(this.layout.heat, 0.25);
    this.wake();
  }

  fit() {
    this.follows = true;
    this.wake();
  }

  toWorld(x, y) {
    const { camera } = this;
    return { x: (x - this.width / 2) / camera.scale + camera.x, y: (y - this.height / 2) / camera.scale + camera.y };
  }

  toScreen({ x, y }) {
    const { camera } = this;
    return { x: (x - camera.x) * camera.scale + this.width / 2, y: (y - camera.y) * camera.scale + this.height / 2 };
  }

  resize() {
    const density = devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * density);
    this.canvas.height = Math.round(this.height * density);
    this.density = density;
    this.layout.shape = Math.min(Math.max(this.width / this.height, 0.6), 1.7) || 1;
    this.readStyle();
  }

  readStyle() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    this.ink = {
      back: read("--back"), text: read("--text"), line: read("--line"), fresh: read("--fresh"),
      retired: read("--retired"), accent: read("--accent"), faint: read("--faint"),
    };
    this.labels.dress(getComputedStyle(document.body).fontFamily, this.ink.back, this.density);
    this.wake();
  }

  draw() {
    const { context: c, density, camera } = this;
    c.setTransform(density, 0, 0, density, 0, 0);
    c.clearRect(0, 0, this.width, this.height);
    c.translate(this.width / 2, this.height / 2);
    c.scale(camera.scale, camera.scale);
    c.translate(-camera.x, -camera.y);
    this.lit = this.lights();
    const grown = Math.min(Math.max(1, 0.8 / camera.scale), 1.8);   // from afar, entities are drawn larger
    for (const node of this.nodes) node.drawn = node.radius * grown;
    this.drawFacts();
    this.drawNodes();
    c.setTransform(density, 0, 0, density, 0, 0);
    this.drawNames();
  }

  /* What stands out: the recollection, or the pointed-at or chosen entity with its facts; null when nothing does. */
  lights() {
    const { recalled, chosen } = this.scene;
    const node = this.pointed ?? (recalled.size ? null : chosen);
    const facts = node ? new Set(node.facts.filter((fact) => this.facts.has(fact))) : recalled;
    if (!node && !recalled.size) return null;
    const nodes = new Set([...facts].flatMap((fact) => [fact.from, fact.to]));
    if (node) nodes.add(node);
    return { facts, nodes };
  }

  drawFacts() {
    const lines = new Map();
    for (const fact of this.facts) {
      if (fact.shown < 0.02) continue;
      const manner = this.manner(fact);
      const key = `${manner.colour} ${manner.width} ${manner.alpha} ${manner.dashed}`;
      if (!lines.has(key)) lines.set(key, { ...manner, facts: [] });
      lines.get(key).facts.push(fact);
    }
    const ordered = [...lines.values()].sort((a, b) => a.rank - b.rank);
    const heads = this.facts.size <= ARROWS;
    for (const line of ordered) this.drawLine(line, heads);
  }

  /* How a fact is drawn. */
  manner(fact) {
    const { scene, lit, ink } = this;
    const holds = scene.holds(fact);
    const level = Math.ceil(fact.shown * 8) / 8;
    const inLight = !lit || lit.facts.has(fact);
    const alpha = inLight ? level : 0.16 * level;
    if (!holds) return { colour: ink.retired, width: 1.4, alpha, dashed: true, rank: 0 };
    if (lit && inLight) return { colour: ink.accent, width: 2.2, alpha, dashed: false, rank: 3 };
    if (fact.since === scene.step && scene.marksFresh) return { colour: ink.fresh, width: 2.4, alpha, dashed: false, rank: 2 };
    const faint = this.facts.size > ARROWS || fact.to.kind === "value" ? 0.5 : 1;
    return { colour: ink.line, width: 1.2, alpha: faint * alpha, dashed: false, rank: 1 };
  }

  drawLine({ colour, width, alpha, dashed, facts }, heads) {
    const { context: c } = this;
    const unit = 1 / Math.max(this.camera.scale, 0.35);
    c.globalAlpha = alpha;
    c.strokeStyle = c.fillStyle = colour;
    c.lineWidth = width * unit;
    c.setLineDash(dashed ? [5 * unit, 5 * unit] : []);
    c.beginPath();
    for (const fact of facts) trace(c, fact, heads);
    c.stroke();
    c.setLineDash([]);
    if (heads && this.camera.scale > 0.55) {
      c.beginPath();
      for (const fact of facts) head(c, fact, 4 + width);
      c.fill();
    }
    c.globalAlpha = 1;
  }

  drawNodes() {
    const { context: c, lit, ink } = this;
    const rim = 2 / Math.max(this.camera.scale, 0.35);
    for (const node of this.nodes) {
      if (node.shown < 0.02) continue;
      c.globalAlpha = node.shown * (lit && !lit.nodes.has(node) ? 0.22 : 1);
      c.fillStyle = this.colours[node.kind] ?? this.colours.thing;
      c.beginPath();
      c.arc(node.x, node.y, node.drawn, 0, 2 * Math.PI);
      c.fill();
      c.lineWidth = rim;
      c.strokeStyle = ink.back;
      c.stroke();
      if (node === this.scene.chosen || node === this.pointed) {
        c.strokeStyle = ink.accent;
        c.beginPath();
        c.arc(node.x, node.y, node.drawn + 2 * rim, 0, 2 * Math.PI);
        c.stroke();
      }
    }
    c.globalAlpha = 1;
  }

  /* Names of entities and, where they stand out, of relations: the most important first, none over another. */
  drawNames() {
    const { labels, ink } = this;
    labels.clear();
    const focus = this.pointed ?? this.scene.chosen;
    if (focus?.drawn) labels.keepClear(this.toScreen(focus), focus.drawn * this.camera.scale);
    let written = 0;
    for (const node of this.named()) {
      if (written >= LABELS) break;
      const place = this.toScreen(node);
      if (place.x < -50 || place.y < -20 || place.x > this.width + 50 || place.y > this.height + 20) continue;
      const size = node.kind === "value" ? 11 : 12.5;
      const radius = node.drawn * this.camera.scale;
      written += labels.writeBeside(place, radius, node.name, size, ink.text, node.shown * this.dim(node)) ? 1 : 0;
    }
    for (const fact of this.told()) {
      const { x, y } = this.toScreen(middle(fact));
      labels.write(fact.relation, x, y, 11, ink.faint, fact.shown);
    }
    this.context.globalAlpha = 1;
  }

  dim(node) { return this.lit && !this.lit.nodes.has(node) ? 0.25 : 1; }

  named() {
    const weight = (node) => (node === this.scene.chosen || node === this.pointed ? 1e9 : 0)
      + (this.lit?.nodes.has(node) ? 1e6 : 0) + node.radius;
    return this.nodes.filter((node) => node.shown > 0.05).sort((a, b) => weight(b) - weight(a));
  }

  told() {
    const few = this.scene.facts.size <= 45 && this.camera.scale > 0.9;
    const told = (fact) => fact.shown > 0.3
      && (this.lit ? this.lit.facts.has(fact) : few || (this.scene.marksFresh && fact.since === this.scene.step));
    return [...this.facts].filter(told).slice(0, LABELS);
  }

  /* The entity at a place on the screen. */
  at(x, y) {
    let [best, nearest] = [null, Infinity];
    for (const node of this.nodes) {
      if (node.shown < 0.2) continue;
      const place = this.toScreen(node);
      const distance = Math.hypot(place.x - x, place.y - y) - node.drawn * this.camera.scale;
      if (distance < 7 && distance < nearest) [best, nearest] = [node, distance];
    }
    return best;
  }

  point(node) {
    if (this.pointed === node) return;
    this.pointed = node;
    this.canvas.style.cursor = node ? "pointer" : "grab";
    this.wake();
  }
}

function approach(item, aim, share) {
  const gap = aim - item.shown;
  item.shown = Math.abs(gap) < 0.02 || share === 1 ? aim : item.shown + gap * share;
  return item.shown !== aim;
}
