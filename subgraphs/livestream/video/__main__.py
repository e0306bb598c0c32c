"""`python -m subgraphs.livestream.video serve`: live video as a service of its own."""

import argparse
import os
import sys

import uvicorn

from subgraphs.livestream.settings import SettingInvalid
from subgraphs.livestream.video.app import create_app
from subgraphs.livestream.video.settings import RoomSettings, VideoSettings


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m subgraphs.livestream.video")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer hosts and viewers over HTTP")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    options = parser.parse_args(arguments)
    url = os.environ.get("DATABASE_URL", "")
    try:
        video, rooms = VideoSettings.from_environment(), RoomSettings.from_environment()
    except SettingInvalid as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not url or video is None:
        sys.stderr.write("Set DATABASE_URL, VIDEO_URL and VIDEO_KEY.\n")
        return 2
    uvicorn.run(
        create_app(url, video, rooms),
        host=options.host,
        port=options.port,
        server_header=False,
        access_log=False,  # a session's URL is its key
        ws="none",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
