import { LitElement, css, html, svg } from "../../vendor/lit.js";
import { bytes, number, t, translated } from "../../lib/language.js";
import { hues, shared, tables } from "../../lib/styles.js";

/** What a collection holds in memory, as a bar and as a table. parts: `{vectors, graphs, head}` in bytes. */
export class MemoryBar extends LitElement {
  static properties = { parts: { attribute: false } };

  static styles = [
    shared,
    hues,
    tables,
    css`
      svg {
        display: block;
        width: 100%;
        height: 1.75rem;
        margin-bottom: 0.5rem;
        border-radius: var(--radius-s);
        background: var(--surface-2);
      }
      rect {
        fill: var(--hue);
      }
      .key {
        display: inline-block;
        width: 0.8em;
        height: 0.8em;
        margin-right: 0.5em;
        border-radius: 2px;
        background: var(--hue);
      }
    `,
  ];

  constructor() {
    super();
    translated(this);
  }

  render() {
    const parts = Object.entries(this.parts);
    const total = parts.reduce((sum, [, size]) => sum + size, 0);
    let start = 0;
    const stretches = parts.map(([name, size]) => {
      const width = total ? (100 * size) / total : 0;
      start += width;
      return { name, width, x: start - width };
    });
    return html`
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=${t("memory.title")}>
        ${stretches.map(
          ({ name, width, x }, hue) => svg`<rect data-part=${name} data-hue=${hue} x=${x} width=${width} height="10" />`,
        )}
      </svg>
      <div class="scroll">
        <table>
          <caption class="unseen">
            ${t("memory.title")}
          </caption>
          <thead>
            <tr>
              <th scope="col">${t("memory.part")}</th>
              <th scope="col" class="number">${t("memory.size")}</th>
              <th scope="col" class="number">${t("memory.share")}</th>
            </tr>
          </thead>
          <tbody>
            ${parts.map(
              ([name, size], hue) => html`
                <tr data-part=${name}>
                  <th scope="row"><span class="key" data-hue=${hue}></span>${t(`memory.${name}`)}</th>
                  <td class="number">${bytes(size)}</td>
                  <td class="number">${number(total ? size / total : 0, { style: "percent", maximumFractionDigits: 1 })}</td>
                </tr>
              `,
            )}
            <tr>
              <th scope="row">${t("memory.total")}</th>
              <td class="number">${bytes(total)}</td>
              <td></td>
            </tr>
          </tbody>
        </table>
      </div>
    `;
  }
}
customElements.define("memory-bar", MemoryBar);
