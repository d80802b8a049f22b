"""Which training images matter: scores of images under a trained network, and subsets selected by them."""
