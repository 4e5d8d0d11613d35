"""The views of the page: one folder each, see `backlit.web.view`."""
