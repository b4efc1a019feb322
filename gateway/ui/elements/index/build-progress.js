import { LitElement, css, html } from "../../vendor/lit.js";
import { bytes, duration, knows, number, t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

/** The build at work, as the service reports it. build: a BuildProgress. */
export class BuildProgress extends LitElement {
  static properties = { build: { attribute: false } };

  static styles = [
    shared,
    css`
      progress {
        width: 100%;
        height: 0.8rem;
        accent-color: var(--accent);
      }
      dl {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem 1.75rem;
        margin: 0.4rem 0 0;
      }
      dt {
        color: var(--ink-2);
        font-size: 0.8125rem;
      }
      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    const { phase, round, fraction, distances, points, elapsedSeconds, remainingSeconds, memoryBytes } = this.build;
    const facts = {
      phase: phase ? t("build.phaseRound", { phase: phaseWord(phase), round: number(round + 1) }) : t("build.starting"),
      fraction: number(fraction, { style: "percent" }),
      points: number(Number(points)),
      distances: number(Number(distances), { notation: "compact", maximumSignificantDigits: 3 }),
      elapsed: duration(elapsedSeconds),
      remaining: remainingSeconds ? duration(remainingSeconds) : t("build.unknown"),
      memory: bytes(Number(memoryBytes)),
    };
    return html`
      <progress max="1" value=${fraction} aria-label=${t("build.title")}></progress>
      <dl>
        ${Object.entries(facts).map(
          ([name, value]) => html`<div><dt>${t(`build.${name}`)}</dt><dd data-fact=${name}>${value}</dd></div>`,
        )}
      </dl>
    `;
  }
}
customElements.define("build-progress", BuildProgress);

const phaseWord = (phase) => (knows(`build.phase.${phase}`) ? t(`build.phase.${phase}`) : phase);
