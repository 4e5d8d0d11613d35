"""The readers of networks, one file a tool or format; `backlit.interop.networks.reader` lists them."""
