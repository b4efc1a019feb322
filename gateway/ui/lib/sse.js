/** Reads server-sent events out of a fetch body: yields `{event, id, data}` as soon as each is complete. */
export async function* readEvents(body) {
  const decoder = new TextDecoderStream();
  const reader = body.pipeThrough(decoder).getReader();
  let buffered = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffered += value;
      const blocks = buffered.split("\n\n");
      buffered = blocks.pop();
      for (const block of blocks) {
        const event = parseBlock(block);
        if (event.data) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function parseBlock(block) {
  const event = { event: "message", id: "", data: "" };
  for (const line of block.split("\n")) {
    const border = line.indexOf(": ");
    if (border > 0) event[line.slice(0, border)] = line.slice(border + 2);
  }
  return event;
}
