// The server of first_render.py: finished answers from a manifest, as HTTP/2 with early hints and as HTTP/1.1, both over
// TLS: Chromium takes Brotli over nothing else. A third port sends records of 4 KB: a browser can read none that is not
// whole, and they are 16 KB here and in nginx if nothing is said.
// node first_render.mjs FOLDER ADDRESS PORT_2 PORT_1 PORT_SMALL
import { readFileSync } from "node:fs";
import http2 from "node:http2";
import https from "node:https";
import path from "node:path";

const [folder, address, two, one, small] = process.argv.slice(2);
const read = (name) => readFileSync(path.join(folder, name));
const answers = new Map(
  Object.entries(JSON.parse(read("manifest.json"))).map(([url, each]) => [url, { ...each, bytes: read(each.file) }]),
);

function answer(request, response) {
  const found = answers.get(request.url);
  if (!found) {
    response.writeHead(404).end();
    return;
  }
  if (found.hint && request.httpVersionMajor === 2) response.writeEarlyHints({ link: found.hint });
  response.writeHead(200, { ...found.headers, "content-length": found.bytes.length });
  response.end(found.bytes);
}

const own = { key: read("privkey.pem"), cert: read("fullchain.pem") };
http2.createSecureServer(own, answer).listen(Number(two), address);
http2
  .createSecureServer(own, answer)
  .on("secureConnection", (socket) => socket.setMaxSendFragment(4096))
  .listen(Number(small), address);
https.createServer(own, answer).listen(Number(one), address);
