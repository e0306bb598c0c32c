"""The demo shop's product pictures: drawn as SVG from a category, a name and a colour."""
