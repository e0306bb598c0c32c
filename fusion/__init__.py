"""The whole store on one machine: starts, seeds and stops it."""
