// @ts-check
// A client that costs next to nothing: the same request again and again over some connections,
// each sending the next when its answer is complete.
import { connect } from "node:net";

/**
 * Sends `total` requests over `connections` and tells how many a second were answered.
 * @param {object} options
 * @param {number} options.port on 127.0.0.1
 * @param {string} options.host the Host header
 * @param {string} options.path
 * @param {number} options.connections
 * @param {number} options.total
 */
export async function load({ port, host, path, connections, total }) {
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  let left = total;
  const began = process.hrtime.bigint();
  await Promise.all(
    Array.from({ length: connections }, () => {
      return new Promise((resolve, reject) => {
        const socket = connect({ port, host: "127.0.0.1", noDelay: true });
        let missing = 0;
        const next = () => {
          if (left-- > 0) socket.write(request);
          else socket.end(() => resolve(undefined));
        };
        socket.on("connect", next);
        socket.on("error", reject);
        socket.on("close", () => reject(new Error("the server closed a connection")));
        socket.on("data", (chunk) => {
          if (missing === 0) {
            const text = chunk.toString("latin1");
            const end = text.indexOf("\r\n\r\n");
            const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
            if (end < 0 || !text.startsWith("HTTP/1.1 200") || !length) {
              return socket.destroy(new Error(`not the expected answer: ${text.slice(0, 200)}`));
            }
            missing = end + 4 + Number(length);
          }
          missing -= chunk.length;
          if (missing === 0) next();
        });
      });
    }),
  );
  return total / (Number(process.hrtime.bigint() - began) / 1e9);
}
