"use strict";

/* A force layout: entities repel each other (Barnes and Hut's tree), facts pull theirs together, and a light pull to
   the centre keeps all in sight. One `tick` takes n log n; `heat` falls until the picture stands still. */

const REPULSION = 55;
const NEARNESS = 0.9;       // a cell this small against its distance counts as one body
const LENGTH = 62;
const CENTRE = 0.05;
const FRICTION = 0.62;
const COOLING = 0.972;
const STILL = 0.012;
const DEEPEST = 24;

class Layout {
  constructor() {
    this.nodes = [];
    this.links = [];
    this.heat = 0;
    this.shape = 1;           // width by height
    this.tree = new Tree();
  }

  /* Lay out these from now on; a node that is new starts beside one it has a fact with. */
  take(nodes, links, heat) {
    for (const node of nodes) node.pulls = 0;
    for (const { from, to } of links) {
      if (to.kind !== "value") from.pulls += 1;   // a value is drawn along: that much is open ties nothing together
      to.pulls += 1;
    }
    const placed = (node) => !Number.isNaN(node.x);
    for (let round = 0; round < 3; round += 1) {
      for (const { from, to } of links) {
        if (placed(from) && !placed(to)) beside(to, from);
        if (placed(to) && !placed(from)) beside(from, to);
      }
    }
    nodes.forEach((node, index) => { if (!placed(node)) spiral(node, index); });
    this.nodes = nodes;
    this.links = links.filter(({ from, to }) => from !== to);
    this.heat = Math.max(this.heat, heat);
  }

  get still() { return this.heat < STILL; }

  tick() {
    if (this.still) return;
    this.heat *= COOLING;
    this.pull();
    this.tree.build(this.nodes);
    for (let i = 0; i < this.nodes.length; i += 1) this.tree.push(this.nodes, i, REPULSION * this.heat);
    for (const node of this.nodes) {
      node.vx = (node.vx - node.x * CENTRE / this.shape * this.heat) * FRICTION;
      node.vy = (node.vy - node.y * CENTRE * this.shape * this.heat) * FRICTION;
      if (node.held) continue;
      node.x += node.vx;
      node.y += node.vy;
    }
  }

  /* Tick for at most so many milliseconds. */
  settle(milliseconds) {
    const end = performance.now() + milliseconds;
    while (!this.still && performance.now() < end) this.tick();
  }

  pull() {
    for (const { from, to } of this.links) {
      const dx = to.x + to.vx - from.x - from.vx || 0.01;
      const dy = to.y + to.vy - from.y - from.vy || 0.01;
      const distance = Math.hypot(dx, dy);
      const strength = (1 - LENGTH / distance) * this.heat / Math.max(Math.min(from.pulls, to.pulls), 1);
      const share = to.kind === "value" ? 1 : from.pulls / (from.pulls + to.pulls);   // the better connected moves less
      to.vx -= dx * strength * share;
      to.vy -= dy * strength * share;
      from.vx += dx * strength * (1 - share);
      from.vy += dy * strength * (1 - share);
    }
  }
}

function beside(node, other) {
  const angle = turn(node.name);
  node.x = other.x + Math.cos(angle) * LENGTH * 0.7;
  node.y = other.y + Math.sin(angle) * LENGTH * 0.7;
}

function spiral(node, index) {
  const radius = 14 * Math.sqrt(index + 0.5);
  node.x = radius * Math.cos(index * 2.39996);
  node.y = radius * Math.sin(index * 2.39996);
}

/* An angle that depends on the name alone, so that the same memory is drawn the same way. */
function turn(name) {
  let hash = 7;
  for (let i = 0; i < name.length; i += 1) hash = (hash * 31 + name.charCodeAt(i)) | 0;
  return (hash % 6283) / 1000;
}

/* A tree of square cells, each with the weight of the bodies in it and the sum of their weighed places: a body weighs
   its radius, so that the large ones get room. A child is 0 (none),
   a cell's number, or -(i + 1) for body i. */
class Tree {
  constructor() {
    this.cells = [];      // still to be looked at, with their sizes
    this.sizes = [];
  }

  build(nodes) {
    this.children = [0, 0, 0, 0];
    this.weight = [0];
    this.sumX = [0];
    this.sumY = [0];
    this.bound(nodes);
    for (let i = 0; i < nodes.length; i += 1) this.insert(nodes, i);
  }

  bound(nodes) {
    let [left, top, right, bottom] = [-1, -1, 1, 1];
    for (const { x, y } of nodes) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    this.size = Math.max(right - left, bottom - top) * 1.01;
    this.left = left;
    this.top = top;
  }

  cell() {
    this.children.push(0, 0, 0, 0);
    this.weight.push(0);
    this.sumX.push(0);
    this.sumY.push(0);
    return this.weight.length - 1;
  }

  weigh(cell, node) {
    const weight = node.radius;
    this.weight[cell] += weight;
    this.sumX[cell] += weight * node.x;
    this.sumY[cell] += weight * node.y;
  }

  insert(nodes, i) {
    let [cell, half, x, y] = [0, this.size / 2, this.left, this.top];
    const quarter = (node) => (node.x >= x + half ? 1 : 0) + (node.y >= y + half ? 2 : 0);
    for (let depth = 0; ; depth += 1) {
      this.weigh(cell, nodes[i]);
      const which = quarter(nodes[i]);
      const slot = 4 * cell + which;
      const held = this.children[slot];
      if (held === 0) {
        this.children[slot] = -(i + 1);
        return;
      }
      if (depth === DEEPEST) return;   // it lies where another does: their cell weighs both
      if (which & 1) x += half;
      if (which & 2) y += half;
      half /= 2;
      if (held > 0) {
        cell = held;
      } else {
        cell = this.cell();
        this.children[slot] = cell;
        this.weigh(cell, nodes[-held - 1]);
        this.children[4 * cell + quarter(nodes[-held - 1])] = held;
      }
    }
  }

  /* Push body i away from all others. */
  push(nodes, i, force) {
    const node = nodes[i];
    const { cells, sizes } = this;
    cells.push(0);
    sizes.push(this.size);
    while (cells.length) {
      const cell = cells.pop();
      const size = sizes.pop();
      const weight = this.weight[cell];
      const dx = node.x - this.sumX[cell] / weight;
      const dy = node.y - this.sumY[cell] / weight;
      if (size * size < NEARNESS * NEARNESS * (dx * dx + dy * dy)) {
        repel(node, dx, dy, force * weight);
        continue;
      }
      for (let slot = 4 * cell; slot < 4 * cell + 4; slot += 1) {
        const child = this.children[slot];
        if (child > 0) {
          cells.push(child);
          sizes.push(size / 2);
        } else if (child < 0 && child !== -(i + 1)) {
          const other = nodes[-child - 1];
          repel(node, node.x - other.x, node.y - other.y, force * other.radius);
        }
      }
    }
  }
}

function repel(node, dx, dy, force) {
  const squared = Math.max(dx * dx + dy * dy, 36);
  node.vx += dx * force / squared;
  node.vy += dy * force / squared;
}
