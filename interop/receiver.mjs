// Receives webhooks.
import { on, once } from "node:events";
import { createServer } from "node:http";

/** A receiver on a free port: its URL, its next body, and its end. */
export async function receive() {
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    response.end();
    server.emit("webhook", JSON.parse(Buffer.concat(chunks).toString()));
  });
  const received = on(server, "webhook");
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/1shot`,
    next: async () => (await received.next()).value[0],
    close: () => server.close(),
  };
}
