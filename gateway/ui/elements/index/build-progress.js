import { LitElement, html } from "../../vendor/lit.js";
import { bytes, duration, knows, number, t, translated } from "../../lib/language.js";
import { progress, shared } from "../../lib/styles.js";

/** The build at work, as the service reports it. build: a BuildProgress. */
export class BuildProgress extends LitElement {
  static properties = { build: { attribute: false } };

  static styles = [shared, progress];

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
