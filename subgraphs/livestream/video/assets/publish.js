import { connect, ended, endpoint, show } from "./webrtc.js";

const video = document.querySelector("video");
const form = document.querySelector("form");
const stop = document.querySelector("#stop");

// A link may bring the token, in the part of a URL that is not sent to servers.
form.token.value = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
history.replaceState(null, "", location.pathname);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const source = event.submitter?.value;
  buttons(true);
  let media;
  try {
    media = source === "camera" ? await camera() : pattern();
    await publish(media, form.token.value.trim());
  } catch (error) {
    media?.getTracks().forEach((track) => track.stop());
    show(error.message, true);
    buttons(false);
  }
});

async function publish(media, token) {
  video.srcObject = media;
  const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  for (const track of media.getTracks()) connection.addTransceiver(track, { direction: "sendonly", streams: [media] });
  connection.onconnectionstatechange = () => show(connection.connectionState);
  const session = await connect(connection, endpoint("whip"), token);
  const end = () => fetch(session, { method: "DELETE", keepalive: true });
  addEventListener("pagehide", end, { once: true });
  const over = (text) => {
    removeEventListener("pagehide", end);
    connection.close();
    media.getTracks().forEach((track) => track.stop());
    show(text);
    buttons(false);
  };
  ended(connection).then(() => over("ended by the server"));
  stop.onclick = () => {
    end();
    over("not publishing");
  };
}

const camera = () => navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 }, audio: true });

/** A clock over moving colours. */
function pattern() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const paint = canvas.getContext("2d");
  const draw = () => {
    const now = new Date();
    paint.fillStyle = `hsl(${(now / 20) % 360} 70% 40%)`;
    paint.fillRect(0, 0, canvas.width, canvas.height);
    paint.fillStyle = "white";
    paint.font = "bold 72px system-ui, sans-serif";
    paint.textAlign = "center";
    paint.fillText(now.toISOString().slice(11, 23), canvas.width / 2, canvas.height / 2 + 24);
  };
  draw();
  const timer = setInterval(draw, 40);
  const media = canvas.captureStream(25);
  const [track] = media.getVideoTracks();
  const end = track.stop.bind(track);
  track.stop = () => {
    clearInterval(timer);
    end();
  };
  return media;
}

function buttons(publishing) {
  for (const button of form.querySelectorAll("[name=source]")) button.disabled = publishing;
  stop.disabled = !publishing;
}
