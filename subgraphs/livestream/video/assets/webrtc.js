// WHIP and WHEP are the same exchange: an offer is posted, the answer comes back with the session's
// URL. The server is reachable, so nothing waits for candidates.

export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? `Status ${status}`);
    this.status = status;
    this.code = problem.code;
    this.retryAfter = retryAfter;
  }
}

/** Posts the offer of `connection`, and applies the answer; resolves to the session's URL. */
export async function connect(connection, url, token) {
  await connection.setLocalDescription();
  const headers = { "content-type": "application/sdp" };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(url, { method: "POST", headers, body: connection.localDescription.sdp });
  if (response.status !== 201) {
    const problem = await response.json().catch(() => ({}));
    throw new Refused(response.status, problem, Number(response.headers.get("retry-after")));
  }
  await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
  return new URL(response.headers.get("location"), url);
}

/** Resolves once the other side has hung up. DTLS tells at once, the connection a quarter of a minute later. */
export function ended(connection) {
  const { transport } = connection.getTransceivers()[0].receiver;
  return new Promise((resolve) => {
    transport.addEventListener("statechange", () => transport.state === "closed" && resolve());
    connection.addEventListener("connectionstatechange", () => connection.connectionState === "failed" && resolve());
  });
}

/** The endpoint beside this page: /video/watch/ID is /video/whep/ID. */
export function endpoint(way) {
  const [stream] = location.pathname.split("/").slice(-1);
  return new URL(`../${way}/${stream}`, location);
}

export function show(text, bad = false) {
  const output = document.querySelector("#state");
  output.textContent = text;
  output.classList.toggle("bad", bad);
}
