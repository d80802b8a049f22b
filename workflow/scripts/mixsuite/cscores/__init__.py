"""C-scores: how regular each image is, and which images trained networks misclassify."""
