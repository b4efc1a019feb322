/** Stretches of texts. All offsets here are UTF-16 code units, as JavaScript strings count, unless said. */

/** The UTF-16 offset of a code point offset: `😀` is one code point and two units. */
export function unitOffset(text, codePoints) {
  let units = 0;
  for (let seen = 0; seen < codePoints && units < text.length; seen++) {
    units += text.codePointAt(units) > 0xffff ? 2 : 1;
  }
  return units;
}

/**
 * Cuts a text at all borders of `spans` (`[{start, end, …}]`, may overlap). Returns pieces in order:
 * `{text, spans}`, spans being those that cover the piece, the shortest first.
 */
export function cut(text, spans) {
  const inside = spans
    .map((span) => ({ ...span, start: clamp(span.start, text), end: clamp(span.end, text) }))
    .filter((span) => span.start < span.end);
  const borders = [...new Set([0, text.length, ...inside.flatMap((span) => [span.start, span.end])])].sort((a, b) => a - b);
  return borders.slice(1).map((end, index) => {
    const start = borders[index];
    const covering = inside.filter((span) => span.start <= start && end <= span.end);
    covering.sort((a, b) => a.end - a.start - (b.end - b.start));
    return { text: text.slice(start, end), start, end, spans: covering };
  });
}

const clamp = (offset, text) => Math.min(Math.max(offset ?? 0, 0), text.length);
