/// <reference lib="dom" />
// Pan, zoom and the small map over a stage of fixed size.
import { colour, need } from "./dom.ts";

/** A rectangle on the stage, px. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A place in the window, px, and the scale it is seen at. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

/** What the small map draws. */
export interface Dot {
  readonly rect: Rect;
  readonly status: string;
  readonly off: boolean;
}

/** Under this scale only names are readable, so only they are shown, larger. */
const farBelow = 0.5;
const panelWidth = 330;
const mapSize = { w: 208, h: 96 } as const;
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** Moves the stage under the window. */
export class Viewport {
  readonly #view = need("#view");
  readonly #stage = need("#stage");
  readonly #map = need<HTMLCanvasElement>("#mini");
  readonly #w = Number(this.#view.dataset.w);
  readonly #h = Number(this.#view.dataset.h);
  readonly #dots: () => readonly Dot[];
  #x = 0;
  #y = 0;
  #scale = 1;
  #frame = 0;
  #colours: Readonly<Record<string, string>> = {};
  #drag: { x: number; y: number; moved: boolean } | undefined;

  constructor(dots: () => readonly Dot[]) {
    this.#dots = dots;
    this.readColours();
    this.#listen();
  }

  /** Whether the pointer moved the stage just now, so that its click means nothing. */
  get dragged(): boolean {
    return this.#drag?.moved ?? false;
  }

  readColours(): void {
    const names = ["fresh", "stale", "failed", "missing", "running", "blocked"];
    this.#colours = Object.fromEntries(names.map((name) => [name, colour(`--${name}`)]));
  }

