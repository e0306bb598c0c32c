"""Live rooms: schedule, shelf, pins and chat, each change an event that viewers follow."""
