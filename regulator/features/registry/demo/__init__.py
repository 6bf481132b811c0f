"""An invented register on a real tree of divisions; everything in it is made from a seed, nobody in it exists."""
