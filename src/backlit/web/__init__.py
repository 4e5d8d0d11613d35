"""The local page: circuits, live training, slow learning and saved models, in a browser on this machine only."""
