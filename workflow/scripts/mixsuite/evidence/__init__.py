"""Evidence: results of this suite that are kept with its code, and the page that tells of them."""
