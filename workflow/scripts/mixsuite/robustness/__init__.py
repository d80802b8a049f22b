"""What trained classifiers withstand: attacks, natural shifts of the data, images of no known class."""
