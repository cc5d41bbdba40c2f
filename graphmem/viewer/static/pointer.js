"use strict";

/* What mouse and fingers do to the picture: choose and drag entities, move the view, zoom. */

const CLICK = 5;           // pixels that a press may wander and still be a click

class Pointer {
  constructor(picture, select) {
    this.picture = picture;
    this.select = select;
    this.down = new Map();    // where each finger is
    const { canvas } = picture;
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      picture.zoom(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", (event) => this.release(event));
    canvas.addEventListener("pointerleave", () => { if (!this.down.size) picture.point(null); });
  }

  press(event) {
    this.picture.canvas.setPointerCapture(event.pointerId);
    const place = { x: event.offsetX, y: event.offsetY };
    this.down.set(event.pointerId, place);
    this.pressed = { ...place, node: this.picture.at(place.x, place.y), wandered: false };
  }

  move(event) {
    const place = { x: event.offsetX, y: event.offsetY };
    const before = this.down.get(event.pointerId);
    if (!before) {
      this.picture.point(this.picture.at(place.x, place.y));
      return;
    }
    if (this.down.size === 2) this.pinch(event.pointerId, place);
    else if (Math.hypot(place.x - this.pressed.x, place.y - this.pressed.y) > CLICK) this.pressed.wandered = true;
    if (this.down.size === 1 && this.pressed.wandered) this.drag(before, place);
    this.down.set(event.pointerId, place);
  }

  pinch(id, place) {
    const [other] = [...this.down].filter(([key]) => key !== id).map(([, value]) => value);
    const before = this.down.get(id);
    const ratio = Math.hypot(place.x - other.x, place.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
    this.pressed.wandered = true;
    this.picture.zoom(ratio || 1, (place.x + other.x) / 2, (place.y + other.y) / 2);
  }

  drag(before, place) {
    const { node } = this.pressed;
    if (node) this.picture.carry(node, place);
    else this.picture.shift(place.x - before.x, place.y - before.y);
  }

  release(event) {
    if (!this.down.delete(event.pointerId)) return;
    const { node, wandered } = this.pressed;
    if (node) node.held = false;
    if (event.type === "pointerup" && !wandered) this.select(node);
  }
}
