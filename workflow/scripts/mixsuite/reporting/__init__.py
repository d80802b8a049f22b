"""Tables, figures and the score card."""
