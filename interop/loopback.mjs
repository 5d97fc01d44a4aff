// HTTP servers on free ports of this machine.
import { once } from "node:events";
import { createServer } from "node:http";

/** Serves an express application; it has started when this resolves. */
export async function serve(application) {
  const server = createServer(application).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
