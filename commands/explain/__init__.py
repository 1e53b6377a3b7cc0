"""`reelflow explain`: why something failed, and what to do next."""
