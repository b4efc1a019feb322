import { LitElement, css, html, nothing, svg } from "../../vendor/lit.js";
import { number, translated } from "../../lib/language.js";
import { scale } from "../../lib/scales.js";
import { hues, shared } from "../../lib/styles.js";

const HEIGHT = 260;
const LABEL_WIDTH = 26;
const MARGIN = { top: 14, right: 18, bottom: 46, left: 58 };
const HUES = 6;
// A shape beside the colour, for those who do not see it.
const SHAPES = ["M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", "M-4-4h8v8h-8z", "M0-5l5 9h-10z", "M0-6l5 6l-5 6l-5-6z"];

/**
 * Lines through points. The page shows the same as a table beside it.
 * series: `[{name, points: [{x, y, label}]}]`; an empty `label` writes nothing,
 * nor does one that would lie on another. floor: the y axis starts there or lower.
 */
export class LineChart extends LitElement {
  static properties = {
    series: { attribute: false },
    label: {},
    xLabel: { attribute: "x-label" },
    yLabel: { attribute: "y-label" },
    floor: { type: Number },
    width: { state: true },
  };

  static styles = [
    shared,
    hues,
    css`
      svg {
        display: block;
        width: 100%;
        font-size: 12px;
        fill: var(--ink-2);
      }
      .grid {
        stroke: var(--line);
      }
      .line {
        fill: none;
        stroke: var(--hue);
        stroke-width: 2;
      }
      .mark {
        fill: var(--hue);
        stroke: var(--surface);
      }
      .value {
        fill: var(--ink);
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 1rem;
        margin: 0.3rem 0 0;
        padding: 0;
        list-style: none;
        font-size: 0.8125rem;
      }
      li svg {
        width: 1rem;
        height: 0.8rem;
        display: inline-block;
        vertical-align: -0.1rem;
      }
    `,
  ];

  #observer = new ResizeObserver(([entry]) => {
    this.width = Math.max(240, Math.round(entry.contentRect.width));
  });

  constructor() {
    super();
    this.series = [];
    this.width = 480;
    translated(this);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    super.disconnectedCallback();
  }

  render() {
    const points = this.series.flatMap((one) => one.points);
    if (!points.length) return nothing;
    const x = scale(points.map((point) => point.x), { isLog: true });
    const y = scale([this.floor, ...points.map((point) => point.y)], { top: 1 });
    const right = this.width - MARGIN.right;
    const bottom = HEIGHT - MARGIN.bottom;
    const place = {
      x: (value) => MARGIN.left + x.at(value) * (right - MARGIN.left),
      y: (value) => bottom - y.at(value) * (bottom - MARGIN.top),
    };
    return html`
      <svg viewBox="0 0 ${this.width} ${HEIGHT}" height=${HEIGHT} role="img" aria-label=${this.label}>
        ${y.ticks.map(
          (tick) => svg`
            <line class="grid" x1=${MARGIN.left} x2=${right} y1=${place.y(tick)} y2=${place.y(tick)} />
            <text x=${MARGIN.left - 8} y=${place.y(tick) + 4} text-anchor="end">${number(tick)}</text>`,
        )}
        ${x.ticks.map(
          (tick) => svg`
            <line class="grid" x1=${place.x(tick)} x2=${place.x(tick)} y1=${MARGIN.top} y2=${bottom} />
            <text x=${place.x(tick)} y=${bottom + 18} text-anchor="middle">${number(tick)}</text>`,
        )}
        <text x=${(MARGIN.left + right) / 2} y=${HEIGHT - 6} text-anchor="middle">${this.xLabel}</text>
        <text transform="translate(14 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${this.yLabel}</text>
        ${this.series.map((one, index) => this.#line(one, index, place))}
      </svg>
      ${this.series.length > 1 ? this.#legend() : nothing}
    `;
  }

  #line({ points }, index, place) {
    const labelled = spaced(points.map((point) => place.x(point.x)));
    const path = points.map(({ x, y }, at) => `${at ? "L" : "M"}${place.x(x)} ${place.y(y)}`).join("");
    return svg`
      <path class="line" data-hue=${index % HUES} d=${path} />
      ${points.map(
        ({ x, y, label }, at) => svg`
          <g class="point" data-hue=${index % HUES} transform="translate(${place.x(x)} ${place.y(y)})">
            <path class="mark" d=${SHAPES[index % SHAPES.length]} />
            ${label && labelled.has(at) ? svg`<text class="value" y="18" text-anchor="middle">${label}</text>` : nothing}
          </g>`,
      )}`;
  }

  #legend() {
    return html`
      <ul>
        ${this.series.map(
          ({ name }, index) => html`
            <li>
              <svg viewBox="-7 -6 14 12" aria-hidden="true">
                <path class="mark" data-hue=${index % HUES} d=${SHAPES[index % SHAPES.length]} />
              </svg>
              ${name}
            </li>
          `,
        )}
      </ul>
    `;
  }
}
customElements.define("line-chart", LineChart);

// Which of these places are far enough from the one to the left to be written at.
function spaced(places) {
  const kept = [];
  for (const at of [...places.keys()].sort((a, b) => places[a] - places[b])) {
    if (!kept.length || places[at] - places[kept.at(-1)] >= LABEL_WIDTH) kept.push(at);
  }
  return new Set(kept);
}
