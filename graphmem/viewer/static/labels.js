"use strict";

/* Names on the picture, none over another. A name is drawn once, with a rim in the colour of the ground, and kept as a
   small image: to draw it again costs little. */

const KEPT = 4000;
const RIM = 3;

class Labels {
  constructor(context) {
    this.context = context;
    this.labels = new Map();
    this.taken = [];
  }

  /* In this font and over this ground from now on, `density` pixels to a unit. */
  dress(font, ground, density) {
    Object.assign(this, { font, ground, density });
    this.labels.clear();
  }

  /* Nothing is written yet. */
  clear() { this.taken = []; }

  /* Let no name stand on a disc. */
  keepClear({ x, y }, radius) {
    this.taken.push({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
  }

  /* Write `text` below a disc, above it or to its side, wherever there is room. */
  writeBeside({ x, y }, radius, text, size, colour, alpha) {
    const [far, aside] = [radius + 10, radius + 2 + this.label(text, size, colour).wide / 2];
    const places = [[0, far], [0, -far], [aside, 0], [-aside, 0]];
    return places.some(([dx, dy]) => this.write(text, x + dx, y + dy, size, colour, alpha));
  }

  /* Write `text` around a place, unless another name is there; tells whether it did. */
  write(text, x, y, size, colour, alpha) {
    const label = this.label(text, size, colour);
    const left = Math.round((x - label.wide / 2) * this.density) / this.density;
    const top = Math.round((y - label.high / 2) * this.density) / this.density;
    const box = { left, right: left + label.wide, top: y - 8, bottom: y + 8 };
    if (this.taken.some((other) => overlap(box, other))) return false;
    this.taken.push(box);
    label.image ??= this.paint(label);
    this.context.globalAlpha = alpha;
    this.context.drawImage(label.image, left, top, label.wide, label.high);
    return true;
  }

  label(text, size, colour) {
    const key = `${size} ${colour} ${text}`;
    if (!this.labels.has(key)) {
      if (this.labels.size >= KEPT) this.labels.clear();
      this.labels.set(key, this.measure(text.length > 34 ? `${text.slice(0, 33)}…` : text, size, colour));
    }
    return this.labels.get(key);
  }

  measure(text, size, colour) {
    const font = `500 ${size}px ${this.font}`;
    this.context.font = font;
    const pixels = (length) => Math.ceil(length * this.density) / this.density;
    return { text, font, colour, wide: pixels(this.context.measureText(text).width + 2 * RIM), high: pixels(1.3 * size + 2 * RIM) };
  }

  paint({ text, font, colour, wide, high }) {
    const canvas = new OffscreenCanvas(wide * this.density, high * this.density);
    const c = canvas.getContext("2d");
    c.scale(this.density, this.density);
    Object.assign(c, { font, textBaseline: "middle", lineJoin: "round", lineWidth: 4, strokeStyle: this.ground, fillStyle: colour });
    c.strokeText(text, RIM, high / 2);
    c.fillText(text, RIM, high / 2);
    return canvas.transferToImageBitmap();
  }
}

function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
