"""The loss around trained weights: Hessian directions and spectrum, surfaces, random perturbations."""
