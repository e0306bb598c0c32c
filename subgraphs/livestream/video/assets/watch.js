import { connect, ended, endpoint, show } from "./webrtc.js";

const video = document.querySelector("video");
const RETRY = 2000;

async function play() {
  const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  const media = new MediaStream();
  connection.addTransceiver("video", { direction: "recvonly" });
  connection.addTransceiver("audio", { direction: "recvonly" });
  connection.ontrack = ({ track }) => media.addTrack(track);
  connection.onconnectionstatechange = () => show(connection.connectionState);
  try {
    const session = await connect(connection, endpoint("whep"));
    addEventListener("pagehide", () => fetch(session, { method: "DELETE", keepalive: true }), { once: true });
    video.srcObject = media;
    ended(connection).then(() => again(connection));
  } catch (error) {
    show(error.message, true);
    const { status, retryAfter } = error;
    if (status === undefined || retryAfter) return again(connection, retryAfter * 1000 || RETRY);
    connection.close();
    video.srcObject = null;
  }
}

function again(connection, delay = RETRY) {
  connection.close();
  setTimeout(play, delay);
}

play();
