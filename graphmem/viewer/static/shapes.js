"use strict";

/* The size of an entity and the way of a fact on the canvas. */

function radius({ degree, kind }) {
  return kind === "value" ? 4 + Math.min(Math.sqrt(degree), 6) : 5.5 + Math.min(2.4 * Math.sqrt(degree), 22);
}

/* A fact bends a little to its left, so that it can be told from one that goes the other way. */
function bend({ from, to }) {
  return { x: (from.x + to.x) / 2 + (to.y - from.y) * 0.1, y: (from.y + to.y) / 2 - (to.x - from.x) * 0.1 };
}

function middle(fact) {
  if (fact.from === fact.to) return { x: fact.from.x, y: fact.from.y - fact.from.radius - 16 };
  const { x, y } = bend(fact);
  return { x: (fact.from.x + 2 * x + fact.to.x) / 4, y: (fact.from.y + 2 * y + fact.to.y) / 4 };
}

function trace(c, fact, bent) {
  const { from, to } = fact;
  if (from === to) {
    c.moveTo(from.x + 8, from.y - from.radius - 8);
    c.arc(from.x, from.y - from.radius - 8, 8, 0, 2 * Math.PI);
    return;
  }
  c.moveTo(from.x, from.y);
  if (!bent) {
    c.lineTo(to.x, to.y);
    return;
  }
  const { x, y } = bend(fact);
  c.quadraticCurveTo(x, y, to.x, to.y);
}

function head(c, fact, size) {
  const { to } = fact;
  if (fact.from === to) return;
  const control = bend(fact);
  const angle = Math.atan2(to.y - control.y, to.x - control.x);
  const tip = { x: to.x - Math.cos(angle) * (to.drawn + 1.5), y: to.y - Math.sin(angle) * (to.drawn + 1.5) };
  c.moveTo(tip.x, tip.y);
  c.lineTo(tip.x - size * 1.5 * Math.cos(angle - 0.4), tip.y - size * 1.5 * Math.sin(angle - 0.4));
  c.lineTo(tip.x - size * 1.5 * Math.cos(angle + 0.4), tip.y - size * 1.5 * Math.sin(angle + 0.4));
  c.closePath();
}
