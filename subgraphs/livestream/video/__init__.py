"""Live video of a stream: in by WHIP (RFC 9725), out by WHEP (draft-ietf-wish-whep).

http      the endpoints, and pages to publish and watch by
stage     who may publish and play; keeps what is on air in step with the streams
rooms     what is asked of a media server: `relay` (aiortc, in this process) or `livekit`
broadcasts  the lease in the database by which the graph knows what is on air, and where

`app` puts them together: mounted beside the gateway on one machine, a service of its own elsewhere.
"""
