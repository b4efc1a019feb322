/** Keys that work anywhere but in a field of text or an open dialog. `keys`: key → function; ends when the element leaves. */
export function shortcuts(host, keys) {
  const listener = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event)) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  host.addController({
    hostConnected: () => window.addEventListener("keydown", listener),
    hostDisconnected: () => window.removeEventListener("keydown", listener),
  });
}

function isElsewhere(event) {
  const elements = event.composedPath().filter((target) => target instanceof HTMLElement);
  return elements[0]?.matches("input, textarea, select, [contenteditable]") || elements.some((one) => one.matches("dialog"));
}