  /** Shows the whole stage; `readable` does not go so far out that names cannot be read. */
  fit(options: { animate?: boolean; readable?: boolean } = {}): void {
    const [w, h] = [this.#view.clientWidth, this.#view.clientHeight];
    const whole = clamp(Math.min((w - 24) / this.#w, (h - 24) / this.#h), 0.08, 1.15);
    this.#scale = options.readable ? Math.max(whole, 0.62) : whole;
    this.#x = Math.max(0, (w - this.#w * this.#scale) / 2);
    this.#y = (h - this.#h * this.#scale) / 2;
    if (options.readable) this.#y = Math.max(this.#y, 0);
    this.#move(options.animate ?? false);
  }

  /** Where a point of the stage is in the window, and how large. */
  at({ x, y }: Rect): Place {
    return { left: x * this.#scale + this.#x, top: y * this.#scale + this.#y, scale: this.#scale };
  }

  /** Moves the stage so that a point of it is where another one was. */
  put({ x, y }: Rect, { left, top, scale }: Place): void {
    this.#scale = scale;
    this.#x = left - x * scale;
    this.#y = top - y * scale;
    this.#move(false);
  }

  /** Zooms around a point of the window, its middle if none is given. */
  zoom(factor: number, cx = this.#view.clientWidth / 2, cy = this.#view.clientHeight / 2): void {
    const scale = clamp(this.#scale * factor, 0.08, 2.5);
    this.#x = cx - (cx - this.#x) * scale / this.#scale;
    this.#y = cy - (cy - this.#y) * scale / this.#scale;
    this.#scale = scale;
    this.paintSoon();
  }

  /** Brings a rectangle into sight beside the panel, if it is not there. */
  reveal({ x, y, w, h }: Rect): void {
    const width = this.#view.clientWidth - panelWidth;
    const height = this.#view.clientHeight;
    if (this.#scale < 0.62) this.#scale = 0.8;
    const cx = (x + w / 2) * this.#scale + this.#x;
    const cy = (y + h / 2) * this.#scale + this.#y;
    if (cx < 160 || cx > width - 140 || cy < 60 || cy > height - 110) {
      this.#x = width / 2 - (x + w / 2) * this.#scale;
      this.#y = height / 2 - (y + h / 2) * this.#scale;
    }
    this.#move(true);
  }

  paintSoon(): void {
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #move(animate: boolean): void {
    this.#stage.classList.toggle("anim", animate);
    this.#paint();
  }

  #paint(): void {
    this.#frame = 0;
    this.#stage.style.transform = `translate(${this.#x}px,${this.#y}px) scale(${this.#scale})`;
    this.#stage.classList.toggle("far", this.#scale < farBelow);
    this.#drawMap();
  }

  #drawMap(): void {
    const context = this.#map.getContext("2d");
    if (context === null) return;
    const { w, h } = mapSize;
    const pixels = devicePixelRatio;
    if (this.#map.width !== w * pixels) {
      this.#map.width = w * pixels;
      this.#map.height = h * pixels;
    }
    const scale = this.#mapScale();
    const [left, top] = [(w - this.#w * scale) / 2, (h - this.#h * scale) / 2];
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    context.clearRect(0, 0, w, h);
    for (const { rect, status, off } of this.#dots()) {
      context.globalAlpha = off ? 0.25 : 1;
      context.fillStyle = this.#colours[status] ?? this.#colours.missing ?? "grey";
      const size = [Math.max(3, rect.w * scale), Math.max(2, rect.h * scale)] as const;
      context.fillRect(left + rect.x * scale, top + rect.y * scale, ...size);
    }
    context.globalAlpha = 1;
    context.strokeStyle = getComputedStyle(document.body).color;
    context.lineWidth = 1.25;
    const seen = scale / this.#scale;
    const corner = [left - this.#x * seen, top - this.#y * seen] as const;
    context.strokeRect(...corner, this.#view.clientWidth * seen, this.#view.clientHeight * seen);
  }

  #mapScale(): number {
    return Math.min((mapSize.w - 16) / this.#w, (mapSize.h - 16) / this.#h);
  }

  #listen(): void {
    const view = this.#view;
    view.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    view.addEventListener("dragstart", (event) => event.preventDefault());
    view.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || inside(event, "#panel,.zoom,#mini")) return;
      this.#drag = { x: event.clientX, y: event.clientY, moved: false };
    });
    addEventListener("pointermove", (event) => this.#pull(event));
    addEventListener("pointerup", () => {
      // The click that ends a drag comes after this event, and asks whether there was one.
      setTimeout(() => this.#drag = undefined);
      view.classList.remove("drag");
    });
    this.#map.addEventListener("pointerdown", (event) => {
      this.#jump(event);
      this.#map.setPointerCapture(event.pointerId);
    });
    this.#map.addEventListener("pointermove", (event) => {
      if (event.buttons === 1) this.#jump(event);
    });
  }

  #wheel(event: WheelEvent): void {
    if (inside(event, "#panel")) return;
    event.preventDefault();
    this.#stage.classList.remove("anim");
    const frame = this.#view.getBoundingClientRect();
    if (event.ctrlKey || (!event.shiftKey && Math.abs(event.deltaX) < 1)) {
      const factor = Math.exp(-event.deltaY * 0.0016);
      this.zoom(factor, event.clientX - frame.left, event.clientY - frame.top);
    } else {
      this.#x -= event.deltaX;
      this.#y -= event.deltaY;
      this.paintSoon();
    }
  }

  #pull(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag === undefined) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    this.#drag = { x: event.clientX, y: event.clientY, moved: true };
    this.#view.classList.add("drag");
    this.#stage.classList.remove("anim");
    this.#x += dx;
    this.#y += dy;
    this.paintSoon();
  }

  #jump(event: PointerEvent): void {
    const frame = this.#map.getBoundingClientRect();
    const scale = this.#mapScale();
    const at = (pointer: number, size: number, stage: number) =>
      (pointer - (size - stage * scale) / 2) / scale * this.#scale;
    const { w, h } = mapSize;
    this.#x = this.#view.clientWidth / 2 - at(event.clientX - frame.left, w, this.#w);
    this.#y = this.#view.clientHeight / 2 - at(event.clientY - frame.top, h, this.#h);
    this.#stage.classList.remove("anim");
    this.paintSoon();
  }
}

function inside(event: Event, selector: string): boolean {
  return (event.target as HTMLElement).closest(selector) !== null;
}
