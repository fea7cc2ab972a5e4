// @ts-check
// One connection that is kept open, and a client on it that costs next to nothing.
import { connect } from "node:net";

/** @typedef {{ status: number, head: string, body: string }} Answer */

export class Connection {
  #socket;
  #host;
  #received = "";
  /** @type {((answer: Answer) => void) | undefined} */
  #answered;
  /** @type {((error: Error) => void) | undefined} */
  #failed;

  /** @param {number} port on 127.0.0.1 @param {string} host the Host header */
  constructor(port, host) {
    this.#host = host;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true }).setEncoding("latin1");
    this.#socket.on("data", (chunk) => {
      this.#received += chunk;
      const answer = complete(this.#received);
      if (!answer) return;
      this.#received = "";
      this.#answered?.(answer);
    });
    this.#socket.on("error", (error) => this.#failed?.(error));
    this.#socket.on("close", () => this.#failed?.(new Error(`${host} closed a connection`)));
  }

  /**
   * One request, when the one before has been answered.
   * @param {string} target path and query
   * @param {string} cookies empty for none
   * @param {string} [form] the body of a POST
   * @returns {Promise<Answer>}
   */
  send(target, cookies, form) {
    const cookie = cookies && `Cookie: ${cookies}\r\n`;
    const head = `${form === undefined ? "GET" : "POST"} ${target} HTTP/1.1\r\nHost: ${this.#host}\r\nAccept: */*\r\n${cookie}`;
    const type = "Content-Type: application/x-www-form-urlencoded";
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(form === undefined ? `${head}\r\n` : `${head}${type}\r\nContent-Length: ${form.length}\r\n\r\n${form}`);
    });
  }

  close() {
    this.#failed = undefined;
    this.#socket.end();
  }
}

/** An answer, once all of it is there. */
function complete(/** @type {string} */ received) {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = received.slice(0, end + 2);
  const body = received.slice(end + 4);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return body.length < Number(length) ? undefined : { status, head, body };
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    if (!body.endsWith("0\r\n\r\n")) return undefined;
    return { status, head, body: unchunked(body) };
  }
  if (status === 204 || status === 304) return { status, head, body: "" };
  throw new Error(`an answer without a length: ${head}`);
}

function unchunked(/** @type {string} */ body) {
  let text = "";
  for (let at = 0; ; ) {
    const line = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.slice(at, line), 16);
    if (!(size > 0)) return text;
    text += body.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
